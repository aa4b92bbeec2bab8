"""The page of the audit log: what was changed, by whom, before and after."""

import re
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import get
from litestar.params import FromQuery

from schema.errors import Malformed
from service.languages import _, in_hundredths, marked
from service.pages import words
from service.pages.shell import Page, moment, officer_page
from service.people import TheHouse, TheOfficer
from service.reading import uuid_or_malformed
from service.store.audit import AuditEntry, Wanted
from service.verbs import audit as verbs
from service.verbs import rounds as round_verbs
from service.verbs import staff as staff_verbs

SIZE = 50
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
"""How the log writes times."""


class Change(msgspec.Struct, frozen=True):
    """A column that changed: its name, and what it held before and after; None where there was nothing."""

    name: str
    before: str | None
    after: str | None


class Line(msgspec.Struct, frozen=True):
    """An entry as it is read: ``said`` is what happened and ``deed`` what was done, None where we have no words.

    ``name`` is that of the thing, where the entry has it.
    """

    entry: AuditEntry
    said: str | None
    deed: str | None
    name: str | None
    changes: list[Change]


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
    rounds = await round_verbs.list_own_rounds(house, officer)
    asked = {"round_id": round_id, "officer_id": officer_id, "since": since, "until": until}
    more = asked | {"after": str(found[SIZE - 1].id)} if len(found) > SIZE else None
    return officer_page(
        "officer_audit.html",
        officer=officer,
        log=log,
        lines=[line(entry) for entry in found[:SIZE]],
        rounds=rounds,
        names={each.id: each.name for each in rounds},
        columns=words.COLUMNS,
        members=await staff_verbs.list_members(house, officer),
        asked=asked,
        more=more and urlencode(more),
    )


def line(entry: AuditEntry) -> Line:
    """An entry as it is read."""
    how = "added" if entry.before is None else "removed" if entry.after is None else "changed"
    whole = (entry.before or {}) | (entry.after or {})
    return Line(
        entry,
        words.HAPPENED.get((entry.subject, how)),
        words.DEEDS.get(entry.action or ""),
        whole.get("name") or whole.get("title") or whole.get("address"),
        changes(entry),
    )


def changes(entry: AuditEntry) -> list[Change]:
    """What an entry says changed, by name; what was empty and stayed so is left out."""
    before, after = entry.before or {}, entry.after or {}
    names = sorted(before.keys() | after.keys())
    rows = [Change(name, _told(name, before.get(name)), _told(name, after.get(name))) for name in names]
    return [row for row in rows if row.before is not None or row.after is not None]


def _called(name: str) -> str:
    """What a column or a part of one is called."""
    return _(words.COLUMNS[name]) if name in words.COLUMNS else name.replace("_", " ")


def _told(name: str, value: object) -> str | None:
    """A value in words: a moment, a sum of money, a list; None for what is empty."""
    match value:
        case None | "" | [] | {}:
            return None
        case bool():
            return _("yes") if value else _("no")
        case int() if name in {"cost", "money"}:
            return in_hundredths(value)
        case str() if TIME.fullmatch(value):
            return moment(datetime.fromisoformat(value))
        case list():
            return words.listed([_told(name, each) or "–" for each in value])
        case dict():
            told = ((_called(key), _told(key, each)) for key, each in value.items())
            return "; ".join(f"{key}: {said}" for key, said in told if said is not None) or None
    return str(value)


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
