"""A room: a pool of connections under one database role, and the domain's words for what Postgres refuses."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

import asyncpg

from schema.database import AWAY, PASSING
from schema.errors import (
    ActSettled,
    DirectoryDemanded,
    Frozen,
    LastAdmin,
    NameTaken,
    NotAllowed,
    NotFound,
    NotFunded,
    NotPublished,
    NotSignedIn,
    NotYours,
    OnlyHigher,
    OpensEarlier,
    ProposalsClosed,
    Refusal,
    SameOfficer,
    TooLateToRaise,
    TranslationStands,
    Unavailable,
)
from schema.queries import Db
from service.acting import ACTING
from service.languages import marked
from service.store import audit

ACQUIRE_SECONDS = 1.0
RELEASE_SECONDS = 0.2
MOST_INSIDE = 100
"""How long somebody waits for a connection; how long the database may take to end a statement that was given up, before
its connection is; and how many may be in a room, most of them waiting. Who would come after them is told so at once: to
refuse somebody who has waited costs as much as to serve her.
"""

_TAKEN = {
    "pot_name_unique": marked("a pot's name"),
    "project_number_unique": marked("a project's number in its pot"),
    "project_proposal_once": marked("a project made from this proposal"),
    "paper_batch_reference_unique": marked("a batch with a reference"),
    "head_webhook_once": marked("a webhook with an address"),
}

_SITUATIONS: dict[str, Callable[[], Refusal]] = {
    "BYFRZ": Frozen,
    "BYFUN": NotFunded,
    "BYPUB": NotPublished,
    "BYTRA": TranslationStands,
    "BYTHM": ProposalsClosed,
    "BYADM": LastAdmin,
    "BYDIR": DirectoryDemanded,
    "BYSES": NotSignedIn,
    "BYMUN": NotAllowed,
    "BYSAM": SameOfficer,
    "BYOTH": NotYours,
    "BYNON": partial(NotFound, what="act"),
}
"""What the functions of the database raise, by their codes."""


class Room:
    """A pool of connections under one database role."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool
        self._inside = 0

    @asynccontextmanager
    async def enter(self) -> AsyncIterator[Db]:
        """A connection for reads or a single statement. Raises Unavailable within about a second when there is none."""
        if self._inside >= MOST_INSIDE:
            raise Unavailable()
        self._inside += 1
        try:
            db = await self.pool.acquire(timeout=ACQUIRE_SECONDS)
            try:
                yield db
            finally:
                await self.pool.release(db, timeout=RELEASE_SECONDS)
        except (asyncpg.PostgresError, *AWAY) as error:
            raise refusal_of(error) from error
        finally:
            self._inside -= 1

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Db]:
        """A connection in a transaction that commits when the block ends well; it says which officer acts."""
        async with self.enter() as db, db.transaction():
            if acting := ACTING.get():
                await audit.name_actor(db, acting)
            yield db


def refusal_of(error: Exception) -> Exception:
    """The domain's word for what the database refused; the error itself when it is a fault of ours."""
    match error:
        case asyncpg.UniqueViolationError() if error.constraint_name in _TAKEN:
            return NameTaken(what=_TAKEN[error.constraint_name])
        case asyncpg.ForeignKeyViolationError() if error.constraint_name == "proposal_theme_of_round":
            return NotFound(what="theme of that name in this round")
        case asyncpg.PostgresError() if error.sqlstate == "BYACT":
            return ActSettled(state=str(error))
        case asyncpg.PostgresError() if error.sqlstate == "BYEAR":
            return OpensEarlier(announced=datetime.strptime(str(error), "%Y-%m-%d %H:%M UTC").replace(tzinfo=UTC))
        case asyncpg.PostgresError() if error.sqlstate == "BYRAI":
            return OnlyHigher(what=str(error))
        case asyncpg.PostgresError() if error.sqlstate == "BYOVR":
            return TooLateToRaise(what=str(error))
        case asyncpg.PostgresError() if error.sqlstate in _SITUATIONS:
            return _SITUATIONS[error.sqlstate]()
        case asyncpg.DataError():  # an argument of ours, though asyncpg derives it from InterfaceError as well
            return error
    return Unavailable() if isinstance(error, (*AWAY, *PASSING)) else error
