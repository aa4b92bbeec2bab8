"""Where signed heads go, as officers read it: how a place does, and what was wrong there."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from service.languages import _, marked
from service.store.heads import Delivery

PLACES: Mapping[str, str] = {
    "comes": marked("gets the heads"),
    "fails": marked("fails"),
    "tries": marked("being tried"),
    "waits": marked("waits for its first head"),
}
"""How a place does."""

FAULTS: Mapping[str, str] = {
    "no answer within 5 s": marked("There was no answer within five seconds."),
    "its certificate is not one to trust": marked("Its certificate is not one to trust, so nothing was sent."),
    "what it answered is not HTTP": marked("What it answered is not HTTP, so it is no web server."),
    "it has another head of this ledger": marked(
        "It has another head of this ledger: this database is not the one that signed it. Tell whoever runs this house."
    ),
}
"""What the workers find wrong with a place."""

_ANSWERED = re.compile(r"answered (\d{3})")
_WITH_NAME = re.compile(r"(not reached|not written) \((\w+)\)")


def place_state(deliveries: Sequence[Delivery], tried_at: datetime | None = None) -> str:
    """How a place does; ``tried_at`` is when somebody wanted to know at once."""
    attempts = [max(at for at in (row.sent_at, row.failed_at) if at) for row in deliveries]
    if tried_at and any(at < tried_at for at in attempts):
        return "tries"
    if any(row.failures for row in deliveries):
        return "fails"
    return "comes" if deliveries else "waits"


def head_fault(fault: str) -> str:
    """What was wrong with an attempt, as a sentence."""
    if fault in FAULTS:
        return _(FAULTS[fault])
    if found := _ANSWERED.fullmatch(fault):
        return _("It answered {status}, which is no yes.", status=found[1])
    if found := _WITH_NAME.fullmatch(fault):
        if found[1] == "not reached":
            return _("It could not be reached ({name}).", name=found[2])
        return _("It could not be written ({name}).", name=found[2])
    return fault
