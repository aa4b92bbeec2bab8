"""What the voters and officers of a run saw, in that order. The checker knows nothing else of them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal
from uuid import UUID

import msgspec

from schema.ballots import Receipt

Outcome = Literal["ok", "refused", "unknown"]
Kind = Literal["first", "change", "withdraw", "stale", "again", "reused"]


class Try(msgspec.Struct, frozen=True):
    """A ballot sent once, or a withdrawal, which has no ``choices``. All tries of one have its ``key``.

    ``kind`` says what the voter was about.

    ``outcome``: ok (with ``receipt`` and ``revision``), refused (for good), or unknown: no answer, or a 5xx.
    ``status`` is 0 without an answer. Times are seconds since 1970.
    """

    tag: str
    pot_id: UUID
    key: str
    base: int
    choices: tuple[int, ...] | None
    kind: Kind
    sent_at: float
    answered_at: float
    outcome: Outcome
    status: int = 0
    type: str = ""
    revision: int = 0
    receipt: Receipt | None = None


class Asked(msgspec.Struct, frozen=True):
    """An officer's wish to close, sent once."""

    sent_at: float
    answered_at: float
    status: int


class Trouble(msgspec.Struct):
    """A time during which there was trouble; ``ended_at`` is infinite while there is."""

    began_at: float
    ended_at: float = float("inf")


class Log:
    """One run's. ``poison``: keys of the ballots that were put into the box from behind, with the reasons they deserve.

    ``rubbish`` are the texts of events that nobody can understand.
    """

    def __init__(self) -> None:
        self.tries: list[Try] = []
        self.closes: list[Asked] = []
        self.troubles: list[Trouble] = []
        self.poison: dict[str, str | None] = {}
        self.rubbish: set[str] = set()

    @contextmanager
    def trouble(self) -> Iterator[None]:
        """Note that there is trouble while the context lasts."""
        noted = Trouble(time.time())
        self.troubles.append(noted)
        try:
            yield
        finally:
            noted.ended_at = time.time()

    def troubled(self, began: float, ended: float, grace: float) -> bool:
        """Whether there was trouble at any moment between two times, or up to ``grace`` seconds before."""
        return any(one.began_at <= ended and began <= one.ended_at + grace for one in self.troubles)
