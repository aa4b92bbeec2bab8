"""Appeals over HTTP: residents make them and read the answer, officers answer."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Router, get, post
from litestar.di import Provide
from litestar.params import FromPath

from schema.errors import (
    Answered,
    Appealed,
    BadPass,
    Malformed,
    NoPass,
    NotAllowed,
    NotFound,
    NothingToAppeal,
    NotSignedIn,
    PassExpired,
    TakesTwo,
    TooFast,
    TooLarge,
    Unavailable,
    UnknownForm,
    WrongReceipt,
)
from service.api.replies import OFFICER, PASS
from service.openapi import json_body
from service.people import TheHouse, TheOfficer, ThePass, caller_address, provide_box_pass, refuse_other_round
from service.problems import answers
from service.reading import AnyRequest, read_json
from service.store.appeals import Appeal
from service.store.ballots import OwnAppeal
from service.verbs import appeals as verbs
from service.verbs.appeals import AppealAnswer, AppealDraft, AppealMade, AppealQuestion, Appeals, BallotAppealDraft

_DRAFT, _QUESTION = msgspec.json.Decoder(AppealDraft), msgspec.json.Decoder(AppealQuestion)
_GROUND, _ANSWER = msgspec.json.Decoder(BallotAppealDraft), msgspec.json.Decoder(AppealAnswer)

SENT = (NotFound, Malformed, TooLarge, UnknownForm, Unavailable)


@post(
    "/rounds/{round_id:uuid}/appeals",
    operation_class=json_body(AppealDraft),
    responses=answers(*SENT, WrongReceipt, Appealed, TooFast),
    tags=["appeals"],
)
async def make_appeal(request: AnyRequest, house: TheHouse, round_id: FromPath[UUID]) -> AppealMade:
    """Appeal against not being allowed to vote; answers a number to read the answer by. Body: AppealDraft."""
    return await verbs.make_appeal(house, round_id, await read_json(request, _DRAFT), caller_address(request))


@post(
    "/rounds/{round_id:uuid}/appeal-answers",
    operation_class=json_body(AppealQuestion),
    status_code=200,
    responses=answers(*SENT, WrongReceipt, TooFast),
    tags=["appeals"],
)
async def read_answers(request: AnyRequest, house: TheHouse, round_id: FromPath[UUID]) -> list[Appeal]:
    """Read what became of one's appeals. Body: AppealQuestion."""
    return await verbs.read_answers(house, round_id, await read_json(request, _QUESTION), caller_address(request))


@post(
    "/pots/{pot_id:uuid}/appeals",
    operation_class=json_body(BallotAppealDraft),
    responses=answers(*SENT, NoPass, BadPass, PassExpired, NothingToAppeal, Appealed, TooFast),
    security=PASS,
    tags=["appeals"],
    dependencies={"claims": Provide(provide_box_pass)},
)
async def appeal_ballot(request: AnyRequest, house: TheHouse, claims: ThePass, pot_id: FromPath[UUID]) -> OwnAppeal:
    """Ask for one's ballot back that was set aside or voided. Body: BallotAppealDraft."""
    refuse_other_round(claims, claims.round_id, pot_id)
    return await verbs.appeal_ballot(house, claims, await read_json(request, _GROUND))


@get(
    "/rounds/{round_id:uuid}/appeals",
    responses=answers(NotSignedIn, NotAllowed, NotFound, Malformed, Unavailable),
    security=OFFICER,
    tags=["appeals"],
)
async def list_appeals(house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> Appeals:
    """Appeals of a round, against the roll in words and against ballots set aside by their ground."""
    return await verbs.list_appeals(house, officer, round_id)


@post(
    "/rounds/{round_id:uuid}/appeals/{appeal_id:uuid}/answer",
    operation_class=json_body(AppealAnswer),
    status_code=200,
    responses=answers(*SENT, NotSignedIn, NotAllowed, Answered, TakesTwo),
    security=OFFICER,
    tags=["appeals"],
)
async def answer_appeal(
    request: AnyRequest, house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID], appeal_id: FromPath[UUID]
) -> Appeals:
    """Answer an appeal, once; the resident reads it. Body: AppealAnswer. What takes two officers is an act."""
    return await verbs.answer_appeal(house, officer, round_id, appeal_id, await read_json(request, _ANSWER))


router: Any = Router(path="", route_handlers=[make_appeal, read_answers, appeal_ballot, list_appeals, answer_appeal])
