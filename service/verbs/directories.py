"""Officers sign in with their municipality's directory, an OpenID provider. It says who they are, and, if the house is
set so, as what.

An account there is bound to an officer by a link that works once. From then on it is known by its issuer and subject.
"""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from schema.errors import (
    AccountTaken,
    AccountUnknown,
    BadProof,
    DirectoryAway,
    DirectoryFirst,
    DirectoryRefused,
    DirectoryUnproven,
    LinkEnded,
    NoDirectory,
    NoRoleThere,
    NotFound,
    ProviderAway,
    ProviderRefused,
    SignInLapsed,
)
from schema.gateways import Directory
from schema.queries import Db
from service.acting import Acting
from service.house import House
from service.id_tokens import Proof
from service.limits import OFFICER_ADDRESS, OFFICER_NAME
from service.openid import OpenId
from service.people import token_hash
from service.rights import OfficerRole
from service.store import audit, roll, staff
from service.store import directories as store
from service.store.directories import Invitation
from service.store.roll import Officer
from service.store.staff import Member
from service.verbs import totp
from service.verbs.providers import Answer, Attempt, Door, begin, prove
from service.verbs.sign_in import begin_session

OFFICERS = Door("officer-sign-in", "/officer/callback")

CODE_MINUTES = 5
"""How long somebody may take to find the app for codes."""


class Entered(msgspec.Struct, frozen=True):
    """An officer who is in, and the token of the session."""

    officer: Officer
    token: str


class CodeOwed(msgspec.Struct, frozen=True):
    """An officer whom the directory proved, and who still owes the code of an app. It lies sealed in the form for it.

    ``proven_until`` and ``ends`` in seconds since 1970.
    """

    issuer: str
    subject: str
    proven_until: float
    ends: int


@contextmanager
def told_to_officers() -> Iterator[None]:
    """What is refused at every provider, in words for those who have no letter to use instead."""
    try:
        yield
    except ProviderAway as refusal:
        raise DirectoryAway(**refusal.facts) from None
    except ProviderRefused as refusal:
        raise DirectoryRefused(**refusal.facts) from None
    except BadProof as refusal:
        raise DirectoryUnproven(**refusal.facts) from None


def directories_of(house: House, municipality: str) -> dict[str, str]:
    """The names of directories by which officers of a municipality come in, by their words in addresses."""
    return {word: each.provider.name for word, each in house.directories.items() if each.provider.serves(municipality)}


def names_by_issuer(house: House) -> dict[str, str]:
    """What people call the directories that the house knows."""
    return {each.provider.issuer: each.provider.name for each in house.directories.values()}


def mapped_issuers(house: House) -> set[str]:
    """The directories that say what somebody is, too."""
    return {each.provider.issuer for each in house.directories.values() if each.provider.claim}


async def invite(house: House, officer: Officer, member_id: UUID, word: str) -> tuple[Member, str]:
    """Somebody, and a link by which they bind an account; what was bound before opens nothing any more.

    Raises NotFound and NoDirectory.
    """
    async with house.roll.write() as db:
        member = await staff.member(db, officer.municipality_id, member_id)
        if member is None or not member.roles:
            raise NotFound(what="officer")
        link, _until = await new_link(db, house, member.id, member.municipality, word)
    return member, link


async def new_link(db: Db, house: House, officer_id: UUID, municipality: str, word: str) -> tuple[str, datetime]:
    """The same in a transaction under way: the link's address, which is kept nowhere, and until when it waits."""
    return await write_link(db, house.settings.public_url, known_directory(house, word, municipality), officer_id)


async def write_link(db: Db, public_url: str, directory: Directory, officer_id: UUID) -> tuple[str, datetime]:
    """The same, for the operator."""
    link = secrets.token_urlsafe(32)
    until = await store.invite(db, officer_id, directory.issuer, token_hash(link))
    return f"{public_url}/officer/invitations/{link}", until


async def view_invitation(house: House, link: str) -> tuple[Invitation, Directory]:
    """Whom a link is for, and at which directory. Looking uses nothing up. Raises LinkEnded and NoDirectory."""
    async with house.roll.enter() as db:
        found = await store.invitation(db, token_hash(link))
    if found is None:
        raise LinkEnded()
    return found, known_directory(house, _word(house, found.issuer), found.municipality)


async def demand_directory(house: House, officer: Officer, demanded: bool) -> None:
    """Whether passwords open nothing in the officer's municipality. Raises DirectoryFirst."""
    if demanded and officer.issuer is None:
        raise DirectoryFirst()
    async with house.roll.write() as db:
        await staff.demand_directory(db, officer.municipality_id, demanded)


async def begin_sign_in(house: House, word: str, address: str) -> tuple[str, str]:
    """Where to send the browser, and the attempt it has to keep, sealed. ``address`` is the caller's.

    Raises NoDirectory, DirectoryAway, DirectoryUnproven and TooFast.
    """
    return await _begin(house, word, "", address)


async def begin_invited_sign_in(house: House, link: str, address: str) -> tuple[str, str]:
    """The same with a link. Raises LinkEnded as well."""
    found, _directory = await view_invitation(house, link)
    return await _begin(house, _word(house, found.issuer), link, address)


async def _begin(house: House, word: str, link: str, address: str) -> tuple[str, str]:
    directory = _directory(house, word)
    await house.limits.ask(OFFICER_ADDRESS, address)
    with told_to_officers():
        return await begin(house, OFFICERS, directory, word, link)


async def finish_sign_in(
    house: House, attempt: Attempt, answer: Answer, address: str, request_id: str
) -> Entered | CodeOwed:
    """Let in whom the directory proves, or ask for a code first. ``address`` is the caller's.

    Raises what a directory is refused for, LinkEnded, AccountTaken, AccountUnknown, NoRoleThere, LastAdmin, TooFast.
    """
    await house.limits.ask(OFFICER_ADDRESS, address)
    directory = _directory(house, attempt.provider)
    with told_to_officers():
        proven = await prove(house, OFFICERS, directory, attempt, answer)
        subject = directory.text(proven, "sub")
    known = directory.provider
    roles = said_roles(known, proven)
    if roles is not None and not roles:
        async with house.roll.write() as db:
            await store.end_sessions(db, known.issuer, subject)
        raise NoRoleThere(provider=known.name)
    async with house.roll.write() as db:
        if attempt.about:
            await _bind(db, known, attempt.about, subject, request_id)
        officer = await _known_officer(db, known, subject)
        if roles is not None and roles != officer.roles:
            await audit.name_actor(db, Acting(officer.id, "sign_in_with_directory", request_id))
            await staff.update_roles(db, officer.name, roles)
            officer = msgspec.structs.replace(officer, roles=roles)
    until = (proven.proven_at or 0.0) + known.max_age
    if officer.totp and not known.two_factors:
        return CodeOwed(known.issuer, subject, until, int(time.time()) + CODE_MINUTES * 60)
    return await _enter(house, officer, known, until)


def seal_owed(house: House, owed: CodeOwed) -> str:
    """What the form for a code holds: nobody else can make it."""
    return house.keys.seal_cookie("officer-code", msgspec.json.encode(owed))


async def finish_with_code(house: House, sealed: str, typed: str) -> Entered:
    """Let in whoever owed a code. Raises SignInLapsed, TotpNeeded, WrongTotp, TotpLocked and TooFast."""
    plain = house.keys.open_cookie("officer-code", sealed)
    owed = msgspec.json.decode(plain, type=CodeOwed) if plain else None
    if owed is None or owed.ends < time.time():
        raise SignInLapsed()
    known = _directory(house, _word(house, owed.issuer)).provider
    async with house.roll.enter() as db:
        officer = await _known_officer(db, known, owed.subject)
    await house.limits.ask(OFFICER_NAME, officer.name.lower())
    await totp.check(house, officer, typed)
    return await _enter(house, officer, known, owed.proven_until)


def said_roles(directory: Directory, proven: Proof) -> frozenset[OfficerRole] | None:
    """What the directory says that somebody is; None where that is the house's to say."""
    if directory.claim is None:
        return None
    return frozenset(role for each in proven.texts(directory.claim) for role in directory.roles.get(each, ()))


async def _bind(db: Db, directory: Directory, link: str, subject: str, request_id: str) -> None:
    """Make an account the officer's whose link this is. It is looked for again: somebody else may have been quicker."""
    found = await store.invitation(db, token_hash(link))
    if found is None or found.issuer != directory.issuer:
        raise LinkEnded()
    await audit.name_actor(db, Acting(found.officer_id, "bind_account", request_id))
    if not await store.use_invitation(db, token_hash(link)):
        raise LinkEnded()
    if not await store.bind(db, found.officer_id, directory.issuer, subject):
        raise AccountTaken(provider=directory.name)


async def _known_officer(db: Db, directory: Directory, subject: str) -> Officer:
    """Whose account this is, if they work here and come in by this directory. Raises AccountUnknown."""
    officer = await roll.officer_by_account(db, directory.issuer, subject)
    if officer is None or not officer.roles or not directory.serves(officer.municipality):
        raise AccountUnknown(provider=directory.name)
    return officer


async def _enter(house: House, officer: Officer, directory: Directory, until: float) -> Entered:
    proven_until = datetime.fromtimestamp(until, UTC)
    proven = msgspec.structs.replace(
        officer, issuer=directory.issuer, proven_until=proven_until, two_factors=directory.two_factors
    )
    return Entered(proven, await begin_session(house, proven))


def known_directory(house: House, word: str, municipality: str) -> Directory:
    """A directory by which officers of this municipality come in. Raises NoDirectory."""
    found = _directory(house, word).provider
    if not found.serves(municipality):
        raise NoDirectory()
    return found


def _directory(house: House, word: str) -> OpenId[Directory]:
    try:
        return house.directories[word]
    except KeyError:
        raise NoDirectory() from None


def _word(house: House, issuer: str) -> str:
    """The word of a directory in addresses; none, which stands for nothing, when the house no longer has it."""
    return next((word for word, each in house.directories.items() if each.provider.issuer == issuer), "")
