"""Signing in with an OpenID provider: authorization code with PKCE (RFC 7636), begun and ended in one browser."""

import hmac
import secrets
import time
from uuid import UUID

import msgspec

from schema.errors import NoGateway, ProviderRefused, SignInLapsed
from service.house import House
from service.languages import marked
from service.limits import SIGNING_IN
from service.openid import OpenId
from service.verbs.sign_in import Passes, sign_in_person

MINUTES = 15
CALLBACK = "/sign-in/callback"
"""How long somebody may take at a provider, and where it leads them back to, whatever it is."""


class Attempt(msgspec.Struct, frozen=True):
    """A sign-in under way. It lies sealed in a cookie of the browser that began it, and nowhere else.

    ``provider`` is the word in addresses, ``ends`` in seconds since 1970.
    """

    provider: str
    round_id: UUID
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


async def begin_sign_in(house: House, round_id: UUID, word: str, address: str) -> tuple[str, str]:
    """Where to send the browser, and the attempt it has to keep, sealed. ``address`` is the caller's.

    Raises NoGateway and ProviderAway.
    """
    await house.limits.ask(SIGNING_IN, address)
    provider = _provider(house, word)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    attempt = Attempt(word, round_id, state, nonce, verifier, int(time.time()) + MINUTES * 60)
    there = await provider.authorization(_redirect(house), state, nonce, verifier)
    return there, house.keys.seal_cookie("sign-in", msgspec.json.encode(attempt))


def open_attempt(house: House, sealed: str, state: str) -> Attempt:
    """The attempt that this browser began, if it is what is answered. Raises SignInLapsed."""
    plain = house.keys.open_cookie("sign-in", sealed)
    attempt = msgspec.json.decode(plain, type=Attempt) if plain else None
    if attempt is None or attempt.ends < time.time() or not hmac.compare_digest(attempt.state.encode(), state.encode()):
        raise SignInLapsed()
    return attempt


async def finish_sign_in(house: House, attempt: Attempt, answer: Answer, address: str) -> Passes:
    """Passes for whoever the provider proves. ``address`` is the caller's.

    Raises ProviderRefused, ProviderAway, BadProof, NotOnRegister and KeyDestroyed.
    """
    await house.limits.ask(SIGNING_IN, address)
    provider = _provider(house, attempt.provider)
    if answer.error or not answer.code:
        stopped = answer.error in {"access_denied", "interaction_required", "login_required"}
        fault = marked("the sign-in was stopped there") if stopped else marked("it could not take the sign-in")
        raise ProviderRefused(provider=provider.provider.name, fault=fault)
    identity = await provider.identity(answer.code, answer.issuer, _redirect(house), attempt.nonce, attempt.verifier)
    return await sign_in_person(house, attempt.round_id, house.ring.person_ref(identity))


def _provider(house: House, word: str) -> OpenId:
    try:
        return house.providers[word]
    except KeyError:
        raise NoGateway(way=marked("this provider")) from None


def _redirect(house: House) -> str:
    return house.settings.public_url + CALLBACK
