"""The debate over HTTP: everybody reads and reports, residents argue with a pass, officers answer and moderate."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, Router, delete, get, post
from litestar.di import Provide
from litestar.params import FromPath

from schema.errors import (
    ArgumentSettled,
    BadPass,
    HasAnswer,
    Hidden,
    KeyReused,
    Malformed,
    NoKey,
    NoPass,
    NotAllowed,
    NotFound,
    NotInPhase,
    NotSignedIn,
    NotYours,
    PassExpired,
    Settled,
    TooFast,
    TooLarge,
    TooManyArguments,
    Unavailable,
    UnknownForm,
)
from service.api.replies import OFFICER, PAGE, PASS, After, Page, page
from service.caching import NOT_MODIFIED, cached
from service.openapi import json_body, needed_header
from service.people import TheHouse, TheOfficer, ThePass, caller_address, provide_civic_pass
from service.problems import answers
from service.reading import KEY_FORM, AnyRequest, header, idempotency_key, read_json
from service.verbs import arguments as verbs
from service.verbs import moderation
from service.verbs.arguments import AnswerDraft, AnswerView, ArgumentDraft, ArgumentView, Report
from service.verbs.moderation import ArgumentReviewDraft, OfficialAnswer

_ARGUMENT = msgspec.json.Decoder(ArgumentDraft)
_ANSWER = msgspec.json.Decoder(AnswerDraft)
_OFFICIAL = msgspec.json.Decoder(OfficialAnswer)
_REVIEW = msgspec.json.Decoder(ArgumentReviewDraft)
_REPORT = msgspec.json.Decoder(Report)

READ = answers(NotFound, Hidden, Malformed, Unavailable) | NOT_MODIFIED
BEARER = (NoPass, BadPass, PassExpired, NotFound, Malformed, Unavailable, TooFast)
BODY = (TooLarge, UnknownForm)
WRITE = (*BEARER, *BODY, NoKey, KeyReused, NotInPhase, Settled)
REVIEWER = (NotSignedIn, NotAllowed, NotFound, Malformed, Unavailable)
KEY = needed_header(
    "Idempotency-Key", f"^{KEY_FORM}$", "8 to 128 letters, digits, - or _, new for every argument or answer"
)


@get("/proposals/{proposal_id:uuid}/arguments", responses=READ, tags=["debate"])
async def list_arguments(
    request: AnyRequest, house: TheHouse, proposal_id: FromPath[UUID], after: After = None
) -> Response[Page[ArgumentView]]:
    """What is said for, against and about a proposal, in order of time, each with its answers."""
    return cached(request, page(await verbs.list_arguments(house, proposal_id, None, after, PAGE + 1)))


@post(
    "/proposals/{proposal_id:uuid}/arguments",
    operation_class=json_body(ArgumentDraft, KEY),
    responses=answers(*WRITE, TooManyArguments),
    security=PASS,
    tags=["debate"],
)
async def write_argument(
    request: AnyRequest, house: TheHouse, claims: ThePass, proposal_id: FromPath[UUID]
) -> ArgumentView:
    """Argue about a proposal. Body: ArgumentDraft. The same key again answers what was written with it."""
    sent = await read_json(request, _ARGUMENT)
    key = idempotency_key(header(request, b"idempotency-key"))
    return await verbs.write_argument(house, claims, proposal_id, key, sent)


@post(
    "/arguments/{argument_id:uuid}/answers",
    operation_class=json_body(AnswerDraft, KEY),
    responses=answers(*WRITE, NotYours, HasAnswer, ArgumentSettled),
    security=PASS,
    tags=["debate"],
)
async def answer_argument(
    request: AnyRequest, house: TheHouse, claims: ThePass, argument_id: FromPath[UUID]
) -> AnswerView:
    """Answer what was said about one's own proposal, once. Body: AnswerDraft."""
    sent = await read_json(request, _ANSWER)
    key = idempotency_key(header(request, b"idempotency-key"))
    return await verbs.answer_argument(house, claims, argument_id, key, sent)


@delete(
    "/arguments/{argument_id:uuid}",
    responses=answers(*BEARER, NotYours, ArgumentSettled),
    security=PASS,
    tags=["debate"],
)
async def withdraw_argument(house: TheHouse, claims: ThePass, argument_id: FromPath[UUID]) -> None:
    """Take one's own argument or answer back: its words and name are gone. Twice is once."""
    await verbs.withdraw_argument(house, claims, argument_id)


@post(
    "/proposals/{proposal_id:uuid}/reports",
    status_code=204,
    operation_class=json_body(Report),
    responses=answers(NotFound, Hidden, Malformed, *BODY, TooFast, Unavailable),
    tags=["debate"],
)
async def report_proposal(request: AnyRequest, house: TheHouse, proposal_id: FromPath[UUID]) -> None:
    """Tell moderators that a proposal breaks the rules. Nothing is hidden by it. Body: Report."""
    await verbs.report_proposal(house, caller_address(request), proposal_id, await read_json(request, _REPORT))


@post(
    "/arguments/{argument_id:uuid}/reports",
    status_code=204,
    operation_class=json_body(Report),
    responses=answers(NotFound, ArgumentSettled, Malformed, *BODY, TooFast, Unavailable),
    tags=["debate"],
)
async def report_argument(request: AnyRequest, house: TheHouse, argument_id: FromPath[UUID]) -> None:
    """Tell moderators that an argument or an answer breaks the rules. Nothing is hidden by it. Body: Report."""
    await verbs.report_argument(house, caller_address(request), argument_id, await read_json(request, _REPORT))


@post(
    "/arguments/{argument_id:uuid}/official-answer",
    operation_class=json_body(OfficialAnswer),
    responses=answers(*REVIEWER, *BODY, NotInPhase, Settled, HasAnswer, ArgumentSettled),
    security=OFFICER,
    tags=["debate"],
)
async def answer_officially(
    request: AnyRequest, house: TheHouse, officer: TheOfficer, argument_id: FromPath[UUID]
) -> AnswerView:
    """Answer as the municipality, once. Body: OfficialAnswer."""
    return await moderation.answer_officially(house, officer, argument_id, await read_json(request, _OFFICIAL))


@delete(
    "/arguments/{argument_id:uuid}/official-answer",
    responses=answers(*REVIEWER, ArgumentSettled),
    security=OFFICER,
    tags=["debate"],
)
async def withdraw_official_answer(house: TheHouse, officer: TheOfficer, argument_id: FromPath[UUID]) -> None:
    """Take the municipality's answer to an argument back."""
    await moderation.withdraw_official_answer(house, officer, argument_id)


@post(
    "/arguments/{argument_id:uuid}/review",
    status_code=200,
    operation_class=json_body(ArgumentReviewDraft),
    responses=answers(*REVIEWER, *BODY, ArgumentSettled),
    security=OFFICER,
    tags=["debate"],
)
async def review_argument(
    request: AnyRequest, house: TheHouse, officer: TheOfficer, argument_id: FromPath[UUID]
) -> AnswerView:
    """Hide an argument or an answer, or take that back. Body: ArgumentReviewDraft."""
    return await moderation.review_argument(house, officer, argument_id, await read_json(request, _REVIEW))


router: Any = Router(
    path="",
    route_handlers=[
        list_arguments,
        write_argument,
        answer_argument,
        withdraw_argument,
        report_proposal,
        report_argument,
        answer_officially,
        withdraw_official_answer,
        review_argument,
    ],
    dependencies={"claims": Provide(provide_civic_pass)},
)
