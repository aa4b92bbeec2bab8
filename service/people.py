"""Who is asking: an officer with a session, or somebody with a pass. Handlers declare one of these and nothing else."""

import hashlib
import time
from contextlib import suppress
from ipaddress import IPv6Address, ip_address

from litestar.datastructures import State
from litestar.di import NamedDependency

from schema.errors import BadPass, NoPass, NotAllowed, NotSignedIn
from schema.passes import Audience, Pass, UnknownKey, open_pass
from service.house import House
from service.languages import marked
from service.reading import AnyRequest, header
from service.store import roll
from service.store.roll import Officer
from service.traces import Cast

TheHouse = NamedDependency[House]
TheOfficer = NamedDependency[Officer]
TheSession = NamedDependency[bytes]
ThePass = NamedDependency[Pass]
"""What a handler writes to be given them."""

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def provide_house(state: State) -> House:
    """The house this process runs."""
    house: House = state.house
    return house


def cookie_name(house: House) -> str:
    """The officer's cookie: bound to this host over https; plain only where one machine talks to itself."""
    return "__Host-officer" if house.settings.public_url.startswith("https://") else "officer"


def token_hash(token: str) -> bytes:
    """What is stored of a session token."""
    return hashlib.sha256(token.encode()).digest()


def bearer(request: AnyRequest) -> str | None:
    """The token in the Authorization header."""
    kind, _, token = header(request, b"authorization").partition(" ")
    return token.strip() if kind.lower() == "bearer" and token.strip() else None


def provide_officer(request: AnyRequest) -> Officer:
    """The officer who was admitted to this route (``service/admission.py``); there is none where anyone may come in."""
    officer: Officer = request.state.officer
    return officer


def session_token(request: AnyRequest, house: House) -> str | None:
    """The officer's token that was shown, as a bearer or in the cookie."""
    return bearer(request) or request.cookies.get(cookie_name(house))


def provide_session(request: AnyRequest, house: TheHouse) -> bytes:
    """The hash of the session that was admitted to this route."""
    return token_hash(session_token(request, house) or "")


async def officer_of(request: AnyRequest, house: House) -> Officer:
    """The officer whose session this is. Raises NotSignedIn; NotAllowed for a cookie that another site sent along."""
    token = session_token(request, house)
    if token is None:
        raise NotSignedIn()
    if bearer(request) is None and request.method not in SAFE_METHODS:
        refuse_other_sites(request, house)
    async with house.roll.enter() as db:
        officer = await roll.officer_by_token(db, token_hash(token))
    if officer is None:
        raise NotSignedIn()
    return officer


def refuse_other_sites(request: AnyRequest, house: House) -> None:
    """Raise NotAllowed for a request that a page of another site made the browser send."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    ours = site == "same-origin" if site is not None else origin in {None, house.settings.public_url}
    if not ours:
        raise NotAllowed()


def caller_address(request: AnyRequest) -> str:
    """The address that sent this, as the proxy that is believed names it."""
    return counted_address(request.client.host if request.client else "")


def counted_address(host: str) -> str:
    """The address under which a caller is counted: of IPv6 its /64, because whoever has one has all of it."""
    try:
        address = ip_address(host)
    except ValueError:  # no address at all, as on a local socket
        return host
    if not isinstance(address, IPv6Address):
        return str(address)
    return str(address.ipv4_mapped or f"{IPv6Address(address.packed[:8] + bytes(8))}/64")


def leave_trace(request: AnyRequest, house: House, claims: Pass) -> None:
    """Note for the fraud desk from where an accepted ballot came: network and kind of device, for a day."""
    host = request.client.host if request.client else ""
    house.traces.note(Cast(claims.round_id, claims.tag_bytes, host, header(request, b"user-agent")))


def known_pass(token: str | None, house: House, audience: Audience) -> Pass:
    """The pass in a token, checked for its audience. Raises NoPass, BadPass, PassExpired or UnknownKey."""
    if not token:
        raise NoPass()
    return open_pass(token, house.ring.issuer, audience, time.time())


async def take_pass(token: str | None, house: House, audience: Audience) -> Pass:
    """The same, also when it was signed with a key that was made a moment ago. Raises no UnknownKey."""
    with suppress(UnknownKey):
        return known_pass(token, house, audience)
    await house.ring.look()
    try:
        return known_pass(token, house, audience)
    except UnknownKey:
        raise BadPass(fault=marked("it was not signed by this house")) from None


async def provide_box_pass(request: AnyRequest, house: TheHouse) -> Pass:
    """A pass for casting."""
    return await take_pass(bearer(request), house, "box")


async def provide_civic_pass(request: AnyRequest, house: TheHouse) -> Pass:
    """A pass for proposing and supporting."""
    return await take_pass(bearer(request), house, "civic")


def refuse_other_round(claims: Pass, round_id: object, pot_id: object = None) -> None:
    """Raise BadPass when a pass is for another round or pot."""
    if claims.round_id != round_id or claims.pot_id != pot_id:
        raise BadPass(fault=marked("it is for another round or pot"))
