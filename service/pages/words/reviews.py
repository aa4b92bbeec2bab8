"""What officers decide about proposals."""

from service.languages import marked
from service.refusals.facts import HIDDEN_FOR

QUEUES = {
    "submitted": marked("Waiting"),
    "shortlisted": marked("On the ballot"),
    "declined": marked("Declined"),
    "hidden": marked("Hidden"),
    "withdrawn": marked("Withdrawn"),
}
"""The states of proposals, as officers look them up."""

__all__ = ["HIDDEN_FOR", "QUEUES"]
