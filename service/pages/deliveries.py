"""What became of a round's funded projects: a page for everybody, and the page on which officers tell it."""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery

from schema.errors import Malformed, NotCounted, NotFunded, Refusal
from service.house import House
from service.languages import _, marked
from service.pages import words
from service.pages.forms import Fields, read_form, shaped
from service.pages.problems import problem_page
from service.pages.shell import Page, officer_form, public_page, see_other, wanted
from service.people import TheHouse, TheOfficer
from service.reading import AnyRequest, uuid_or_malformed
from service.store.roll import Officer
from service.verbs import deliveries as verbs
from service.verbs import readings
from service.verbs.deliveries import DeliveryDraft, FollowedProject


@get("/rounds/{round_id:uuid}/delivery")
async def view_delivery(request: AnyRequest, house: TheHouse, round_id: FromPath[UUID]) -> Page:
    """Every funded project, where it is, and what was told of it."""
    try:
        following, texts = await readings.read_following(house, round_id, wanted(request))
    except NotCounted as refusal:
        view = await readings.read_round(house, round_id, wanted(request))
        return problem_page(refusal, (f"/rounds/{round_id}", view.round.name))
    projects = [project for pot in following.pots for project in pot.projects]
    done = [project for project in projects if project.newest and project.newest.state == "done"]
    facts = {"round": following.round, "pots": following.pots, "number": len(projects), "done": len(done)}
    return public_page(request, "delivery.html", words=words, texts=texts, **facts)


@get("/rounds/{round_id:uuid}/delivery")
async def view_own_delivery(
    house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID], done: FromQuery[str] = ""
) -> Page:
    """The same for officers, with a form for each project."""
    return await _telling(house, officer, round_id, said=marked("It is told, for everybody to read.") if done else "")


@post("/rounds/{round_id:uuid}/delivery")
async def tell_delivery(request: AnyRequest, house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> Page:
    """Tell what becomes of a project; after a refusal the form keeps what was written."""
    fields = await read_form(request)
    try:
        project_id = uuid_or_malformed(fields.text("project"), marked("the project"))
        await verbs.tell_delivery(house, officer, project_id, _sent(fields))
    except (Malformed, NotFunded) as refusal:
        return await _telling(house, officer, round_id, refusal=refusal, sent=fields)
    return see_other(f"/officer/rounds/{round_id}/delivery?done=told")


def _sent(fields: Fields) -> DeliveryDraft:
    spent = fields.text("spent")
    sent = {
        "state": fields.text("state"),
        "says": fields.text("says"),
        "spent": words.read_money(spent, marked("the sum that was spent")) if spent else None,
        "expected_on": fields.text("expected_on") or None,
    }
    return shaped(sent, DeliveryDraft)


async def _telling(
    house: House,
    officer: Officer,
    round_id: UUID,
    *,
    said: str = "",
    refusal: Refusal | None = None,
    sent: Fields | None = None,
) -> Page:
    following = await verbs.follow_own_round(house, officer, round_id)
    typed = {str(project.id): _stands(project) for pot in following.pots for project in pot.projects}
    refused = sent.text("project") if sent else ""
    if sent and refused in typed:
        typed[refused] = sent
    return officer_form(
        "officer_delivery.html",
        refusal,
        following.round.currency,
        officer=officer,
        round=following.round,
        pots=following.pots,
        words=words,
        said=_(said),
        typed=typed,
        refused=refused,
    )


def _stands(project: FollowedProject) -> Fields:
    """What a form begins with: all but the words is as it was told last."""
    last = project.newest
    if last is None:
        return Fields({})
    expected = last.expected_on.isoformat() if last.expected_on else ""
    return Fields({"state": [last.state], "spent": [words.money_field(project.spent)], "expected_on": [expected]})


handlers: list[Any] = [view_delivery]
officer_handlers: list[Any] = [view_own_delivery, tell_delivery]
