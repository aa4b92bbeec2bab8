"""The facts of refusals in words: they are English, or words of the code, and said in the reader's language here."""

import re

from schema.errors import Refusal
from service.languages import _, listed, marked

PHASES = {
    "draft": marked("Draft"),
    "framing": marked("Announced"),
    "proposing": marked("Proposing"),
    "reviewing": marked("Reviewing"),
    "supporting": marked("Supporting"),
    "voting": marked("Voting"),
    "counting": marked("Counting"),
    "published": marked("Published"),
}
"""The titles of a round's phases."""

ROLES = {
    "admin": marked("admin"),
    "officer": marked("officer"),
    "reviewer": marked("reviewer"),
    "clerk": marked("clerk"),
    "auditor": marked("auditor"),
    "moderator": marked("moderator"),
}
"""What somebody is for a municipality."""

HIDDEN_FOR = {
    "personal-data": marked("it tells something private about a person"),
    "hate": marked("it insults or threatens people"),
    "advertising": marked("it advertises something"),
    "not-a-proposal": marked("it is not a proposal"),
    "off-topic": marked("it is not about the proposal"),
    "other": marked("it breaks the rules of this round"),
}
"""Why a proposal or an argument is hidden."""

_WORDS = {
    **PHASES,
    **ROLES,
    **HIDDEN_FOR,
    "admit": marked("Admit a resident"),
    "release": marked("Release ballots"),
    "scheduled": marked("Scheduled"),
    "submitted": marked("waiting for review"),
    "shortlisted": marked("shortlisted"),
    "declined": marked("declined"),
    "hidden": marked("hidden"),
    "withdrawn": marked("withdrawn"),
    "standing": marked("shown"),
    "decided": marked("decided"),
    "done": marked("done"),
    "expired": marked("expired"),
}
"""Words of the code, as people say them."""

_FAULTS = (
    marked("it is not a pass"),
    marked("it was not signed by this house"),
    marked("it was signed with a key that had been retired"),
    marked("it was issued at another address"),
    marked("it comes from the future"),
    marked("the e-mail address is not one, such as amina@example.se"),
    marked("the telephone number is not one with its country, such as +46 70 123 45 67"),
)
"""Faults that the ground finds, which knows no language."""

_NAMES = frozenset({"address", "pot", "place", "municipality", "provider", "decision", "expected"})
"""Facts that somebody else wrote, and that are never translated."""


def told(refusal: Refusal) -> dict[str, str | int]:
    """The facts of a refusal in the reader's language."""
    return {
        name: fact if name in _NAMES or isinstance(fact, int) else _told(fact) for name, fact in refusal.facts.items()
    }


def _told(fact: str) -> str:
    words = re.split(", | or | and ", fact)
    if all(word in _WORDS for word in words):
        return listed([_(_WORDS[word]) for word in words], "and" if " and " in fact else "or")
    return "; ".join(_(part) for part in fact.split("; "))
