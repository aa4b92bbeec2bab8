"""The fraud desk, as officers read it."""

from service.languages import marked

SIGNS = {
    "burst": marked("Many ballots in ten minutes"),
    "network": marked("One network"),
    "device": marked("One network and one kind of device"),
    "very-old": marked("90 or older"),
    "just-of-age": marked("just old enough to vote"),
}
"""What a line of the fraud desk's report is about."""

STATES = {
    "held": marked("held: they count until two officers decide"),
    "released": marked("released: they count"),
    "voided": marked("voided"),
}
"""What became of ballots that were set aside."""
