"""Who acts in this request: an officer, by which handler. The database writes it into the audit log beside what
changed.

It is set where officers are admitted and said in each of their transactions. Nobody else's requests have it: casting
and signing in say nothing about anybody.
"""

from contextvars import ContextVar
from uuid import UUID

import msgspec


class Acting(msgspec.Struct, frozen=True):
    """An officer, what is being done (a handler's name), and in which request."""

    officer_id: UUID
    action: str
    request_id: str


ACTING: ContextVar[Acting | None] = ContextVar("acting", default=None)
