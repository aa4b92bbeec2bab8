"""An officer's page of a round's auditors: who may check every ballot, under which key, and what lies ready."""

import re
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from schema.errors import Malformed, OpeningsDeleted, Refusal
from schema.openings import fingerprint
from service.house import House
from service.languages import _, marked
from service.pages.forms import Fields, read_files, shaped
from service.pages.shell import HEADERS, Page, officer_form, see_other
from service.people import TheHouse, TheOfficer
from service.reading import AnyRequest
from service.store.roll import Officer
from service.verbs import auditors as verbs
from service.verbs.auditors import AuditorDraft

DONE = {
    "named": marked("The auditor is named. Compare the fingerprint with them before you rely on it."),
    "revoked": marked("The auditor is revoked. Nothing lies ready for them any more."),
}
"""What the page says after an act, by the name in its address."""

_KEY = re.compile(r"\bage1[0-9a-z]{58}\b")
_SECRET = "AGE-SECRET-KEY-"  # noqa: S105 - what a secret begins with


@get("/rounds/{round_id:uuid}/auditors")
async def view_auditors(
    house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID], done: FromQuery[str] = ""
) -> Page:
    """Everybody who was named, and the form for somebody else."""
    return await _page(house, officer, round_id, said=_(DONE.get(done, "")))


async def _page(
    house: House,
    officer: Officer,
    round_id: UUID,
    *,
    said: str | None = None,
    refusal: Refusal | None = None,
    typed: Fields | None = None,
) -> Page:
    found, auditors, deleted = await verbs.list_own_auditors(house, officer, round_id)
    return officer_form(
        "officer_auditors.html",
        refusal,
        "",
        officer=officer,
        round=found,
        auditors=auditors,
        fingerprints={auditor.id: fingerprint(auditor.recipient) for auditor in auditors},
        deleted=deleted,
        said=said,
        typed=typed or Fields({}),
    )


@post("/rounds/{round_id:uuid}/auditors")
async def name_auditor(request: AnyRequest, house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> Page:
    """Name an auditor, whose key was pasted or came as a file."""
    files, fields = await read_files(request)
    try:
        key = _key_of(fields.text("recipient"), await files["file"].read() if "file" in files else b"")
        draft = shaped({"name": fields.text("name").strip(), "recipient": key}, AuditorDraft)
        await verbs.name_auditor(house, officer, round_id, draft)
    except (Malformed, OpeningsDeleted) as refusal:
        return await _page(house, officer, round_id, refusal=refusal, typed=_without_secret(fields))
    return see_other(f"/officer/rounds/{round_id}/auditors?done=named")


def _key_of(pasted: str, file: bytes) -> str:
    """The public key among what was pasted, or else in the file, as age prints and keeps it. Raises Malformed.

    The other half of the pair is nobody's but the auditor's.
    """
    text = pasted.strip() or file.decode("utf-8", "replace")
    if _SECRET in text.upper():
        raise Malformed(
            fault=marked(
                "this is the auditor’s secret key, which was not kept here; ask them to make a new pair, and for the"
                " line that begins with age1 alone"
            )
        )
    if found := _KEY.search(text):
        return found[0]
    if pasted.strip():
        raise Malformed(fault=marked("what was pasted is no public key of age: it begins with age1 and has 62 signs"))
    raise Malformed(fault=marked("no public key was pasted, and no file with one was chosen; it begins with age1"))


def _without_secret(fields: Fields) -> Fields:
    """What was typed, to stand in the form again; a secret key does not."""
    secret = _SECRET in fields.text("recipient").upper()
    kept = {"name": fields.texts("name"), "recipient": [] if secret else fields.texts("recipient")}
    return Fields(kept)


@post("/rounds/{round_id:uuid}/auditors/{auditor_id:uuid}/revocation")
async def revoke_auditor(
    house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID], auditor_id: FromPath[UUID]
) -> Page:
    """Take back that an auditor was named."""
    await verbs.revoke_auditor(house, officer, round_id, auditor_id)
    return see_other(f"/officer/rounds/{round_id}/auditors?done=revoked")


@get("/rounds/{round_id:uuid}/auditors/{auditor_id:uuid}/openings")
async def download_openings(
    house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID], auditor_id: FromPath[UUID]
) -> Page:
    """What lies ready for an auditor, to be passed on."""
    locked = await verbs.view_openings(house, officer, round_id, auditor_id)
    name = f'attachment; filename="openings-{auditor_id}.age"'
    told = {**HEADERS, "Cache-Control": "no-store", "Content-Disposition": name}
    return Response(locked, media_type="application/octet-stream", headers=told)


handlers: list[Any] = [view_auditors, name_auditor, revoke_auditor, download_openings]
