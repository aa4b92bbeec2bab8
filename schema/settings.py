"""Settings come from the environment, are read once, and are refused in one place with a sentence that helps."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from schema.contacts import CALLING_CODES
from schema.gateways import (
    Directory,
    GatewayError,
    MailGateway,
    Provider,
    TextGateway,
    read_directories,
    read_mail_gateway,
    read_providers,
    read_text_gateway,
)

T = TypeVar("T")

VARIABLES: dict[str, str] = {
    "DATABASE_URL": "the Postgres database, such as postgresql://byalag@db/byalag",
    "REDIS_URL": "the Redis server for queues, such as redis://redis:6379/0; it may be lost at any moment",
    "BYALAG_MASTER_KEY": "64 hex digits: the key under which every other key is wrapped",
    "BYALAG_MASTER_KEY_FILE": "a file that holds the master key, instead of BYALAG_MASTER_KEY",
    "BYALAG_PUBLIC_URL": "the address where residents begin and sign in, such as https://vote.example.se",
    "BYALAG_BOX_URL": "the address where ballots are cast and receipts are checked; BYALAG_PUBLIC_URL unless set",
    "BYALAG_HEADS": "the folder that keeps every published head; a database older than they are is refused",
    "BYALAG_SMTP_URL": "the mail server for one-time codes, such as smtp://name:password@mail.example.se",
    "BYALAG_MAIL_FROM": "the address that mail comes from, such as vote@example.se",
    "BYALAG_SMS_URL": "the gateway that sends one-time codes as SMS, such as https://sms.example.se/messages",
    "BYALAG_SMS_TOKEN": "the bearer token for the SMS gateway",
    "BYALAG_CALLING_CODE": "the country of telephone numbers written without one: 46, 45, 47 or 358; none unless set",
    "BYALAG_PROVIDERS": "a TOML file with the OpenID providers that residents may sign in with",
    "BYALAG_DIRECTORIES": "a TOML file with the OpenID providers that officers may sign in with",
    "BYALAG_LIMITS": "off for no limits per caller, as in a rehearsal of thousands at one address; on unless set",
    "BYALAG_TRACES": "off for no traces of casts (network and kind of device, hashed, for a day); on unless set",
    "BYALAG_BRAND": "a TOML file with the name, colours and logo that pages show",
    "BYALAG_LANGUAGE": "the language of pages for browsers that ask for none we speak: en unless set, or sv, da, …",
    "BYALAG_ZONE": "the time zone that pages and forms are in: Europe/Stockholm unless set",
    "BYALAG_REGISTER_TOKEN": "the bearer token shown to the service from which a register is imported",
    "BYALAG_LOG": "json for one JSON object per log line; anything else for lines people read",
    "BYALAG_FOLDER": "the folder for data when Byalag starts its own servers",
    "BYALAG_DATA": "the folder of real elections that tests read, beside the checkout in shared unless named",
}


class SettingsError(Exception):
    """A setting is missing or wrong; the message says which, and what it should look like."""


class Settings(msgspec.Struct, frozen=True):
    """What a process needs to know. ``master_key`` is 32 bytes; ``limits`` whether callers are limited.

    ``traces`` says whether casts leave traces for the fraud desk.

    ``heads`` is the folder of published heads, if there is one.
    ``separate_box_url`` is the address of the box where it has one of its own.
    ``calling_code`` is the country of telephone numbers that are written without one.
    ``zone`` is the one that times are shown and typed in,
    ``brand`` is the file that says how pages look,
    ``language`` is what pages are in for browsers that ask for none we speak.
    ``mail`` and ``texts`` are what one-time codes are sent through, and ``providers`` who else may say who somebody is;
    ``directories`` say so of officers.
    """

    database_url: str
    redis_url: str
    master_key: bytes
    public_url: str
    limits: bool = True
    heads: Path | None = None
    separate_box_url: str | None = None
    traces: bool = True
    mail: MailGateway | None = None
    texts: TextGateway | None = None
    providers: dict[str, Provider] = {}
    directories: dict[str, Directory] = {}
    language: str = "en"
    calling_code: str | None = None
    brand: Path | None = None
    zone: ZoneInfo = ZoneInfo("UTC")

    @property
    def box_url(self) -> str:
        """Where ballots are cast. Receipts and ledgers name it as their origin."""
        return self.separate_box_url or self.public_url

    def __repr__(self) -> str:
        return f"Settings(public_url={self.public_url!r})"


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process. Raises SettingsError naming every variable that is missing or wrong."""
    faults = [
        f"{name} is not set: {VARIABLES[name]}" for name in ("DATABASE_URL", "REDIS_URL") if not environment.get(name)
    ]
    key = ""
    try:
        key = read_master_key(environment)
    except SettingsError as error:
        faults.append(str(error))
    public_url = environment.get("BYALAG_PUBLIC_URL", "http://127.0.0.1:8400")
    if not public_url.startswith(("http://", "https://")):
        faults.append(f"BYALAG_PUBLIC_URL must start with https:// (or http:// on one machine), not {public_url!r}")
    box_url = environment.get("BYALAG_BOX_URL") or public_url
    if not box_url.startswith(("http://", "https://")):
        faults.append(f"BYALAG_BOX_URL must start with https:// (or http:// on one machine), not {box_url!r}")
    limits, traces = (environment.get(name) or "on" for name in ("BYALAG_LIMITS", "BYALAG_TRACES"))
    for name, value in (("BYALAG_LIMITS", limits), ("BYALAG_TRACES", traces)):
        if value not in ("on", "off"):
            faults.append(f"{name} must be on or off, not {value!r}")
    calling_code = environment.get("BYALAG_CALLING_CODE") or None
    if calling_code not in (None, *CALLING_CODES):
        faults.append(f"BYALAG_CALLING_CODE must be one of {', '.join(CALLING_CODES)}, not {calling_code!r}")
    mail = _or_fault(read_mail_gateway, environment, faults)
    texts = _or_fault(read_text_gateway, environment, faults)
    providers = _or_fault(read_providers, environment, faults)
    directories = _or_fault(read_directories, environment, faults)
    named = environment.get("BYALAG_ZONE") or "Europe/Stockholm"
    zone = ZoneInfo("UTC")
    try:
        zone = ZoneInfo(named)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # none of that name, no name at all, or that of a folder
        faults.append(f"BYALAG_ZONE must be a time zone such as Europe/Stockholm, not {named!r}")
    if faults:
        raise SettingsError("; ".join(faults))
    return Settings(
        database_url=environment["DATABASE_URL"],
        redis_url=environment["REDIS_URL"],
        master_key=bytes.fromhex(key),
        public_url=public_url.rstrip("/"),
        limits=limits == "on",
        traces=traces == "on",
        heads=Path(environment["BYALAG_HEADS"]) if environment.get("BYALAG_HEADS") else None,
        separate_box_url=None if box_url.rstrip("/") == public_url.rstrip("/") else box_url.rstrip("/"),
        mail=mail,
        texts=texts,
        providers=providers or {},
        directories=directories or {},
        language=environment.get("BYALAG_LANGUAGE") or "en",
        calling_code=calling_code,
        zone=zone,
        brand=Path(environment["BYALAG_BRAND"]) if environment.get("BYALAG_BRAND") else None,
    )


def _or_fault(read: Callable[[Mapping[str, str]], T], environment: Mapping[str, str], faults: list[str]) -> T | None:
    try:
        return read(environment)
    except GatewayError as error:
        faults.append(str(error))
        return None


def read_master_key(environment: Mapping[str, str]) -> str:
    """The master key (64 hex digits) from its variable or its file. Raises SettingsError, which never shows a key."""
    key, file = environment.get("BYALAG_MASTER_KEY", ""), environment.get("BYALAG_MASTER_KEY_FILE", "")
    if key and file:
        raise SettingsError("BYALAG_MASTER_KEY and BYALAG_MASTER_KEY_FILE are both set: keep the one that is right")
    if not key and not file:
        raise SettingsError(
            f"BYALAG_MASTER_KEY is not set: {VARIABLES['BYALAG_MASTER_KEY']}"
            " (or name a file that holds it in BYALAG_MASTER_KEY_FILE)"
        )
    source = f"the file {file}" if file else "BYALAG_MASTER_KEY"
    key = key or _text_of(file)
    if len(key) != 64 or not all(digit in "0123456789abcdef" for digit in key):
        raise SettingsError(f"{source} must be 64 lower-case hex digits (32 bytes), as `openssl rand -hex 32` prints")
    return key


def _text_of(file: str) -> str:
    try:
        return Path(file).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"the file {file}, which BYALAG_MASTER_KEY_FILE names, cannot be read ({type(error).__name__})"
        ) from None
