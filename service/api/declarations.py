"""Residents declare themselves over HTTP, with a proof of their contact."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Router, post
from litestar.params import FromPath

from schema.errors import (
    BadPass,
    Malformed,
    NoDeclarations,
    NoPass,
    NotFound,
    NotInPhase,
    OnRollAlready,
    PassExpired,
    TooFast,
    TooLarge,
    Unavailable,
    UnknownForm,
)
from service.api.replies import PROOF
from service.openapi import json_body
from service.people import TheHouse, bearer
from service.problems import answers
from service.proofs import read_proof
from service.reading import AnyRequest, read_json
from service.verbs import declarations as verbs
from service.verbs.declarations import Declaration, Declared

_DECLARATION = msgspec.json.Decoder(Declaration)


@post(
    "/rounds/{round_id:uuid}/declarations",
    operation_class=json_body(Declaration),
    status_code=202,
    responses=answers(
        *(NoPass, BadPass, PassExpired, NotFound, NoDeclarations, NotInPhase, OnRollAlready),
        *(Malformed, TooLarge, UnknownForm, TooFast, Unavailable),
    ),
    security=PROOF,
    tags=["sign-in"],
)
async def declare(request: AnyRequest, house: TheHouse, round_id: FromPath[UUID]) -> Declared:
    """Say where you live and when you were born, where a round takes one's word. Body: Declaration."""
    ref = read_proof(house, round_id, bearer(request))
    return await verbs.declare(house, round_id, ref, await read_json(request, _DECLARATION))


router: Any = Router(path="", route_handlers=[declare])
