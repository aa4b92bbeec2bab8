"""Casting over HTTP. A pass is all that counts here: no cookie, no name, no address decides anything."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Router, get, post
from litestar.di import Provide
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath

from schema.errors import (
    BadPass,
    ChosenTwice,
    KeyReused,
    Malformed,
    NoKey,
    NoPass,
    NoPoints,
    NotFound,
    NothingToWithdraw,
    NotOpen,
    OnPaper,
    PassExpired,
    PointsAmiss,
    Stale,
    TooCostly,
    TooFast,
    TooFew,
    TooLarge,
    TooMany,
    TooManyForOne,
    TooManyPoints,
    Unavailable,
    UnknownForm,
    UnknownProject,
)
from schema.passes import UnknownKey
from service.api.replies import PASS, Ready
from service.house import House
from service.openapi import json_body, needed_header
from service.people import (
    TheHouse,
    ThePass,
    bearer,
    known_pass,
    leave_trace,
    provide_box_pass,
    refuse_other_round,
    take_pass,
)
from service.problems import answers
from service.reading import BALLOT_LIMIT, KEY_FORM, AnyRequest, header, idempotency_key, read_json
from service.store.ballots import CurrentBallot
from service.verbs import ballots as verbs
from service.verbs.ballots import Accepted, Ballot, Withdrawal

_BALLOT = msgspec.json.Decoder(Ballot)
_WITHDRAWAL = msgspec.json.Decoder(Withdrawal)

ACCEPTED = {
    201: ResponseSpec(Accepted, description="Document created, URL follows", generate_examples=False),
    200: ResponseSpec(Accepted, description="A replay of what was accepted before", generate_examples=False),
}
STYLE = (UnknownProject, ChosenTwice, TooMany, TooFew, TooCostly, PointsAmiss, NoPoints, TooManyForOne, TooManyPoints)
BEARER = (NoPass, BadPass, PassExpired, NotFound, Malformed, Unavailable)
CAST = (*BEARER, NoKey, TooLarge, UnknownForm, NotOpen, OnPaper, Stale, KeyReused, TooFast)
KEY = needed_header(
    "Idempotency-Key", f"^{KEY_FORM}$", "8 to 128 letters, digits, - or _, new for every ballot or withdrawal"
)


@post(
    "/pots/{pot_id:uuid}/ballots",
    operation_class=json_body(Ballot, KEY),
    responses=answers(*CAST, *STYLE) | ACCEPTED,
    security=PASS,
    tags=["ballots"],
)
async def cast_ballot(request: AnyRequest) -> Ready:
    """Cast or change a ballot. Body: Ballot. A replay of one that was accepted answers 200 with the same receipt."""
    # The busiest door: what is needed is looked up here and the answer is made here, because what the framework injects
    # and converts costs more.
    house: House = request.app.state.house
    pot_id: UUID = request.path_params["pot_id"]
    try:
        claims = known_pass(bearer(request), house, "box")
    except UnknownKey:
        claims = await take_pass(bearer(request), house, "box")
    refuse_other_round(claims, claims.round_id, pot_id)
    sent = await read_json(request, _BALLOT, BALLOT_LIMIT)
    key = idempotency_key(header(request, b"idempotency-key"))
    accepted, fresh = await verbs.cast_ballot(house, claims, pot_id, key, sent)
    if fresh:
        leave_trace(request, house, claims)
    return Ready(201 if fresh else 200, msgspec.json.encode(accepted))


@post(
    "/pots/{pot_id:uuid}/withdrawals",
    operation_class=json_body(Withdrawal, KEY),
    responses=answers(*CAST, NothingToWithdraw) | ACCEPTED,
    security=PASS,
    tags=["ballots"],
    dependencies={"claims": Provide(provide_box_pass)},
)
async def withdraw_ballot(request: AnyRequest, house: TheHouse, claims: ThePass, pot_id: FromPath[UUID]) -> Ready:
    """Take one's ballot back. Body: Withdrawal. Answers as to a ballot; one may vote again while voting is open."""
    refuse_other_round(claims, claims.round_id, pot_id)
    sent = await read_json(request, _WITHDRAWAL, BALLOT_LIMIT)
    key = idempotency_key(header(request, b"idempotency-key"))
    accepted, fresh = await verbs.withdraw_ballot(house, claims, pot_id, key, sent)
    if fresh:
        leave_trace(request, house, claims)
    return Ready(201 if fresh else 200, msgspec.json.encode(accepted))


@get(
    "/pots/{pot_id:uuid}/ballot",
    responses=answers(*BEARER),
    security=PASS,
    tags=["ballots"],
    dependencies={"claims": Provide(provide_box_pass)},
)
async def view_ballot(house: TheHouse, claims: ThePass, pot_id: FromPath[UUID]) -> CurrentBallot:
    """One's own ballot as it stands, whether it was taken back, and whether it counts or why not.

    What it holds is shown until voting closes.
    """
    refuse_other_round(claims, claims.round_id, pot_id)
    found = await verbs.current_ballot(house, claims, pot_id)
    if found is None:
        raise NotFound(what="ballot of yours")
    return found


router: Any = Router(path="", route_handlers=[cast_ballot, withdraw_ballot, view_ballot])
