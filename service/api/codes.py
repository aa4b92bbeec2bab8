"""Letter codes over HTTP: issued in batches, answered once, made void. The roll side."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, Router, get, post
from litestar.params import FromPath, QueryParameter

from schema.errors import (
    BadAddressees,
    BatchVoid,
    CodesTooLate,
    Frozen,
    Malformed,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooLarge,
    Unavailable,
    UnknownForm,
)
from service.api.replies import OFFICER
from service.openapi import csv_body, json_body
from service.people import TheHouse, TheOfficer
from service.printing.words import FALLBACK, known_language
from service.problems import answers
from service.reading import REGISTER_LIMIT, AnyRequest, read_body, read_json
from service.store.codes import Batch
from service.verbs import codes as verbs
from service.verbs.codes import CodeList, Order, Void

_LIST, _VOID = msgspec.json.Decoder(CodeList), msgspec.json.Decoder(Void)
PDF = "application/pdf"
_ALL = (NotSignedIn, NotAllowed, NotFound, Malformed, Unavailable)
_FILE = answers(*_ALL, TooLarge, UnknownForm, BadAddressees)

InLanguage = Annotated[
    str, QueryParameter(min_length=2, max_length=3, pattern="^[a-z]*$", description="where the register says none")
]
AsTest = Annotated[bool, QueryParameter(description="letters that show the ballot and cannot vote")]
Again = Annotated[bool, QueryParameter(description="new codes also for those whose code works; that one stops working")]


@post(
    "/rounds/{round_id:uuid}/codes",
    operation_class=csv_body(),
    responses=_FILE,
    security=OFFICER,
    tags=["codes"],
    request_max_body_size=REGISTER_LIMIT,
    media_type="text/csv",
)
async def issue_codes(
    request: AnyRequest, house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]
) -> Response[str]:
    """Fresh letter codes for the identities in a CSV body, as CSV. They are shown this once and not kept."""
    body = await read_body(request, "text/csv", REGISTER_LIMIT)
    return _once(await verbs.issue_codes(house, officer, round_id, body), "text/csv")


@post(
    "/rounds/{round_id:uuid}/letters",
    operation_class=csv_body(),
    responses=_FILE,
    security=OFFICER,
    tags=["codes"],
    request_max_body_size=REGISTER_LIMIT,
    media_type=PDF,
)
async def issue_letters(
    request: AnyRequest,
    house: TheHouse,
    officer: TheOfficer,
    round_id: FromPath[UUID],
    language: InLanguage = FALLBACK,
    is_test: AsTest = False,
    again: Again = False,
) -> Response[bytes]:
    """Letters with fresh codes for at most 500 people in a CSV body: identity, name, address_1, …, language."""
    body = await read_body(request, "text/csv", REGISTER_LIMIT)
    order = Order("register", known_language(language) or FALLBACK, is_test, again)
    return _once(await verbs.issue_letters(house, officer, round_id, order, body), PDF)


@post(
    "/rounds/{round_id:uuid}/code-batches",
    operation_class=json_body(CodeList),
    responses=answers(*_ALL, TooLarge, UnknownForm, CodesTooLate, Frozen),
    security=OFFICER,
    tags=["codes"],
    media_type=PDF,
)
async def issue_list(
    request: AnyRequest, house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]
) -> Response[bytes]:
    """Letters with codes that name nobody, before the round is scheduled. Body: CodeList."""
    return _once(await verbs.issue_list(house, officer, round_id, await read_json(request, _LIST)), PDF)


@get("/rounds/{round_id:uuid}/code-batches", responses=answers(*_ALL), security=OFFICER, tags=["codes"])
async def list_batches(house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> list[Batch]:
    """What was issued for a round, and what of it is void."""
    return await verbs.list_batches(house, officer, round_id)


@post(
    "/code-batches/{batch_id:uuid}/void",
    operation_class=json_body(Void),
    status_code=200,
    responses=answers(*_ALL, TooLarge, UnknownForm, BatchVoid),
    security=OFFICER,
    tags=["codes"],
)
async def void_batch(request: AnyRequest, house: TheHouse, officer: TheOfficer, batch_id: FromPath[UUID]) -> Batch:
    """Make all codes of a batch void, for good. Body: Void."""
    return await verbs.void_batch(house, officer, batch_id, await read_json(request, _VOID))


def _once(content: Any, media_type: str) -> Response[Any]:
    """What holds codes in clear: nobody on the way keeps it."""
    return Response(content, media_type=media_type, headers={"Cache-Control": "no-store"})


router: Any = Router(path="", route_handlers=[issue_codes, issue_letters, issue_list, list_batches, void_batch])
