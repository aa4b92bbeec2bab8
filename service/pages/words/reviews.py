"""What officers decide about proposals and arguments."""

from service.languages import marked
from service.refusals import facts

REPORTED_FOR = facts.HIDDEN_FOR
"""Why anything is reported."""

HIDDEN_FOR = {ground: said for ground, said in REPORTED_FOR.items() if ground != "off-topic"}
"""Why a proposal is hidden."""

ARGUMENT_HIDDEN_FOR = {ground: said for ground, said in REPORTED_FOR.items() if ground != "not-a-proposal"}
"""Why an argument is hidden."""

QUEUES = {
    "submitted": marked("Waiting"),
    "shortlisted": marked("On the ballot"),
    "declined": marked("Declined"),
    "hidden": marked("Hidden"),
    "withdrawn": marked("Withdrawn"),
}
"""The states of proposals, as officers look them up."""

SIDES = {
    "for": marked("For it"),
    "against": marked("Against it"),
    "question": marked("Questions and comments"),
}
"""The sides of a debate, as headings."""

DEBATE_QUEUES = {
    "standing": marked("Shown"),
    "hidden": marked("Hidden"),
}
"""The states of arguments, as officers look them up."""
