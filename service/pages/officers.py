"""Officers sign in and out, and see their rounds. Their session is a cookie that no script can read."""

from typing import Any

from litestar import get, post
from litestar.datastructures import Cookie
from litestar.params import FromQuery

from schema.errors import (
    DirectoryDemanded,
    Malformed,
    NotSignedIn,
    Refusal,
    TooFast,
    TotpDemanded,
    TotpLocked,
    TotpNeeded,
    WrongPassword,
    WrongTotp,
)
from service.house import House
from service.languages import _, marked
from service.pages import words
from service.pages.forms import Fields, read_form, shaped
from service.pages.shell import Page, officer_form, officer_page, see_other
from service.people import TheHouse, TheOfficer, caller_address, cookie_name, officer_of, refuse_other_sites
from service.problems import answer_problem
from service.reading import AnyRequest
from service.verbs import rounds as round_verbs
from service.verbs import sign_in as verbs
from service.verbs.sign_in import OfficerSignIn

_NOTES = {
    "needed": marked("Sign in to see this page."),
    "out": marked("You are signed out."),
}


def lead_to_sign_in(request: AnyRequest, refusal: NotSignedIn) -> Page:
    """A browser without a session, or with one that has ended, is led to the form."""
    if "text/html" not in request.headers.get("accept", ""):
        return answer_problem(request, refusal)
    return see_other("/officer?note=needed")


def lead_to_account(request: AnyRequest, refusal: TotpDemanded) -> Page:
    """A browser of somebody who must set up an app first is led to where that is done."""
    if "text/html" not in request.headers.get("accept", ""):
        return answer_problem(request, refusal)
    return see_other("/officer/account?note=totp")


exception_handlers: dict[int | type[Exception], Any] = {NotSignedIn: lead_to_sign_in, TotpDemanded: lead_to_account}


@get("/")
async def view_sign_in(request: AnyRequest, house: TheHouse, note: FromQuery[str] = "") -> Page:
    """The form for officers; who is signed in goes on to the rounds."""
    try:
        await officer_of(request, house)
    except NotSignedIn:
        return _form(house, note=_(_NOTES.get(note, "")))
    return see_other("/officer/rounds")


def _form(house: House, refusal: Refusal | None = None, note: str | None = None, name: str = "") -> Page:
    directories = {word: each.provider.name for word, each in house.directories.items()}
    return officer_form("officer_sign_in.html", refusal, "", note=note, name=name, directories=directories)


@post("/")
async def sign_in(request: AnyRequest, house: TheHouse) -> Page:
    """Begin a session."""
    refuse_other_sites(request, house)
    fields = await read_form(request)
    try:
        token = await verbs.sign_in_officer(house, _sent(fields), caller_address(request))
    except (WrongPassword, DirectoryDemanded, TotpNeeded, WrongTotp, TotpLocked, Malformed, TooFast) as refusal:
        return _form(house, refusal, name=fields.text("name"))
    if before := request.cookies.get(cookie_name(house)):
        await verbs.sign_out_officer(house, before)
    answer = see_other("/officer/rounds")
    answer.set_cookie(session_cookie(house, token))
    return answer


def _sent(fields: Fields) -> OfficerSignIn:
    return shaped({name: fields.text(name) for name in ("name", "password", "totp")}, OfficerSignIn)


def session_cookie(house: House, token: str, max_age: int | None = None) -> Cookie:
    """Sent back to this host only, read by no script, and not sent along when another site leads here."""
    return Cookie(
        key=cookie_name(house),
        value=token,
        path="/",
        max_age=max_age,
        secure=house.settings.public_url.startswith("https://"),
        httponly=True,
        samesite="strict",
    )


@post("/sign-out")
async def sign_out(request: AnyRequest, house: TheHouse, officer: TheOfficer) -> Page:
    """End the session, here and in the store."""
    await verbs.sign_out_officer(house, request.cookies.get(cookie_name(house), ""))
    answer = see_other("/officer?note=out")
    answer.set_cookie(session_cookie(house, "", max_age=0))
    return answer


@get("/rounds")
async def list_rounds(house: TheHouse, officer: TheOfficer) -> Page:
    """The rounds of the officer's municipality, drafts as well."""
    found = await round_verbs.list_own_rounds(house, officer)
    return officer_page("officer_rounds.html", officer=officer, rounds=found, phases=words.PHASES)


handlers: list[Any] = [view_sign_in, sign_in, sign_out, list_rounds]
