"""The fraud desk and appeals, as officers and voters read them."""

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

GROUNDS = {
    "cast-it-myself": marked("I cast this ballot myself, of my own free will"),
    "shared-network": marked("I share my connection with many others, as at home, at school, at work or in a library"),
    "shared-device": marked("Others vote with the same device as well"),
    "was-helped": marked("Somebody helped me, and I decided myself"),
}
"""On what grounds a voter asks for her ballot back."""

APPEALS = {"open": marked("Not answered yet"), "granted": marked("Granted"), "refused": marked("Refused")}
"""What became of an appeal."""
