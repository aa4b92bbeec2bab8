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
from service.verbs.providers import MINUTES, RESIDENTS, Answer, Door


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
    answer.set_cookie(attempt_cookie(house, RESIDENTS, sealed, MINUTES * 60))
    return answer


@get(RESIDENTS.callback)
async def finish_sign_in(request: AnyRequest, house: TheHouse) -> Page:
    """Take what the provider answers. The page that follows carries the passes, as after a letter's code."""
    answer = read_answer(request)
    try:
        attempt = verbs.open_attempt(house, RESIDENTS, kept_attempt(request, house, RESIDENTS), answer.state)
    except SignInLapsed as refusal:
        return problem_page(refusal, ("/", _("All rounds")))
    page = await _finished(request, house, attempt, answer)
    page.set_cookie(attempt_cookie(house, RESIDENTS))
    return page


async def _finished(request: AnyRequest, house: House, attempt: verbs.Attempt, answer: Answer) -> Page:
    round_id = UUID(attempt.about)
    try:
        passes = await verbs.finish_sign_in(house, attempt, answer, caller_address(request))
    except Refusal as refusal:
        return problem_page(refusal, _again(round_id))
    return await can_do(house, await readings.read_round(house, round_id, spoken()), passes)


def _again(round_id: UUID) -> tuple[str, str]:
    return f"/rounds/{round_id}/sign-in", _("Back to signing in")


def read_answer(request: AnyRequest) -> Answer:
    """What a provider sent a browser back with."""
    fields = decode_form(request.url.query.encode())
    return Answer(*(fields.text(name) for name in ("state", "code", "error", "iss")))


def kept_attempt(request: AnyRequest, house: House, door: Door) -> str:
    """The sealed attempt that a browser keeps for a door, if any."""
    return request.cookies.get(_name(house, door), "")


def _name(house: House, door: Door) -> str:
    """Over https the cookie is bound to this host."""
    return f"__Host-{door.cookie}" if house.settings.public_url.startswith("https://") else door.cookie


def attempt_cookie(house: House, door: Door, sealed: str = "", seconds: int = 0) -> Cookie:
    """What keeps an attempt, or forgets it. Lax: it must come along when a page of another site, the provider's, leads
    here.
    """
    return Cookie(
        key=_name(house, door),
        value=sealed,
        max_age=seconds,
        path="/",
        secure=house.settings.public_url.startswith("https://"),
        httponly=True,
        samesite="lax",
    )


handlers: list[Any] = [begin_sign_in, finish_sign_in]
