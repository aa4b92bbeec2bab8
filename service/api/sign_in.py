"""Signing in and the roll over HTTP: the roll side."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Router, delete, get, post
from litestar.params import FromPath

from schema.errors import (
    BadContact,
    CodeOfTest,
    CodeReplaced,
    CodeVoid,
    DirectoryDemanded,
    GatewayAway,
    Guessing,
    KeyDestroyed,
    Malformed,
    MistypedCode,
    NoGateway,
    NotFound,
    NotOnRegister,
    NotSignedIn,
    TooFast,
    TooLarge,
    TotpLocked,
    TotpNeeded,
    Unavailable,
    UnknownForm,
    WrongCode,
    WrongOneTimeCode,
    WrongPassword,
    WrongTotp,
)
from service.api.replies import OFFICER
from service.openapi import json_body
from service.people import TheHouse, TheOfficer, bearer, caller_address, session_token
from service.problems import answers
from service.reading import AnyRequest, read_json
from service.store.staff import OwnSession
from service.verbs import contact_codes as contact_verbs
from service.verbs import sign_in as verbs
from service.verbs import staff as staff_verbs
from service.verbs.contact_codes import CodeSent, Contact
from service.verbs.sign_in import CodeSignIn, OfficerSignIn, Passes

_OFFICER = msgspec.json.Decoder(OfficerSignIn)
_CODE = msgspec.json.Decoder(CodeSignIn)
_CONTACT = msgspec.json.Decoder(Contact)
CONTACT = (NotFound, NoGateway, BadContact, Malformed, TooLarge, UnknownForm, TooFast, Unavailable)


class Session(msgspec.Struct, frozen=True):
    """An officer's session: send the token as ``Authorization: Bearer``."""

    token: str


@post(
    "/officer/sessions",
    operation_class=json_body(OfficerSignIn),
    responses=answers(
        *(WrongPassword, DirectoryDemanded, TotpNeeded, WrongTotp, TotpLocked),
        *(Malformed, TooLarge, UnknownForm, TooFast, Unavailable),
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
    responses=answers(
        *(WrongOneTimeCode, NotOnRegister),
        *(WrongCode, MistypedCode, CodeReplaced, CodeVoid, CodeOfTest, KeyDestroyed),
        Guessing,
        *CONTACT,
    ),
    tags=["sign-in"],
)
async def sign_in_by_code(request: AnyRequest, house: TheHouse, round_id: FromPath[UUID]) -> Passes:
    """Sign a resident in with the code from a letter, or one that was sent to a contact. Body: CodeSignIn."""
    sent = await read_json(request, _CODE)
    return await verbs.sign_in_by_code(house, round_id, sent, caller_address(request))


@post(
    "/rounds/{round_id:uuid}/contact-codes",
    operation_class=json_body(Contact),
    status_code=202,
    responses=answers(KeyDestroyed, GatewayAway, *CONTACT),
    tags=["sign-in"],
)
async def send_contact_code(request: AnyRequest, house: TheHouse, round_id: FromPath[UUID]) -> CodeSent:
    """Send a one-time code to a contact. The answer is the same whether or not it is known. Body: Contact."""
    sent = await read_json(request, _CONTACT)
    await contact_verbs.send_contact_code(house, round_id, sent, caller_address(request))
    return CodeSent()


router: Any = Router(
    path="",
    route_handlers=[
        sign_in_officer,
        sign_out_officer,
        list_own_sessions,
        end_own_session,
        sign_in_by_code,
        send_contact_code,
    ],
)
