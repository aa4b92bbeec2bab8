"""The audit log over HTTP."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Router, get
from litestar.params import QueryParameter

from schema.errors import Malformed, NotSignedIn, Unavailable
from service.api.replies import OFFICER, PAGE
from service.people import TheHouse, TheOfficer
from service.problems import answers
from service.store.audit import AuditEntry, Wanted
from service.verbs import audit as verbs

Id = Annotated[UUID | None, QueryParameter(description="only what concerns this one")]
Day = Annotated[date | None, QueryParameter(description="a day in UTC, included")]
After = Annotated[int | None, QueryParameter(ge=1, le=2**63 - 1, description="the `next` of the page before")]


class AuditPage(msgspec.Struct, frozen=True):
    """One page of the log, the newest first; ``next`` is null on the last."""

    items: list[AuditEntry]
    next: int | None


@get("/audit", responses=answers(NotSignedIn, Malformed, Unavailable), security=OFFICER, tags=["audit"])
async def list_entries(
    house: TheHouse,
    officer: TheOfficer,
    round_id: Id = None,
    officer_id: Id = None,
    since: Day = None,
    until: Day = None,
    after: After = None,
) -> AuditPage:
    """What was changed in one's municipality: by whom, in which request, before and after."""
    found = await verbs.list_entries(house, officer, Wanted(round_id, officer_id, since, until, after), PAGE + 1)
    return AuditPage(found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None)


router: Any = Router(path="", route_handlers=[list_entries])
