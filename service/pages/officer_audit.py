"""The page of the audit log: what was changed, by whom, before and after."""

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import get
from litestar.params import FromQuery

from schema.errors import Malformed
from service.languages import marked
from service.pages.shell import Page, officer_page
from service.people import TheHouse, TheOfficer
from service.reading import uuid_or_malformed
from service.store.audit import AuditEntry, Wanted
from service.verbs import audit as verbs
from service.verbs import rounds as round_verbs
from service.verbs import staff as staff_verbs

SIZE = 50


class Change(msgspec.Struct, frozen=True):
    """A column that changed: its name, and what it held before and after; None where there was nothing."""

    name: str
    before: str | None
    after: str | None


@get("/audit")
async def view_audit(
    house: TheHouse,
    officer: TheOfficer,
    round_id: FromQuery[str] = "",
    officer_id: FromQuery[str] = "",
    since: FromQuery[str] = "",
    until: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Page:
    """What was changed in the officer's municipality, the newest first, as far as the form at the top asks for it."""
    wanted = Wanted(
        _id(round_id, marked("the round")),
        _id(officer_id, marked("the officer")),
        _day(since),
        _day(until),
        _number(after),
    )
    log = await verbs.view_log(house, officer, wanted, SIZE + 1)
    found = log.entries
    asked = {"round_id": round_id, "officer_id": officer_id, "since": since, "until": until}
    more = asked | {"after": str(found[SIZE - 1].id)} if len(found) > SIZE else None
    return officer_page(
        "officer_audit.html",
        officer=officer,
        log=log,
        entries=[(entry, changes(entry)) for entry in found[:SIZE]],
        rounds=await round_verbs.list_own_rounds(house, officer),
        members=await staff_verbs.list_members(house, officer),
        asked=asked,
        more=more and urlencode(more),
    )


def changes(entry: AuditEntry) -> list[Change]:
    """What an entry says changed, by name; what was empty and stayed so is left out."""
    before, after = entry.before or {}, entry.after or {}
    names = sorted(before.keys() | after.keys())
    rows = [Change(name, _told(before.get(name)), _told(after.get(name))) for name in names]
    return [row for row in rows if row.before is not None or row.after is not None]


def _told(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()


def _id(text: str, what: str) -> UUID | None:
    return uuid_or_malformed(text, what) if text else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Malformed(fault=marked("a day is not a date like 2026-09-30")) from None


def _number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 19):
        raise Malformed(fault=marked("the place in the list is not a number"))
    return int(text)


handlers: list[Any] = [view_audit]
