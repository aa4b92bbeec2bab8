"""Signing in with an OpenID provider: authorization code with PKCE (RFC 7636), begun and ended in one browser.

Residents and officers come in by doors of their own; what is checked at them is the same.
"""

import hmac
import secrets
import time
from uuid import UUID

import msgspec

from schema.errors import NoGateway, ProviderRefused, SignInLapsed
from schema.gateways import Provider
from service.house import House
from service.id_tokens import Proof
from service.languages import marked
from service.limits import SIGNING_IN
from service.openid import OpenId, P
from service.verbs.sign_in import Passes, sign_in_person

MINUTES = 15
"""How long somebody may take at a provider."""


class Door(msgspec.Struct, frozen=True):
    """Where somebody goes in: the name of the cookie that holds the attempt, and where every provider leads back to."""

    cookie: str
    callback: str


RESIDENTS = Door("sign-in", "/sign-in/callback")


class Attempt(msgspec.Struct, frozen=True):
    """A sign-in under way. It lies sealed in a cookie of the browser that began it, and nowhere else.

    ``provider`` is the word in addresses, ``about`` what was asked for at this door (a round, or an invitation), and
    ``ends`` in seconds since 1970.
    """

    provider: str
    about: str
    state: str
    nonce: str
    verifier: str
    ends: int


class Answer(msgspec.Struct, frozen=True):
    """What a provider sent a browser back with; a part that did not come is empty."""

    state: str
    code: str
    error: str
    issuer: str


async def begin(house: House, door: Door, provider: OpenId[P], word: str, about: str) -> tuple[str, str]:
    """Where to send the browser, and the attempt it has to keep, sealed. Raises ProviderAway and BadProof."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    attempt = Attempt(word, about, state, nonce, verifier, int(time.time()) + MINUTES * 60)
    there = await provider.authorization(_redirect(house, door), state, nonce, verifier)
    return there, house.keys.seal_cookie(door.cookie, msgspec.json.encode(attempt))


def open_attempt(house: House, door: Door, sealed: str, state: str) -> Attempt:
    """The attempt that this browser began at this door, if it is what is answered. Raises SignInLapsed."""
    plain = house.keys.open_cookie(door.cookie, sealed)
    attempt = msgspec.json.decode(plain, type=Attempt) if plain else None
    if attempt is None or attempt.ends < time.time() or not hmac.compare_digest(attempt.state.encode(), state.encode()):
        raise SignInLapsed()
    return attempt


async def prove(house: House, door: Door, provider: OpenId[P], attempt: Attempt, answer: Answer) -> Proof:
    """What the provider's answer proves. Raises ProviderRefused, ProviderAway and BadProof."""
    if answer.error or not answer.code:
        stopped = answer.error in {"access_denied", "interaction_required", "login_required"}
        fault = marked("the sign-in was stopped there") if stopped else marked("it could not take the sign-in")
        raise ProviderRefused(provider=provider.provider.name, fault=fault)
    return await provider.proof(answer.code, answer.issuer, _redirect(house, door), attempt.nonce, attempt.verifier)


async def begin_sign_in(house: House, round_id: UUID, word: str, address: str) -> tuple[str, str]:
    """Lead a resident to a provider, as ``begin`` says. ``address`` is the caller's.

    Raises NoGateway, ProviderAway and BadProof.
    """
    await house.limits.ask(SIGNING_IN, address)
    return await begin(house, RESIDENTS, _provider(house, word), word, str(round_id))


async def finish_sign_in(house: House, attempt: Attempt, answer: Answer, address: str) -> Passes:
    """Passes for whoever the provider proves. ``address`` is the caller's.

    Raises ProviderRefused, ProviderAway, BadProof, NotOnRegister and KeyDestroyed.
    """
    await house.limits.ask(SIGNING_IN, address)
    provider = _provider(house, attempt.provider)
    proven = await prove(house, RESIDENTS, provider, attempt, answer)
    identity = provider.text(proven, provider.provider.identity)
    return await sign_in_person(house, UUID(attempt.about), house.ring.person_ref(identity))


def _provider(house: House, word: str) -> OpenId[Provider]:
    try:
        return house.providers[word]
    except KeyError:
        raise NoGateway(way=marked("this provider")) from None


def _redirect(house: House, door: Door) -> str:
    return house.settings.public_url + door.callback
