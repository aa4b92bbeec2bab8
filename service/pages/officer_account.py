"""An officer's own account: the password, the app for codes, and where one is signed in."""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery

from schema.errors import Refusal, TooFast, TotpConfirmed, UnfitPassword, WrongOldPassword, WrongTotp
from service.house import House
from service.languages import _, marked
from service.pages import words
from service.pages.forms import read_form
from service.pages.officers import session_cookie
from service.pages.shell import Page, officer_form, officer_page, see_other
from service.people import TheHouse, TheOfficer, session_token
from service.reading import AnyRequest
from service.store.roll import Officer
from service.verbs import sign_in, staff, totp
from service.verbs.directories import names_by_issuer

NOTES = {
    "totp": marked("Your municipality asks every officer for codes of an app. Set one up here; then you can go on."),
    "ended": marked("That session has ended."),
    "password": marked("You have another password now. Wherever else you were signed in, you are not any more."),
}
"""What the page says, by the name in its address."""


@get("/account")
async def view_account(request: AnyRequest, house: TheHouse, officer: TheOfficer, note: FromQuery[str] = "") -> Page:
    """The state of one's own account."""
    return await _page(request, house, officer, note=_(NOTES.get(note, "")))


async def _page(
    request: AnyRequest, house: House, officer: Officer, note: str | None = None, refusal: Refusal | None = None
) -> Page:
    sessions = await staff.list_sessions(house, officer, session_token(request, house) or "")
    left = await totp.recovery_left(house, officer)
    return officer_form(
        "officer_account.html",
        refusal,
        "",
        officer=officer,
        roles=words.ROLES,
        sessions=sessions,
        left=left,
        note=note,
        fewest=staff.FEWEST_SIGNS,
        directory=names_by_issuer(house).get(officer.issuer or "", ""),
    )


@post("/account/password")
async def change_password(request: AnyRequest, house: TheHouse, officer: TheOfficer) -> Page:
    """Take another password; other sessions end, and this one gets another token."""
    fields = await read_form(request)
    try:
        await staff.change_password(house, officer, *(fields.text(name) for name in ("old", "new", "again")))
    except (WrongOldPassword, UnfitPassword, TooFast) as refusal:
        return await _page(request, house, officer, refusal=refusal)
    answer = see_other("/officer/account?note=password")
    answer.set_cookie(session_cookie(house, await sign_in.begin_session(house, officer)))
    return answer


@post("/account/totp")
async def begin_totp(house: TheHouse, officer: TheOfficer) -> Page:
    """Show what the app must know, and ask for its first code."""
    try:
        return await _setup_page(house, officer)
    except TotpConfirmed:
        return see_other("/officer/account")


async def _setup_page(house: House, officer: Officer, refusal: Refusal | None = None) -> Page:
    setup = await totp.begin(house, officer)
    return officer_form("officer_totp.html", refusal, "", officer=officer, setup=setup)


@post("/account/totp/confirmation")
async def confirm_totp(request: AnyRequest, house: TheHouse, officer: TheOfficer) -> Page:
    """Take the app's first code; other sessions end, this one gets another token, and recovery codes are shown once."""
    fields = await read_form(request)
    try:
        codes = await totp.confirm(house, officer, fields.text("totp"))
    except WrongTotp as refusal:
        return await _setup_page(house, officer, refusal)
    except TotpConfirmed:
        return see_other("/officer/account")
    answer = officer_page("officer_recovery.html", officer=officer, codes=codes)
    answer.set_cookie(session_cookie(house, await sign_in.begin_session(house, officer)))
    return answer


@post("/account/sessions/{session_id:uuid}")
async def end_session(house: TheHouse, officer: TheOfficer, session_id: FromPath[UUID]) -> Page:
    """End one of one's sessions, on a machine that was left or lost."""
    await staff.end_session(house, officer, session_id)
    return see_other("/officer/account?note=ended")


handlers: list[Any] = [view_account, change_password, begin_totp, confirm_totp, end_session]
