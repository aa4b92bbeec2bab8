"""An officer's page of a round's letters: printing them, what was issued, and making it void."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from schema.errors import Refusal
from service.house import House
from service.languages import _, marked
from service.pages.forms import Fields, read_form, read_upload, shaped
from service.pages.officer_rounds import round_page
from service.pages.shell import HEADERS, Page, officer_form, see_other
from service.people import TheHouse, TheOfficer
from service.printing.words import FALLBACK, known_language, languages
from service.reading import REGISTER_LIMIT, AnyRequest, uuid_or_malformed
from service.store.roll import Officer
from service.verbs import codes as verbs
from service.verbs import rounds as round_verbs
from service.verbs.codes import MOST_HERE, CodeList, Order, Void

_DONE = {"void": marked("These codes are void: they sign nobody in any more.")}


@get(
    [
        "/rounds/{round_id:uuid}/letters",
        "/rounds/{round_id:uuid}/code-list",
        "/rounds/{round_id:uuid}/void-codes",
        "/rounds/{round_id:uuid}/codes",
    ]
)
async def view_letters(
    house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID], done: FromQuery[str] = ""
) -> Page:
    """What was issued for a round, and the forms for more."""
    return await letters_page(house, officer, round_id, said=_(_DONE.get(done, "")))


async def letters_page(
    house: House,
    officer: Officer,
    round_id: UUID,
    *,
    said: str | None = None,
    refusal: Refusal | None = None,
    typed: Fields | None = None,
) -> Page:
    """The page, with what was just done or refused on top and what was typed in its fields."""
    view = await round_verbs.view_own_round(house, officer, round_id)
    return officer_form(
        "officer_letters.html",
        refusal,
        view.round.currency,
        officer=officer,
        round=view.round,
        batches=await verbs.list_batches(house, officer, round_id),
        languages=[(code, each.name) for code, each in languages().items()],
        most=MOST_HERE,
        said=said,
        typed=typed or Fields({}),
        fallback=FALLBACK,
    )


@post("/rounds/{round_id:uuid}/codes", request_max_body_size=REGISTER_LIMIT)
async def issue_codes(request: AnyRequest, house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> Page:
    """Fresh letter codes for the people in a CSV file, as a file to print letters from. They are not kept."""
    try:
        body = await read_upload(request, "file", REGISTER_LIMIT)
        issued = await verbs.issue_codes(house, officer, round_id, body)
    except Refusal as refusal:
        return await round_page(house, officer, round_id, refusal=refusal)
    return _download(issued, "codes.csv", "text/csv; charset=utf-8")


@post("/rounds/{round_id:uuid}/letters", request_max_body_size=REGISTER_LIMIT)
async def issue_letters(request: AnyRequest, house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> Page:
    """Letters for the people in a CSV file."""
    language = FALLBACK
    try:
        body = await read_upload(request, "file", REGISTER_LIMIT)
        form = await request.form()
        language = known_language(str(form.get("language", ""))) or FALLBACK
        order = Order("register", language, "is_test" in form, "again" in form)
        issued = await verbs.issue_letters(house, officer, round_id, order, body)
    except Refusal as refusal:
        return await letters_page(house, officer, round_id, refusal=refusal, typed=Fields({"language": [language]}))
    return _download(issued, "letters.pdf", "application/pdf")


@post("/rounds/{round_id:uuid}/code-list")
async def issue_list(request: AnyRequest, house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> Page:
    """Letters with codes that name nobody."""
    fields = await read_form(request)
    try:
        issued = await verbs.issue_list(house, officer, round_id, _wanted(fields))
    except Refusal as refusal:
        return await letters_page(house, officer, round_id, refusal=refusal, typed=fields)
    return _download(issued, "letters.pdf", "application/pdf")


def _wanted(fields: Fields) -> CodeList:
    language, is_test = fields.text("language"), bool(fields.text("is_test"))
    return shaped({"count": fields.number("count"), "language": language, "is_test": is_test}, CodeList)


@post("/rounds/{round_id:uuid}/void-codes")
async def void_batch(request: AnyRequest, house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> Page:
    """Make a batch void, for good."""
    fields = await read_form(request)
    try:
        batch_id = uuid_or_malformed(fields.text("batch"), marked("the batch"))
        await verbs.void_batch(house, officer, batch_id, shaped({"reason": fields.text("reason")}, Void))
    except Refusal as refusal:
        return await letters_page(house, officer, round_id, refusal=refusal, typed=fields)
    return see_other(f"/officer/rounds/{round_id}/letters?done=void")


def _download(content: str | bytes, name: str, media_type: str) -> Page:
    """What holds codes in clear: it is answered once, and nobody on the way keeps it."""
    headers = {**HEADERS, "Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, status_code=200, media_type=media_type, headers=headers)


handlers: list[Any] = [view_letters, issue_codes, issue_letters, issue_list, void_batch]
