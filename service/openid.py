"""Asking an OpenID provider: what it publishes of itself, kept for an hour, and what a code of its is worth."""

import asyncio
import base64
import hashlib
import time
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Generic, TypeVar
from urllib.parse import quote_plus, urlencode

import httpx
import msgspec
import structlog

from schema.errors import BadProof, ProviderAway, ProviderRefused
from schema.gateways import OpenIdProvider, is_safe
from service.gateways import trusted
from service.id_tokens import Jwk, NotProven, Proof, UnknownKid, proof
from service.languages import marked

T = TypeVar("T")
P = TypeVar("P", bound=OpenIdProvider)

SECONDS = 5.0
LARGEST = 256 * 1024
"""For each answer: how long it may take, and how many bytes are read."""

KEPT = 3600.0
AGAIN = 60.0
"""Seconds that what a provider publishes is kept, and between looks for a key that is not among it."""

log = structlog.get_logger("provider")


class _Published(msgspec.Struct, frozen=True):
    """What we need of a provider's discovery document (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class _KeySet(msgspec.Struct, frozen=True):
    keys: list[Jwk]


class _Tokens(msgspec.Struct, frozen=True):
    id_token: str
    access_token: str | None = None


class _TokenError(msgspec.Struct, frozen=True):
    error: str


def new_client() -> httpx.AsyncClient:
    """What asks providers. It keeps no cookie, so that nothing of one person's sign-in is sent along with another's."""
    return httpx.AsyncClient(verify=trusted(), cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])))


class OpenId(Generic[P]):
    """One provider as a client of it sees it. Whatever goes wrong is raised with the provider's name."""

    def __init__(self, provider: P, client: httpx.AsyncClient) -> None:
        self.provider = provider
        self._client = client
        self._published: tuple[float, _Published] | None = None
        self._keys: tuple[float, list[Jwk]] | None = None
        self._looked_at = -AGAIN
        self._looking = asyncio.Lock()

    async def authorization(self, redirect: str, state: str, nonce: str, verifier: str) -> str:
        """The address at which somebody signs in, and which leads back to ``redirect``. Raises ProviderAway."""
        published = await self._document()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.provider.client_id,
            "redirect_uri": redirect,
            "scope": " ".join(self.provider.scopes),
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "acr_values": " ".join(self.provider.acr),
            "prompt": self.provider.prompt,
            "max_age": self.provider.max_age,
        }
        query = urlencode({name: text for name, text in asked.items() if text not in {None, ""}})
        return f"{published.authorization_endpoint}{'&' if '?' in published.authorization_endpoint else '?'}{query}"

    async def proof(self, code: str, issuer: str, redirect: str, nonce: str, verifier: str) -> Proof:
        """What a code proves. ``issuer`` is what came with the code (RFC 9207), empty where nothing did.

        Raises ProviderAway, ProviderRefused and BadProof.
        """
        published = await self._document()
        if issuer != self.provider.issuer and (issuer or published.authorization_response_iss_parameter_supported):
            raise self._bad(marked("it comes from another issuer"))
        tokens = await self._redeem(published, code, redirect, verifier)
        for again in (False, True):
            keys = await self._keys_of(published, again)
            try:
                return proof(tokens.id_token, keys, self.provider, nonce, tokens.access_token, time.time())
            except UnknownKid:
                continue
            except NotProven as error:
                raise self._bad(error.fault) from None
        raise self._bad(marked("it is signed with a key that nobody published"))

    def text(self, proven: Proof, name: str) -> str:
        """A claim of a proof that says who somebody is. Raises BadProof."""
        try:
            return proven.text(name)
        except NotProven as error:
            raise self._bad(error.fault) from None

    async def _document(self) -> _Published:
        if self._published and self._published[0] + KEPT > time.monotonic():
            return self._published[1]
        address = f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration"
        found = await self._get(address, _Published)
        # Where it is found is who it is: a document of another issuer would have its keys believed in this one's name.
        addresses = (found.authorization_endpoint, found.token_endpoint, found.jwks_uri)
        if found.issuer != self.provider.issuer or not all(map(is_safe, addresses)):
            raise self._bad(marked("it publishes another issuer's document, or addresses that are not safe"))
        self._published = time.monotonic(), found
        return found

    async def _keys_of(self, published: _Published, again: bool) -> list[Jwk]:
        """The provider's keys; read ``again`` for a token whose key is not among them, once a minute at most."""
        async with self._looking:  # who comes meanwhile finds what was read
            now = time.monotonic()
            stale = self._keys is None or self._keys[0] + KEPT < now
            if again and self._looked_at + AGAIN <= now:
                self._looked_at, stale = now, True
            if stale or self._keys is None:
                self._keys = now, (await self._get(published.jwks_uri, _KeySet)).keys
            return self._keys[1]

    async def _redeem(self, published: _Published, code: str, redirect: str, verifier: str) -> _Tokens:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect, "code_verifier": verifier}
        headers, (name, secret) = {}, (self.provider.client_id, self.provider.client_secret)
        if secret and "client_secret_basic" in published.token_endpoint_auth_methods_supported:
            # RFC 6749, 2.3.1: both are written as in a form before they are joined.
            badge = f"{quote_plus(name)}:{quote_plus(secret)}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(badge).decode()}"
        else:
            form |= {"client_id": name} | ({"client_secret": secret} if secret else {})
        status, body = await self._fetch("POST", published.token_endpoint, data=form, headers=headers)
        if status in {400, 401}:
            raise self._refused(self._read(body, _TokenError).error)
        if status != 200:
            raise self._away(f"status {status}")
        return self._read(body, _Tokens)

    async def _get(self, address: str, shape: type[T]) -> T:
        status, body = await self._fetch("GET", address)
        if status != 200:
            raise self._away(f"status {status}")
        return self._read(body, shape)

    async def _fetch(self, method: str, address: str, **how: Any) -> tuple[int, bytes]:
        """Status and body of an answer. Redirects are not followed, since they may lead anywhere."""
        body = bytearray()
        try:
            async with asyncio.timeout(SECONDS), self._client.stream(method, address, **how) as answer:
                async for part in answer.aiter_bytes():
                    body += part
                    if len(body) > LARGEST:
                        raise self._away("more than any honest answer holds")
        except (httpx.HTTPError, OSError) as error:
            raise self._away(type(error).__name__) from None
        return answer.status_code, bytes(body)

    def _read(self, body: bytes, shape: type[T]) -> T:
        try:
            return msgspec.json.decode(body, type=shape)
        except msgspec.DecodeError:
            raise self._away("what it answered cannot be read") from None

    def _refused(self, error: str) -> ProviderRefused:
        ours = error != "invalid_grant"
        if ours:
            log.warning("provider refuses this house", provider=self.provider.name, unknown=error == "invalid_client")
        asked = marked("it does not take what this house asks")
        fault = asked if ours else marked("this sign-in was used already or has ended")
        return ProviderRefused(provider=self.provider.name, fault=fault)

    def _away(self, what: str) -> ProviderAway:
        log.warning("provider is away", provider=self.provider.name, what=what)
        return ProviderAway(provider=self.provider.name)

    def _bad(self, fault: str) -> BadProof:
        log.warning("provider's answer proves nothing", provider=self.provider.name, fault=fault)
        return BadProof(provider=self.provider.name, fault=fault)
