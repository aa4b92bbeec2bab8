"""The debate about a proposal: reading it, arguing, answering as the proposal's author, taking back, and reporting."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

from litestar import get, post
from litestar.params import FromPath, FromQuery

from schema.errors import (
    ArgumentSettled,
    HasAnswer,
    KeyReused,
    Malformed,
    NotFound,
    NotInPhase,
    Refusal,
    Settled,
    TooFast,
    TooManyArguments,
)
from schema.passes import Pass
from service.house import House
from service.languages import _, marked, spoken
from service.pages import words
from service.pages.forms import Fields, read_form, shaped
from service.pages.passes import civic_pass
from service.pages.rounds import SIZE, After
from service.pages.shell import Page, form_page, private_page, public_page, see_other
from service.people import TheHouse, caller_address, take_pass
from service.problems import details, retry_after
from service.reading import AnyRequest, idempotency_key, uuid_or_malformed
from service.verbs import arguments as verbs
from service.verbs import readings
from service.verbs.arguments import DEBATED, SIDES, AnswerDraft, ArgumentDraft, Report
from service.verbs.proposals import ProposalView
from service.verbs.readings import RoundInWords

MENDABLE = (ArgumentSettled, HasAnswer, KeyReused, Malformed, NotInPhase, Settled, TooFast, TooManyArguments)
"""Refusals after which the form comes back with what was written."""

Do = Callable[[House, Pass, Fields], Awaitable[object]]


def is_debated(view: RoundInWords, proposal: ProposalView) -> bool:
    """Whether this proposal can be argued about now."""
    return view.round.phase in DEBATED and proposal.state in {"submitted", "shortlisted"}


@get("/proposals/{proposal_id:uuid}/arguments")
async def list_arguments(
    request: AnyRequest,
    house: TheHouse,
    proposal_id: FromPath[UUID],
    side: FromQuery[str] = "for",
    after: After = None,
) -> Page:
    """All that is said on one side, in order of time."""
    proposal, view = await readings.read_proposal(house, proposal_id, spoken())
    wanted = next((each for each in SIDES if each == side), SIDES[0])
    found = await verbs.list_arguments(house, proposal_id, wanted, after, SIZE + 1)
    return public_page(
        request,
        "arguments.html",
        round=view.round,
        proposal=proposal,
        words=words,
        side=wanted,
        arguments=found[:SIZE],
        more=found[SIZE - 1].id if len(found) > SIZE else None,
    )


@get(
    [
        "/proposals/{proposal_id:uuid}/arguments/new",
        "/proposals/{proposal_id:uuid}/arguments/withdrawal",
        "/proposals/{proposal_id:uuid}/answers",
    ]
)
async def lead_to_debate(proposal_id: FromPath[UUID]) -> Page:
    """These open with a pass; who types the address is shown the proposal."""
    return see_other(f"/proposals/{proposal_id}#debate")


@post("/proposals/{proposal_id:uuid}/arguments/new")
async def open_argument_form(request: AnyRequest, house: TheHouse, proposal_id: FromPath[UUID]) -> Page:
    """A resident's seat in the debate: what they wrote, and the form for more."""
    return await _do(request, house, proposal_id)


@post("/proposals/{proposal_id:uuid}/arguments")
async def write_argument(request: AnyRequest, house: TheHouse, proposal_id: FromPath[UUID]) -> Page:
    """Argue about a proposal; the same form twice is one argument."""

    async def write(house: House, claims: Pass, fields: Fields) -> None:
        draft = shaped(_words(fields) | {"side": fields.text("side")}, ArgumentDraft)
        await verbs.write_argument(house, claims, proposal_id, idempotency_key(fields.text("key")), draft)

    return await _do(request, house, proposal_id, write, marked("Your words are there. Everybody can read them now."))


@post("/proposals/{proposal_id:uuid}/answers")
async def answer_argument(request: AnyRequest, house: TheHouse, proposal_id: FromPath[UUID]) -> Page:
    """Answer what was said about one's own proposal."""

    async def answer(house: House, claims: Pass, fields: Fields) -> None:
        draft = shaped(_words(fields), AnswerDraft)
        await verbs.answer_argument(house, claims, _argument(fields), idempotency_key(fields.text("key")), draft)

    return await _do(request, house, proposal_id, answer, marked("Your answer is there. Everybody can read it now."))


@post("/proposals/{proposal_id:uuid}/arguments/withdrawal")
async def withdraw_argument(request: AnyRequest, house: TheHouse, proposal_id: FromPath[UUID]) -> Page:
    """Take an argument or an answer back; twice is once."""

    async def withdraw(house: House, claims: Pass, fields: Fields) -> None:
        await verbs.withdraw_argument(house, claims, _argument(fields))

    return await _do(request, house, proposal_id, withdraw, marked("What you wrote is taken back and gone."))


async def _do(request: AnyRequest, house: House, proposal_id: UUID, verb: Do | None = None, said: str = "") -> Page:
    """Do it with the pass in the form, and show the seat anew: with ``said``, or the refusal and what was typed."""
    fields = await read_form(request)
    _proposal, view = await readings.read_proposal(house, proposal_id, spoken())
    claims = await civic_pass(house, fields, view.round, "argument", proposal_id)
    if verb is None:
        return await argument_page(house, view, proposal_id, fields.text("pass"), fields)
    try:
        await verb(house, claims, fields)
    except MENDABLE as refusal:
        return await argument_page(house, view, proposal_id, fields.text("pass"), fields, refusal)
    return await argument_page(house, view, proposal_id, fields.text("pass"), Fields({}), said=said)


async def argument_page(
    house: House,
    view: RoundInWords,
    proposal_id: UUID,
    token: str,
    fields: Fields,
    refusal: Refusal | None = None,
    said: str = "",
) -> Page:
    """A resident's seat, with what is typed so far. Each form has a key of its own, so that it counts once."""
    seat = await verbs.view_seat(house, await take_pass(token, house, "civic"), proposal_id, SIZE)
    kept = "" if isinstance(refusal, KeyReused) else fields.text("key")
    answer = private_page(
        "argue.html",
        details(refusal).status if refusal else 200,
        round=view.round,
        seat=seat,
        is_open=is_debated(view, seat.proposal),
        token=token,
        key=kept or uuid4().hex,
        typed={name: fields.text(name) for name in ("argument", "side", "words", "author_name")},
        language=fields.text("language") or view.round.language,
        words=words,
        said=_(said),
        alert=_alert(refusal, view.round.currency) if refusal else None,
    )
    answer.headers.update(retry_after(refusal))
    return answer


def _alert(refusal: Refusal, currency: str) -> str:
    if isinstance(refusal, KeyReused):
        return _("This form has sent other words before. Look at these below and send them again.")
    return words.sentence(refusal, currency)


@get("/proposals/{proposal_id:uuid}/report")
async def open_report(house: TheHouse, proposal_id: FromPath[UUID], argument: FromQuery[str] = "") -> Page:
    """The form to report a proposal, or one argument about it."""
    return await _report_page(house, proposal_id, argument)


@post("/proposals/{proposal_id:uuid}/report")
async def report(request: AnyRequest, house: TheHouse, proposal_id: FromPath[UUID]) -> Page:
    """Tell moderators; nobody needs to sign in, and nothing is hidden by it."""
    fields = await read_form(request)
    named, address = fields.text("argument"), caller_address(request)
    try:
        sent = shaped({"ground": fields.text("ground")}, Report)
        if named:
            await verbs.report_argument(house, address, _argument(fields), sent)
        else:
            await verbs.report_proposal(house, address, proposal_id, sent)
    except (Malformed, TooFast) as refusal:
        return await _report_page(house, proposal_id, named, refusal, fields.text("ground"))
    return await _report_page(house, proposal_id, named, is_done=True)


async def _report_page(
    house: House,
    proposal_id: UUID,
    named: str,
    refusal: Refusal | None = None,
    ground: str = "",
    *,
    is_done: bool = False,
) -> Page:
    proposal, view = await readings.read_proposal(house, proposal_id, spoken())
    argument = await verbs.view_argument(house, uuid_or_malformed(named, marked("the argument"))) if named else None
    if argument and argument.proposal_id != proposal_id:
        raise NotFound(what="argument")
    return form_page(
        "report.html",
        refusal,
        view.round.currency,
        round=view.round,
        proposal=proposal,
        argument=argument,
        words=words,
        grounds=words.ARGUMENT_HIDDEN_FOR if argument else words.HIDDEN_FOR,
        ground=ground,
        is_done=is_done,
    )


def _argument(fields: Fields) -> UUID:
    return uuid_or_malformed(fields.text("argument"), marked("the argument"))


def _words(fields: Fields) -> dict[str, object]:
    return {name: fields.text(name).strip() for name in ("words", "author_name", "language")}


handlers: list[Any] = [
    list_arguments,
    lead_to_debate,
    open_argument_form,
    write_argument,
    answer_argument,
    withdraw_argument,
    open_report,
    report,
]
