"""The officers' page of a round's debate: read what is new or reported, answer, hide, and take that back."""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery

from schema.errors import Refusal
from service.house import House
from service.languages import _, marked
from service.pages import words
from service.pages.forms import Fields, read_form, shaped
from service.pages.rounds import SIZE, After
from service.pages.shell import Page, officer_form, see_other
from service.people import TheHouse, TheOfficer
from service.reading import AnyRequest
from service.store.roll import Officer
from service.verbs import moderation as verbs
from service.verbs import rounds as round_verbs
from service.verbs.arguments import DEBATED
from service.verbs.moderation import ArgumentReviewDraft, Docket, OfficialAnswer

DONE = {
    "answer": marked("Your answer is there, as the municipality’s."),
    "answer-withdrawal": marked("The answer of the municipality is taken back."),
    "hidden": marked("It is hidden. In its place everybody reads on which ground."),
    "reopened": marked("It is shown again."),
    "reports": marked("The reports are laid aside."),
}
"""What the page says after an act, by the name in its address."""


@get("/rounds/{round_id:uuid}/arguments")
async def list_arguments(
    house: TheHouse,
    officer: TheOfficer,
    round_id: FromPath[UUID],
    queue: FromQuery[str] = "standing",
    after: After = None,
    done: FromQuery[str] = "",
) -> Page:
    """A round's arguments and answers: what was reported first, then the newest."""
    state = queue if queue in words.DEBATE_QUEUES else "standing"
    docket = await verbs.view_docket(house, officer, round_id, state, after, SIZE + 1)
    return await _page(house, officer, round_id, state, docket, said=DONE.get(done, ""), first=after is None)


async def _page(
    house: House,
    officer: Officer,
    round_id: UUID,
    state: str,
    docket: Docket,
    *,
    said: str = "",
    refusal: Refusal | None = None,
    tried: str = "",
    typed: Fields | None = None,
    first: bool = True,
) -> Page:
    view = await round_verbs.view_own_round(house, officer, round_id)
    found = docket.arguments
    return officer_form(
        "officer_arguments.html",
        refusal,
        view.round.currency,
        officer=officer,
        round=view.round,
        is_open=view.round.phase in DEBATED,
        state=state,
        counts=docket.counts,
        answers=docket.answers,
        arguments=found[:SIZE],
        first=first,
        more=found[SIZE - 1].id if len(found) > SIZE else None,
        words=words,
        said=_(said),
        tried=tried,
        typed=typed or Fields({}),
    )


@post("/arguments/{argument_id:uuid}/answer")
async def answer_officially(
    request: AnyRequest, house: TheHouse, officer: TheOfficer, argument_id: FromPath[UUID]
) -> Page:
    """Answer as the municipality."""
    fields = await read_form(request)
    before, _docket = await verbs.view_docketed(house, officer, argument_id)
    sent = {"words": fields.text("words").strip(), "language": fields.text("language")}
    try:
        await verbs.answer_officially(house, officer, argument_id, shaped(sent, OfficialAnswer))
    except Refusal as refusal:
        return await _told(house, officer, argument_id, "answer", fields, refusal)
    return _back(before.round_id, before.state, "answer")


@post("/arguments/{argument_id:uuid}/answer-withdrawal")
async def withdraw_official_answer(house: TheHouse, officer: TheOfficer, argument_id: FromPath[UUID]) -> Page:
    """Take the municipality's answer to an argument back."""
    before, _docket = await verbs.view_docketed(house, officer, argument_id)
    await verbs.withdraw_official_answer(house, officer, argument_id)
    return _back(before.round_id, before.state, "answer-withdrawal")


@post("/arguments/{argument_id:uuid}/hide")
async def hide_argument(request: AnyRequest, house: TheHouse, officer: TheOfficer, argument_id: FromPath[UUID]) -> Page:
    """Show of an argument that breaks the rules of conduct nothing but the ground."""
    return await _decide(request, house, officer, argument_id, "hidden")


@post("/arguments/{argument_id:uuid}/reopen")
async def reopen_argument(
    request: AnyRequest, house: TheHouse, officer: TheOfficer, argument_id: FromPath[UUID]
) -> Page:
    """Take back that an argument was hidden."""
    return await _decide(request, house, officer, argument_id, "reopened")


@post("/arguments/{argument_id:uuid}/reports")
async def settle_reports(house: TheHouse, officer: TheOfficer, argument_id: FromPath[UUID]) -> Page:
    """Lay aside what readers reported of an argument that may stand."""
    before, _docket = await verbs.view_docketed(house, officer, argument_id)
    await verbs.settle_argument_reports(house, officer, argument_id)
    return _back(before.round_id, before.state, "reports")


async def _decide(request: AnyRequest, house: House, officer: Officer, argument_id: UUID, state: str) -> Page:
    """Do it and lead back to the queue from which it came; a refusal is told beside the argument."""
    fields = await read_form(request)
    before, _docket = await verbs.view_docketed(house, officer, argument_id)
    sent = {"state": state, "ground": fields.text("ground") or None, "reason": fields.text("reason").strip() or None}
    try:
        await verbs.review_argument(house, officer, argument_id, shaped(sent, ArgumentReviewDraft))
    except Refusal as refusal:
        return await _told(house, officer, argument_id, state, fields, refusal)
    return _back(before.round_id, before.state, state)


def _back(round_id: UUID, state: str, done: str) -> Page:
    return see_other(f"/officer/rounds/{round_id}/arguments?queue={state}&done={done}")


async def _told(
    house: House, officer: Officer, argument_id: UUID, tried: str, fields: Fields, refusal: Refusal
) -> Page:
    """The argument alone, with what was tried and typed, and why it was not done."""
    one, docket = await verbs.view_docketed(house, officer, argument_id)
    return await _page(house, officer, one.round_id, one.state, docket, refusal=refusal, tried=tried, typed=fields)


handlers: list[Any] = [
    list_arguments,
    answer_officially,
    withdraw_official_answer,
    hide_argument,
    reopen_argument,
    settle_reports,
]
