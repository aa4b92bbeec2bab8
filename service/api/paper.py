"""Clerks' work over HTTP: batches of a booth, marks, what they read on the sheets, and assisted sessions."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Router, delete, get, post, put
from litestar.params import FromPath

from schema.errors import (
    BatchClosed,
    BatchNotWhole,
    BlankIsBallot,
    HandedIn,
    HasBallot,
    Malformed,
    MarkedBefore,
    NameTaken,
    NotAllowed,
    NotEntitled,
    NotFound,
    NotMarked,
    NotOpen,
    NotSignedIn,
    OwnSheet,
    SessionOpen,
    SheetSettled,
    TooLarge,
    Unavailable,
    UnknownForm,
    WrongCode,
)
from service.api.ballots import STYLE
from service.api.replies import OFFICER, hear
from service.api.rounds import ACT
from service.openapi import json_body
from service.people import TheHouse, TheOfficer
from service.problems import answers
from service.reading import AnyRequest, read_json
from service.verbs import assisted, booth
from service.verbs import paper as verbs
from service.verbs.assisted import Assistance
from service.verbs.booth import Marked, Marking, Unmarking
from service.verbs.paper import BatchDraft, BatchView, Decided, Difference, Keyed, SheetState, Totals
from service.verbs.sign_in import Passes

_BATCH = msgspec.json.Decoder(BatchDraft)
_TOTALS = msgspec.json.Decoder(Totals)
_MARKING = msgspec.json.Decoder(Marking)
_UNMARKING = msgspec.json.Decoder(Unmarking)
_KEYED = msgspec.json.Decoder(Keyed)
_DECIDED = msgspec.json.Decoder(Decided)
_ASSISTANCE = msgspec.json.Decoder(Assistance)

SENT = (NotSignedIn, NotAllowed, NotFound, Malformed, TooLarge, UnknownForm, Unavailable)
PERSON = (*SENT, WrongCode, NotEntitled, BatchClosed)


@post(
    "/rounds/{round_id:uuid}/paper-batches",
    operation_class=json_body(BatchDraft),
    responses=answers(*SENT, NotOpen, NameTaken),
    security=OFFICER,
    tags=["paper"],
)
async def open_batch(request: AnyRequest, house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> BatchView:
    """Open a batch for a booth. Body: BatchDraft."""
    return await verbs.open_batch(house, officer, round_id, await read_json(request, _BATCH))


@get("/rounds/{round_id:uuid}/paper-batches", responses=ACT, security=OFFICER, tags=["paper"])
async def list_batches(house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> list[BatchView]:
    """The batches of a round with their sums, the newest first."""
    return await verbs.list_batches(house, officer, round_id)


@get("/paper-batches/{batch_id:uuid}", responses=ACT, security=OFFICER, tags=["paper"])
async def view_batch(house: TheHouse, officer: TheOfficer, batch_id: FromPath[UUID]) -> BatchView:
    """A batch with its sums, and what it lacks before it can be closed."""
    return await verbs.view_batch(house, officer, batch_id)


@put(
    "/paper-batches/{batch_id:uuid}/totals",
    operation_class=json_body(Totals),
    responses=answers(*SENT, BatchClosed),
    security=OFFICER,
    tags=["paper"],
)
async def declare_totals(
    request: AnyRequest, house: TheHouse, officer: TheOfficer, batch_id: FromPath[UUID]
) -> BatchView:
    """Say how many sheets were counted by hand. Body: Totals."""
    return await verbs.declare_totals(house, officer, batch_id, await read_json(request, _TOTALS))


@post(
    "/paper-batches/{batch_id:uuid}/marks",
    operation_class=json_body(Marking),
    responses=answers(*PERSON, HasBallot, MarkedBefore, NotOpen),
    security=OFFICER,
    tags=["paper"],
)
async def mark_paper(request: AnyRequest, house: TheHouse, officer: TheOfficer, batch_id: FromPath[UUID]) -> Marked:
    """Mark a person as voting on paper, in all pots named or in none. Body: Marking."""
    return await booth.mark_paper(house, officer, batch_id, await read_json(request, _MARKING))


@post(
    "/paper-batches/{batch_id:uuid}/unmarkings",
    operation_class=json_body(Unmarking),
    responses=answers(*PERSON, NotMarked, HandedIn),
    security=OFFICER,
    tags=["paper"],
)
async def unmark_paper(request: AnyRequest, house: TheHouse, officer: TheOfficer, batch_id: FromPath[UUID]) -> Marked:
    """Take a mark back that was a mistake, before the paper is handed in. Body: Unmarking."""
    return await booth.unmark_paper(house, officer, batch_id, await read_json(request, _UNMARKING))


@post(
    "/paper-batches/{batch_id:uuid}/entries",
    operation_class=json_body(Keyed),
    responses=answers(*SENT, *STYLE, BlankIsBallot, SheetSettled, BatchClosed),
    security=OFFICER,
    tags=["paper"],
)
async def key_sheet(request: AnyRequest, house: TheHouse, officer: TheOfficer, batch_id: FromPath[UUID]) -> SheetState:
    """Key a sheet. Body: Keyed. Two clerks who read the same settle it."""
    return await verbs.key_sheet(house, officer, batch_id, await read_json(request, _KEYED))


@post(
    "/paper-batches/{batch_id:uuid}/decisions",
    operation_class=json_body(Decided),
    responses=answers(*SENT, *STYLE, BlankIsBallot, SheetSettled, OwnSheet, BatchClosed),
    security=OFFICER,
    tags=["paper"],
)
async def decide_sheet(
    request: AnyRequest, house: TheHouse, officer: TheOfficer, batch_id: FromPath[UUID]
) -> SheetState:
    """Decide a sheet that two others read differently, or remove one that does not exist. Body: Decided."""
    sent: Decided = await read_json(request, _DECIDED)
    return await verbs.key_sheet(house, officer, batch_id, sent)


@get("/paper-batches/{batch_id:uuid}/differences", responses=ACT, security=OFFICER, tags=["paper"])
async def list_differences(house: TheHouse, officer: TheOfficer, batch_id: FromPath[UUID]) -> list[Difference]:
    """Sheets that two clerks read differently and that you may decide, because you have not keyed them."""
    return await verbs.list_differences(house, officer, batch_id)


@post(
    "/paper-batches/{batch_id:uuid}/close",
    status_code=200,
    responses=answers(NotSignedIn, NotAllowed, NotFound, Malformed, BatchClosed, BatchNotWhole, Unavailable),
    security=OFFICER,
    tags=["paper"],
)
async def close_batch(house: TheHouse, officer: TheOfficer, batch_id: FromPath[UUID]) -> BatchView:
    """Close a batch that adds up: its sheets become ballots, in a random order."""
    return await verbs.close_batch(house, officer, batch_id)


@post(
    "/rounds/{round_id:uuid}/assisted-sessions",
    operation_class=json_body(Assistance),
    status_code=200,
    responses=answers(*SENT, NotEntitled, NotOpen, SessionOpen),
    security=OFFICER,
    tags=["assisted"],
)
async def open_session(request: AnyRequest, house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> Passes:
    """Passes for somebody who is present with a document. Body: Assistance. One session at a time."""
    return await assisted.open_session(house, officer, round_id, await read_json(request, _ASSISTANCE))


@delete("/assisted-session", responses=answers(NotSignedIn, Unavailable), security=OFFICER, tags=["assisted"])
async def end_session(house: TheHouse, officer: TheOfficer) -> None:
    """End the session that you opened for somebody. Forget the passes as well."""
    await assisted.end_session(house, officer)


router: Any = Router(
    path="",
    before_request=hear,
    route_handlers=[
        open_batch,
        list_batches,
        view_batch,
        declare_totals,
        mark_paper,
        unmark_paper,
        key_sheet,
        decide_sheet,
        list_differences,
        close_batch,
        open_session,
        end_session,
    ],
)
