"""Signing in with a provider: away to it, and back to what somebody can do then."""

from typing import Any
from uuid import UUID

from litestar import get
from litestar.datastructures import Cookie
from litestar.params import FromPath

from schema.errors import Refusal, SignInLapsed
from service.house import House
from service.languages import _, spoken
from service.pages.forms import decode_form
from service.pages.problems import problem_page
from service.pages.shell import Page, see_other
from service.pages.sign_in import can_do
from service.people import TheHouse, caller_address
from service.reading import AnyRequest
from service.verbs import providers as verbs
from service.verbs import readings
from service.verbs import rounds as round_verbs
from service.verbs.providers import CALLBACK, MINUTES, Answer


@get("/rounds/{round_id:uuid}/sign-in/{provider:str}")
async def begin_sign_in(
    request: AnyRequest, house: TheHouse, round_id: FromPath[UUID], provider: FromPath[str]
) -> Page:
    """Lead the browser to a provider, with a cookie by which it is known when it comes back."""
    await round_verbs.public_round(house, round_id)
    try:
        there, sealed = await verbs.begin_sign_in(house, round_id, provider, caller_address(request))
    except Refusal as refusal:
        return problem_page(refusal, _again(round_id))
    answer = see_other(there)
    answer.set_cookie(_cookie(house, sealed, MINUTES * 60))
    return answer


@get(CALLBACK)
async def finish_sign_in(request: AnyRequest, house: TheHouse) -> Page:
    """Take what the provider answers. The page that follows carries the passes, as after a letter's code."""
    fields = decode_form(request.url.query.encode())
    answer = Answer(*(fields.text(name) for name in ("state", "code", "error", "iss")))
    try:
        attempt = verbs.open_attempt(house, request.cookies.get(_name(house), ""), answer.state)
    except SignInLapsed as refusal:
        return problem_page(refusal, ("/", _("All rounds")))
    page = await _finished(request, house, attempt, answer)
    page.set_cookie(_cookie(house, "", 0))
    return page


async def _finished(request: AnyRequest, house: House, attempt: verbs.Attempt, answer: Answer) -> Page:
    try:
        passes = await verbs.finish_sign_in(house, attempt, answer, caller_address(request))
    except Refusal as refusal:
        return problem_page(refusal, _again(attempt.round_id))
    return await can_do(house, await readings.read_round(house, attempt.round_id, spoken()), passes)


def _again(round_id: UUID) -> tuple[str, str]:
    return f"/rounds/{round_id}/sign-in", _("Back to signing in")


def _name(house: House) -> str:
    """Over https the cookie is bound to this host."""
    return "__Host-sign-in" if house.settings.public_url.startswith("https://") else "sign-in"


def _cookie(house: House, sealed: str, seconds: int) -> Cookie:
    """Lax, since it must come along when a page of another site, the provider's, leads here."""
    return Cookie(
        key=_name(house),
        value=sealed,
        max_age=seconds,
        path="/",
        secure=house.settings.public_url.startswith("https://"),
        httponly=True,
        samesite="lax",
    )


handlers: list[Any] = [begin_sign_in, finish_sign_in]
