"""What a house sends one-time codes through, and who else may say who somebody is: as its settings name them."""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

Algorithm = Literal["RS256", "PS256", "ES256"]
Text = Annotated[str, msgspec.Meta(min_length=1)]

OfficerRole = Literal["admin", "officer", "reviewer", "clerk", "auditor", "moderator"]
"""What somebody may be for a municipality; one person can be several."""

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_SCHEMES = {"smtp": 587, "smtps": 465}


P = TypeVar("P", bound="OpenIdProvider")


class GatewayError(Exception):
    """A setting of a gateway or a provider is wrong; the message says which, and shows no secret."""


class MailGateway(msgspec.Struct, frozen=True):
    """An SMTP server, and the address that mail comes from.

    ``tls``: from the first byte (``at-once``), by STARTTLS or not at all (``required``), or by STARTTLS if there is
    any (``offered``, for a server on the same machine).
    """

    host: str
    port: int
    name: str | None
    password: str | None
    tls: Literal["at-once", "required", "offered"]
    sender: str

    def __repr__(self) -> str:
        return f"MailGateway(host={self.host!r})"


class TextGateway(msgspec.Struct, frozen=True):
    """An HTTP address that takes ``{"to": "+46…", "text": "…"}`` with a bearer token, and sends it as an SMS."""

    url: str
    token: str

    def __repr__(self) -> str:
        return f"TextGateway(url={self.url!r})"


class OpenIdProvider(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a house knows of an OpenID provider. ``name`` is what people know it by.

    If ``acr`` names ways of proving who one is, one of them is asked for and must have been used; ``amr`` names means
    that must all have been used. ``prompt`` is asked for as it is: ``login`` has everybody prove anew who they are, so
    that nobody on a shared machine goes in as the one before. Nobody proved it longer ago than ``max_age`` seconds.
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    issuer: Text
    client_id: Text
    client_secret: str | None = None
    scopes: tuple[Text, ...] = ("openid",)
    acr: tuple[Text, ...] = ()
    amr: tuple[Text, ...] = ()
    max_age: Annotated[int, msgspec.Meta(ge=0)] | None = None
    prompt: str | None = "login"
    algorithms: Annotated[tuple[Algorithm, ...], msgspec.Meta(min_length=1)] = ("RS256", "PS256", "ES256")

    def __repr__(self) -> str:
        return f"{type(self).__name__}(issuer={self.issuer!r})"


class Provider(OpenIdProvider, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who says who a resident is, such as a broker of BankID, Freja or MitID.

    ``identity`` is the claim that holds what the register calls identity.
    """

    identity: Text

    __repr__ = OpenIdProvider.__repr__


class Directory(OpenIdProvider, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who says who an officer is: the directory of a municipality's staff.

    Only officers of ``municipalities`` come in by it, or of all where none is named. What the claim ``claim`` says is
    looked up in ``roles``; without one an officer's roles are the house's. A session ends ``max_age`` seconds after its
    officer proved who she is. ``two_factors``: what ``acr`` and ``amr`` demand is as good as a code of an app.
    """

    municipalities: tuple[Text, ...] = ()
    claim: Text | None = None
    roles: dict[Text, tuple[OfficerRole, ...]] = {}
    two_factors: bool = False
    max_age: Annotated[int, msgspec.Meta(ge=300, le=43_200)] = 28_800

    __repr__ = OpenIdProvider.__repr__

    def serves(self, municipality: str) -> bool:
        """Whether officers of this municipality may come in by it."""
        return not self.municipalities or municipality in self.municipalities


def read_mail_gateway(environment: Mapping[str, str]) -> MailGateway | None:
    """The SMTP server, if one is named. Raises GatewayError."""
    url, sender = environment.get("BYALAG_SMTP_URL"), environment.get("BYALAG_MAIL_FROM")
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port, tls = parts.port, parse_qs(parts.query, strict_parsing=bool(parts.query)).get("starttls", ["required"])
    except ValueError:
        raise GatewayError("BYALAG_SMTP_URL is not an address, such as smtp://name:password@mail.example.se") from None
    if parts.scheme not in _SCHEMES or not parts.hostname or tls not in (["required"], ["offered"]):
        raise GatewayError(
            "BYALAG_SMTP_URL must look like smtp://name:password@mail.example.se:587 or smtps://…; behind smtp://…"
            " ?starttls=offered allows a server without encryption, as on the same machine"
        )
    if not sender or "@" not in sender:
        raise GatewayError("BYALAG_MAIL_FROM must be the address that codes are sent from, as BYALAG_SMTP_URL is set")
    return MailGateway(
        host=parts.hostname,
        port=port or _SCHEMES[parts.scheme],
        name=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        tls="at-once" if parts.scheme == "smtps" else "offered" if tls == ["offered"] else "required",
        sender=sender,
    )


def read_text_gateway(environment: Mapping[str, str]) -> TextGateway | None:
    """The SMS gateway, if one is named. Raises GatewayError."""
    url, token = environment.get("BYALAG_SMS_URL"), environment.get("BYALAG_SMS_TOKEN")
    if not url:
        return None
    if not is_safe(url):
        raise GatewayError("BYALAG_SMS_URL must start with https:// (or http:// on this machine)")
    if not token:
        raise GatewayError("BYALAG_SMS_TOKEN must be the token for BYALAG_SMS_URL")
    return TextGateway(url, token)


def read_providers(environment: Mapping[str, str]) -> dict[str, Provider]:
    """The providers of residents by the word that stands in addresses, from a TOML file. Raises GatewayError."""
    return _read_file(environment, "BYALAG_PROVIDERS", Provider)


def read_directories(environment: Mapping[str, str]) -> dict[str, Directory]:
    """The directories of officers by the word that stands in addresses, from a TOML file. Raises GatewayError."""
    found = _read_file(environment, "BYALAG_DIRECTORIES", Directory)
    for word, directory in found.items():
        if directory.two_factors and not (directory.acr or directory.amr):
            raise GatewayError(f"two_factors of {word} needs acr or amr, which say how two factors are proven")
        if bool(directory.claim) != bool(directory.roles):
            raise GatewayError(f"claim and roles of {word} need each other: where roles are said, and what means which")
    issuers = [directory.issuer for directory in found.values()]
    if len(set(issuers)) < len(issuers):
        # To two clients an issuer may call one person by two subjects, who would then be two officers.
        raise GatewayError("two directories have one issuer: keep one, and name both municipalities in it")
    return found


def _read_file(environment: Mapping[str, str], variable: str, kind: type[P]) -> dict[str, P]:
    file = environment.get(variable)
    if not file:
        return {}
    try:
        found: dict[str, P] = msgspec.toml.decode(Path(file).read_bytes(), type=dict[str, kind])  # type: ignore[valid-type]  # a class that is only known here
    except (OSError, UnicodeError) as error:
        raise GatewayError(f"the file {file} of {variable} cannot be read ({type(error).__name__})") from None
    except msgspec.DecodeError as error:
        what = str(error) if isinstance(error, msgspec.ValidationError) else "it is not TOML"
        raise GatewayError(f"the file {file} of {variable} is not right: {what}") from None
    for word, provider in found.items():
        if not SLUG.fullmatch(word):
            raise GatewayError(f"the provider {word!r} must be named in small letters, digits and dashes")
        if not is_safe(provider.issuer):
            raise GatewayError(f"the issuer of {word} must start with https:// (or http:// on this machine)")
        if "openid" not in provider.scopes:
            raise GatewayError(f"the scopes of {word} must have openid among them")
    return found


def is_safe(url: str) -> bool:
    """Whether what is sent there can be read by nobody on the way: https, or no way at all."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (
            parts.scheme == "https" or (parts.scheme == "http" and _is_this_machine(parts.hostname or ""))
        )
    except ValueError:
        return False


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
