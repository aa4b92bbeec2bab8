"""Translations over HTTP: officers write them. Everybody reads them with their round or proposal."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Router, delete, get, put
from litestar.params import FromPath

from schema.errors import (
    Changed,
    Malformed,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooLarge,
    TranslationStands,
    Unavailable,
    UnknownForm,
)
from service.api.replies import OFFICER
from service.api.rounds import Revision
from service.languages import Tongue
from service.openapi import json_body
from service.people import TheHouse, TheOfficer
from service.problems import answers
from service.reading import AnyRequest, read_json
from service.store.translations import Noun, Original, Translation
from service.verbs import translations as verbs
from service.verbs.translations import TranslationDraft

_DRAFT = msgspec.json.Decoder(TranslationDraft)

READ = (NotSignedIn, NotAllowed, NotFound, Malformed, Unavailable)
DELETE = (NotSignedIn, NotAllowed, NotFound, Malformed, Changed, TranslationStands, Unavailable)
PUT = (*DELETE, TooLarge, UnknownForm)
LIMIT = 128 * 1024
"""Bytes: 20 000 signs, each of which may be four."""


@get("/rounds/{round_id:uuid}/originals", responses=answers(*READ), security=OFFICER, tags=["translations"])
async def list_originals(house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> list[Original]:
    """All that can be translated of a round but its proposals: each text with its noun, id and fingerprint."""
    return await verbs.list_originals(house, officer, round_id)


@put(
    "/translations/{noun:str}/{of_id:uuid}/{language:str}",
    operation_class=json_body(TranslationDraft),
    responses=answers(*PUT),
    security=OFFICER,
    tags=["translations"],
    request_max_body_size=LIMIT,
)
async def put_translation(
    request: AnyRequest,
    house: TheHouse,
    officer: TheOfficer,
    noun: FromPath[Noun],
    of_id: FromPath[UUID],
    language: FromPath[Tongue],
) -> Translation:
    """Add or change what a round, area, theme, pot, project, delivery or proposal says. Body: TranslationDraft."""
    draft = await read_json(request, _DRAFT, LIMIT)
    return await verbs.put_translation(house, officer, noun, of_id, language, draft)


@delete(
    "/translations/{noun:str}/{of_id:uuid}/{language:str}",
    responses=answers(*DELETE),
    security=OFFICER,
    tags=["translations"],
)
async def delete_translation(
    house: TheHouse,
    officer: TheOfficer,
    noun: FromPath[Noun],
    of_id: FromPath[UUID],
    language: FromPath[Tongue],
    revision: Revision,
) -> None:
    """Remove a translation, until voting opens."""
    await verbs.delete_translation(house, officer, noun, of_id, language, revision)


router: Any = Router(path="", route_handlers=[list_originals, put_translation, delete_translation])
