"""Signing in, the roll and codes over HTTP: the roll side."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, Router, delete, get, post
from litestar.params import FromPath

from schema.errors import (
    BadRegister,
    KeyDestroyed,
    Malformed,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooFast,
    TooLarge,
    TotpLocked,
    TotpNeeded,
    Unavailable,
    UnknownForm,
    WrongCode,
    WrongPassword,
    WrongTotp,
)
from service.api.replies import OFFICER
from service.api.rounds import ACT
from service.openapi import csv_body, json_body
from service.people import TheHouse, TheOfficer, bearer, caller_address, session_token
from service.problems import answers
from service.reading import REGISTER_LIMIT, AnyRequest, read_body, read_json
from service.store.staff import OwnSession
from service.verbs import register as register_verbs
from service.verbs import sign_in as verbs
from service.verbs import staff as staff_verbs
from service.verbs.register import RollView
from service.verbs.sign_in import CodeSignIn, OfficerSignIn, Passes

_OFFICER = msgspec.json.Decoder(OfficerSignIn)
_CODE = msgspec.json.Decoder(CodeSignIn)
FILE = answers(NotSignedIn, NotAllowed, NotFound, Malformed, TooLarge, UnknownForm, BadRegister, Unavailable)


class Session(msgspec.Struct, frozen=True):
    """An officer's session: send the token as ``Authorization: Bearer``."""

    token: str


@post(
    "/officer/sessions",
    operation_class=json_body(OfficerSignIn),
    responses=answers(
        WrongPassword, TotpNeeded, WrongTotp, TotpLocked, Malformed, TooLarge, UnknownForm, TooFast, Unavailable
    ),
    tags=["sign-in"],
)
async def sign_in_officer(request: AnyRequest, house: TheHouse) -> Session:
    """Sign an officer in. Body: OfficerSignIn."""
    sent = await read_json(request, _OFFICER)
    return Session(await verbs.sign_in_officer(house, sent, caller_address(request)))


@delete("/officer/sessions", responses=answers(NotSignedIn, Unavailable), security=OFFICER, tags=["sign-in"])
async def sign_out_officer(request: AnyRequest, house: TheHouse, officer: TheOfficer) -> None:
    """End this session."""
    await verbs.sign_out_officer(house, bearer(request) or "")


@get("/officer/sessions", responses=answers(NotSignedIn, Unavailable), security=OFFICER, tags=["sign-in"])
async def list_own_sessions(request: AnyRequest, house: TheHouse, officer: TheOfficer) -> list[OwnSession]:
    """Where one is signed in, this session among them."""
    return await staff_verbs.list_sessions(house, officer, session_token(request, house) or "")


@delete(
    "/officer/sessions/{session_id:uuid}",
    responses=answers(NotSignedIn, NotFound, Malformed, Unavailable),
    security=OFFICER,
    tags=["sign-in"],
)
async def end_own_session(house: TheHouse, officer: TheOfficer, session_id: FromPath[UUID]) -> None:
    """End one of one's own sessions."""
    await staff_verbs.end_session(house, officer, session_id)


@post(
    "/rounds/{round_id:uuid}/sign-in",
    operation_class=json_body(CodeSignIn),
    status_code=200,
    responses=answers(WrongCode, KeyDestroyed, NotFound, Malformed, TooLarge, UnknownForm, TooFast, Unavailable),
    tags=["sign-in"],
)
async def sign_in_by_code(request: AnyRequest, house: TheHouse, round_id: FromPath[UUID]) -> Passes:
    """Sign a resident in with the code from a letter. Body: CodeSignIn."""
    sent = await read_json(request, _CODE)
    return await verbs.sign_in_by_code(house, round_id, sent, caller_address(request))


@get("/rounds/{round_id:uuid}/roll", responses=ACT, security=OFFICER, tags=["register"])
async def view_roll(house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> RollView:
    """How many may vote in which pot, or why not; and whether the roll is up to date."""
    return await register_verbs.view_roll(house, officer, round_id)


@post(
    "/rounds/{round_id:uuid}/codes",
    operation_class=csv_body(),
    responses=FILE,
    security=OFFICER,
    tags=["register"],
    request_max_body_size=REGISTER_LIMIT,
    media_type="text/csv",
)
async def issue_codes(
    request: AnyRequest, house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]
) -> Response[str]:
    """Fresh letter codes for the identities in a CSV body, as CSV. They are shown this once and not kept."""
    body = await read_body(request, "text/csv", REGISTER_LIMIT)
    letters = await register_verbs.issue_codes(house, officer, round_id, body)
    return Response(letters, media_type="text/csv", headers={"Cache-Control": "no-store"})


router: Any = Router(
    path="",
    route_handlers=[
        sign_in_officer,
        sign_out_officer,
        list_own_sessions,
        end_own_session,
        sign_in_by_code,
        view_roll,
        issue_codes,
    ],
)
