"""One-time codes by e-mail and SMS: sent to a contact, and taken once. The answer never tells whom the register has."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from schema.contacts import mail_contact, phone_contact
from schema.errors import BadContact, KeyDestroyed, NoGateway, NotFound, TooFast, WrongOneTimeCode
from schema.faults import Fault
from schema.one_time import MINUTES, TRIES, new_one_time_code, plain_one_time_code
from schema.queries import Db
from service.gateways import send_mail, send_text
from service.house import House
from service.languages import marked
from service.limits import ASKING_CODE, CODES_OF_ROUND, CODES_TO_CONTACT
from service.store import contacts, keys
from service.verbs.code_messages import Message, code_message, no_code_message

Kind = Literal["mail", "phone"]

NORDIC = ("45", "46", "47", "298", "299", "354", "358")
"""Countries whose telephones get an SMS. Elsewhere there are numbers that are called only to be paid for it."""

_COUNTED = (CODES_TO_CONTACT, CODES_OF_ROUND)


class Contact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a code is sent, as typed: an e-mail address, or a telephone number, whose country the house may know."""

    kind: Kind
    address: Annotated[str, msgspec.Meta(min_length=1, max_length=254)]


class CodeSent(msgspec.Struct, frozen=True):
    """The same for everybody: how many minutes a code works at least, and how often it may be tried."""

    minutes: int = MINUTES
    tries: int = TRIES


async def send_contact_code(house: House, round_id: UUID, contact: Contact, address: str) -> None:
    """Send a new code; or, where the contact is not that of exactly one person, a message that says so.

    Both go the same way, take the same time and fail alike. ``address`` is the caller's.

    Raises BadContact, NoGateway, NotFound, KeyDestroyed, TooFast and GatewayAway.
    """
    plain = plain_contact(house, contact)
    await house.limits.ask(ASKING_CODE, address)
    contact_ref = house.ring.person_ref(plain)
    code = new_one_time_code()
    async with house.roll.enter() as db:
        found = await contacts.addressee(db, round_id, contact_ref)
        if found is None:
            raise NotFound(what="round")
        await refuse_destroyed(db, round_id)
    await house.limits.ask(CODES_TO_CONTACT, contact_ref.hex())
    await house.limits.ask(CODES_OF_ROUND, str(round_id))
    async with house.roll.write() as db:
        # What the database counts holds for all processes, also where they cannot add up because Redis is away.
        most = [limit.within(60 * MINUTES) if house.settings.limits else None for limit in _COUNTED]
        if wait := await contacts.write_contact_code(db, round_id, contact_ref, _hash(house, code), *most):
            raise TooFast(seconds=wait)
    if found.person_ref:
        await _send(house, plain, code_message(found.language, found.round, code))
    else:
        await _send(house, plain, no_code_message(found.language, found.round))


async def person_of_code(house: House, round_id: UUID, contact: Contact, typed: str) -> bytes:
    """The person_ref of whoever has the code that was sent there. Raises WrongOneTimeCode, BadContact and NoGateway."""
    contact_ref = house.ring.person_ref(plain_contact(house, contact))
    plain = plain_one_time_code(typed)
    found = None
    async with house.roll.write() as db:
        # Refused outside, so that the try is committed; the row is locked, so that a code is used once.
        if plain and await contacts.try_contact_code(db, round_id, contact_ref, _hash(house, plain)):
            await contacts.delete_contact_code(db, round_id, contact_ref)
            found = await contacts.addressee(db, round_id, contact_ref)
    if found is None or found.person_ref is None:
        raise WrongOneTimeCode()
    return found.person_ref


async def refuse_destroyed(db: Db, round_id: UUID) -> None:
    """Raise KeyDestroyed for a round to which nobody can sign in any more."""
    if destroyed := await keys.destroyed_key(db, round_id):
        raise KeyDestroyed(destroyed_at=destroyed.destroyed_at, decision=destroyed.decision)


def ways(house: House) -> list[Kind]:
    """How this house can send codes."""
    there: dict[Kind, object] = {"mail": house.settings.mail, "phone": house.settings.texts}
    return [kind for kind, gateway in there.items() if gateway]


def plain_contact(house: House, contact: Contact) -> str:
    """A contact in the form that is hashed. Raises NoGateway, and BadContact for what no code can be sent to."""
    if contact.kind not in ways(house):
        raise NoGateway(way={"mail": marked("e-mail"), "phone": marked("SMS")}[contact.kind])
    try:
        if contact.kind == "phone":
            plain = phone_contact(contact.address, house.settings.calling_code)
        else:
            plain = mail_contact(contact.address)
    except Fault as fault:
        raise BadContact(fault=fault) from None
    if contact.kind == "phone" and not plain.removeprefix("phone:").startswith(NORDIC):
        raise BadContact(fault=marked("codes are sent to telephones in the Nordic countries only"))
    return plain


def _hash(house: House, plain: str) -> bytes:
    return house.keys.code_hash(f"one-time {plain.replace('-', '')}")


async def _send(house: House, plain: str, message: Message) -> None:
    kind, _, address = plain.partition(":")
    if kind == "mail":
        assert house.settings.mail is not None
        await send_mail(house.settings.mail, address, message.subject, message.text)
    else:
        assert house.settings.texts is not None
        await send_text(house.settings.texts, f"+{address}", message.text)
