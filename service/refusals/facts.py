"""The facts of refusals in words: they are English, or words of the code, and said in the reader's language here."""

import re
from datetime import date, datetime
from functools import reduce

from schema.errors import Fact, Refusal
from schema.faults import Fault, Faults
from service.languages import _, counted, dated, language_name, listed, marked, moment

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
    "ballots_floor": marked("the number from which single ballots are shown"),
    "appeal_days": marked("the number of days for appeals"),
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

_NAMES = frozenset({"address", "pot", "place", "municipality", "provider", "decision", "expected"})
"""Facts that somebody else wrote, and that are never translated."""


def told(refusal: Refusal) -> dict[str, str | int]:
    """The facts of a refusal in the reader's language."""
    return {name: _told(name, fact) for name, fact in refusal.facts.items()}


def said(fault: Fault | Faults) -> str:
    """What is wrong, in the reader's language."""
    if isinstance(fault, Faults):
        return reduce(lambda first, other: _("{first}; {other}", first=first, other=other), map(said, fault))
    facts = {name: _found(name, fact) for name, fact in fault.facts.items()}
    if fault.more:
        return counted(fault.number, fault.message, fault.more, **facts)
    return _(fault.message, **facts)


def _found(name: str, fact: str | int | Fault | Faults) -> str | int:
    if isinstance(fact, Fault | Faults):
        return said(fact)
    return language_name(fact) if name == "language" and isinstance(fact, str) else fact


def _told(name: str, fact: Fact) -> str | int:
    match fact:
        case int():
            return fact
        case str():
            return fact if name in _NAMES else _word(fact)
        case datetime():
            return moment(fact)
        case date():
            return dated(fact)
    return said(fact)


def _word(fact: str) -> str:
    """A word of the code, several of them, or what is wrong where that has no facts of its own."""
    words = re.split(", | or | and ", fact)
    if all(word in _WORDS for word in words):
        return listed([_(_WORDS[word]) for word in words], "and" if " and " in fact else "or")
    return _(fact)
