"""ID tokens: whether a provider's proof is genuine, for us, of now, and answers what we asked. Nothing here waits.

OpenID Connect Core 1.0, 3.1.3.7.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

import msgspec
from joserfc import jwk, jwt
from joserfc.errors import JoseError

from schema.gateways import OpenIdProvider
from service.languages import marked

SKEW = 60
"""Seconds that the provider's clock and ours may differ."""

LONGEST = 255
"""Signs of a subject, which the standard says; whatever else a claim calls somebody is no longer."""

_KINDS = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC"}

Jwk = dict[str, Any]
"""A public key as the provider publishes it (RFC 7517)."""


class NotProven(Exception):
    """The token proves nothing. ``fault`` is the end of a sentence, and names nobody."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


class UnknownKid(Exception):
    """The token was signed with a key that is not among these; it may have been published a moment ago."""


class _Header(msgspec.Struct, frozen=True):
    alg: str
    kid: str | None = None


class _Claims(msgspec.Struct, frozen=True):
    iss: str
    sub: str
    aud: str | list[str]
    exp: int | float
    iat: int | float
    nbf: int | float | None = None
    nonce: str | None = None
    azp: str | None = None
    acr: str | None = None
    amr: Any = None
    auth_time: Any = None
    at_hash: str | None = None


class Proof(msgspec.Struct, frozen=True):
    """What a token says. ``proven_at``: when somebody proved who they are (seconds since 1970), if that is said."""

    proven_at: float | None
    claims: dict[str, Any]

    def text(self, name: str) -> str:
        """A claim that says who somebody is. Raises NotProven."""
        said = self.claims.get(name)
        if not isinstance(said, str) or not said.strip() or len(said) > LONGEST or not said.isprintable():
            raise NotProven(marked("it does not say who you are"))
        return said

    def texts(self, name: str) -> list[str]:
        """A claim that says several things, or one."""
        said = self.claims.get(name)
        return [each for each in (said if isinstance(said, list) else [said]) if isinstance(each, str)]


def proof(
    token: str, keys: Sequence[Jwk], provider: OpenIdProvider, nonce: str, access_token: str | None, now: float
) -> Proof:
    """What a token proves at ``now`` (seconds since 1970). Raises NotProven and UnknownKid."""
    said = _signed(token, keys, provider)
    try:
        claims = msgspec.convert(said, _Claims)
    except msgspec.ValidationError:
        raise NotProven(marked("it lacks something that every proof says")) from None
    faults = {
        marked("it comes from another issuer"): claims.iss != provider.issuer,
        marked("it is meant for somebody else"): not _is_for(claims, provider.client_id),
        # Said so that a number which is none, and compares as such, is refused.
        marked("it has ended"): not now - SKEW < claims.exp,
        marked("it comes from the future"): not max(claims.iat, claims.nbf or claims.iat) <= now + SKEW,
        marked("it answers another sign-in"): not hmac.compare_digest((claims.nonce or "").encode(), nonce.encode()),
        marked("you proved it less surely than this house asks for"): not _is_strong(claims, provider),
        marked("you proved it longer ago than this house takes, or it does not say when"): not _is_fresh(
            claims, provider, now
        ),
        marked("it does not belong to what came with it"): claims.at_hash not in {None, _left_half(access_token)},
    }
    for fault, found in faults.items():
        if found:
            raise NotProven(fault)
    return Proof(_number(claims.auth_time), said)


def _signed(token: str, keys: Sequence[Jwk], provider: OpenIdProvider) -> dict[str, Any]:
    """The claims of a token with a genuine signature."""
    try:
        header = msgspec.json.decode(_bytes(token.partition(".")[0]), type=_Header)
    except (ValueError, msgspec.DecodeError):
        raise NotProven(marked("it is no signed proof")) from None
    if header.alg not in provider.algorithms:  # not even looked at: the token does not choose how it is checked
        raise NotProven(marked("it is not signed in a way that this house takes"))
    key = _key(keys, header)
    try:
        return jwt.decode(token, key, algorithms=[header.alg]).claims
    except (JoseError, ValueError):
        raise NotProven(marked("its signature is not genuine")) from None


def _key(keys: Sequence[Jwk], header: _Header) -> jwk.Key:
    """The one key that may have signed under this header."""
    fitting = [
        key
        for key in keys
        if key.get("kty") == _KINDS[header.alg]
        and key.get("use", "sig") == "sig"
        and key.get("alg", header.alg) == header.alg
        and header.kid in {None, key.get("kid")}
    ]
    if len(fitting) != 1:
        raise UnknownKid
    try:
        return jwk.import_key(fitting[0])
    except (JoseError, ValueError, TypeError):
        raise NotProven(marked("the key it was signed with cannot be read")) from None


def _is_for(claims: _Claims, client_id: str) -> bool:
    """Whether we are the audience, and, among several, the party it was made for."""
    audiences = [claims.aud] if isinstance(claims.aud, str) else claims.aud
    party = claims.azp or (audiences[0] if len(audiences) == 1 else None)
    return client_id in audiences and party == client_id


def _is_strong(claims: _Claims, provider: OpenIdProvider) -> bool:
    """Whether it was proven in one of the ways, and by all of the means, that are asked for."""
    means = claims.amr if isinstance(claims.amr, list) else []
    return (not provider.acr or claims.acr in provider.acr) and all(wanted in means for wanted in provider.amr)


def _is_fresh(claims: _Claims, provider: OpenIdProvider, now: float) -> bool:
    """Whether it was proven lately enough. Where that is asked for, the provider has to say when it was."""
    if provider.max_age is None:
        return True
    proven_at = _number(claims.auth_time)
    return proven_at is not None and now - provider.max_age - SKEW < proven_at <= now + SKEW


def _number(said: Any) -> float | None:
    return said if isinstance(said, int | float) and not isinstance(said, bool) else None


def _left_half(access_token: str | None) -> str | None:
    """What ``at_hash`` must be beside this access token; without one, what no hash is."""
    if access_token is None:
        return ""
    half = hashlib.sha256(access_token.encode()).digest()[:16]
    return base64.urlsafe_b64encode(half).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
