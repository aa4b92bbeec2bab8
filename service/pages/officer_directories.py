"""Officers sign in with their directory: away to it, back, and the code of an app where one is owed."""

from typing import Any

from litestar import get, post
from litestar.params import FromPath

from schema.errors import Refusal, SignInLapsed, TooFast, TotpLocked, TotpNeeded, WrongTotp
from service.house import House
from service.languages import _
from service.pages import words
from service.pages.forms import read_form
from service.pages.officers import session_cookie
from service.pages.problems import problem_page
from service.pages.providers import attempt_cookie, kept_attempt, read_answer
from service.pages.shell import Page, officer_form, officer_page, private_page, see_other
from service.people import TheHouse, caller_address, refuse_other_sites
from service.reading import AnyRequest
from service.verbs import directories as verbs
from service.verbs.directories import OFFICERS, CodeOwed, Entered
from service.verbs.providers import MINUTES, open_attempt


def _refused(refusal: Refusal) -> Page:
    return problem_page(refusal, ("/officer", _("Back to signing in")))


@get("/sign-in/{provider:str}")
async def begin_directory_sign_in(request: AnyRequest, house: TheHouse, provider: FromPath[str]) -> Page:
    """Lead the browser to a directory, with a cookie by which it is known when it comes back."""
    try:
        there, sealed = await verbs.begin_sign_in(house, provider, caller_address(request))
    except Refusal as refusal:
        return _refused(refusal)
    return _away(house, there, sealed)


@get("/invitations/{link:str}")
async def view_invitation(house: TheHouse, link: FromPath[str]) -> Page:
    """Whom a link is for. Programs that look at links before people do use nothing up."""
    try:
        invitation, directory = await verbs.view_invitation(house, link)
    except Refusal as refusal:
        return _refused(refusal)
    return private_page("officer_invitation.html", invitation=invitation, directory=directory, link=link)


@get("/invitations/{link:str}/sign-in")
async def begin_invited_sign_in(request: AnyRequest, house: TheHouse, link: FromPath[str]) -> Page:
    """Lead the browser to the directory at which the link binds an account."""
    try:
        there, sealed = await verbs.begin_invited_sign_in(house, link, caller_address(request))
    except Refusal as refusal:
        return _refused(refusal)
    return _away(house, there, sealed)


def _away(house: House, there: str, sealed: str) -> Page:
    answer = see_other(there)
    answer.set_cookie(attempt_cookie(house, OFFICERS, sealed, MINUTES * 60))
    return answer


@get("/callback")
async def finish_directory_sign_in(request: AnyRequest, house: TheHouse) -> Page:
    """Take what the directory answers: begin a session, or ask for a code first."""
    answer = read_answer(request)
    try:
        attempt = open_attempt(house, OFFICERS, kept_attempt(request, house, OFFICERS), answer.state)
    except SignInLapsed as refusal:
        return _refused(refusal)
    scope: Any = request.scope
    try:
        known = await verbs.finish_sign_in(house, attempt, answer, caller_address(request), scope["request_id"])
        page = _code_page(house, known) if isinstance(known, CodeOwed) else _entered(house, known)
    except Refusal as refusal:
        page = _refused(refusal)
    page.set_cookie(attempt_cookie(house, OFFICERS))
    return page


def _code_page(house: House, owed: CodeOwed) -> Page:
    return officer_page("officer_code.html", sealed=verbs.seal_owed(house, owed), alert=None)


@post("/code")
async def give_code(request: AnyRequest, house: TheHouse) -> Page:
    """Take the code that is owed after a directory's proof, and begin a session."""
    refuse_other_sites(request, house)
    fields = await read_form(request)
    sealed = fields.text("sealed")
    try:
        return _entered(house, await verbs.finish_with_code(house, sealed, fields.text("totp")))
    except (TotpNeeded, WrongTotp, TotpLocked, TooFast) as refusal:
        return officer_form("officer_code.html", refusal, "", sealed=sealed)
    except Refusal as refusal:
        return _refused(refusal)


def _entered(house: House, entered: Entered) -> Page:
    """Say who is in. It is a page and no redirect: the session's cookie does not go along with what another site, the
    directory, led to; it goes with the link that stands here.
    """
    page = officer_page(
        "officer_signed_in.html",
        officer=entered.officer,
        roles=words.ROLES,
        directory=verbs.names_by_issuer(house).get(entered.officer.issuer or "", ""),
    )
    page.set_cookie(session_cookie(house, entered.token))
    return page


handlers: list[Any] = [
    begin_directory_sign_in,
    view_invitation,
    begin_invited_sign_in,
    finish_directory_sign_in,
    give_code,
]
