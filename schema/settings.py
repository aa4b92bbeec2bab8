"""Settings come from the environment, are read once, and are refused in one place with a sentence that helps."""

import os
from collections.abc import Mapping

import msgspec

VARIABLES: dict[str, str] = {
    "DATABASE_URL": "the Postgres database, such as postgresql://byalag@db/byalag",
    "REDIS_URL": "the Redis server for queues, such as redis://redis:6379/0; it may be lost at any moment",
    "BYALAG_MASTER_KEY": "64 hex digits from which every other key is derived or under which it is wrapped",
    "BYALAG_PUBLIC_URL": "the address where residents begin and sign in, such as https://vote.example.se",
    "BYALAG_BOX_URL": "the address where ballots are cast and receipts are checked; BYALAG_PUBLIC_URL unless set",
    "BYALAG_LIMITS": "off for no limits per caller, as in a rehearsal of thousands at one address; on unless set",
    "BYALAG_LOG": "json for one JSON object per log line; anything else for lines people read",
    "BYALAG_FOLDER": "the folder for data when Byalag starts its own servers",
    "BYALAG_DATA": "the folder of real elections that tests read, beside the checkout in shared unless named",
}


class SettingsError(Exception):
    """A setting is missing or wrong; the message says which, and what it should look like."""


class Settings(msgspec.Struct, frozen=True):
    """What a process needs to know. ``master_key`` is 32 bytes; ``limits`` whether callers are limited.

    ``separate_box_url`` is the address of the box where it has one of its own.
    """

    database_url: str
    redis_url: str
    master_key: bytes
    public_url: str
    limits: bool = True
    separate_box_url: str | None = None

    @property
    def box_url(self) -> str:
        """Where ballots are cast. Receipts and ledgers name it as their origin."""
        return self.separate_box_url or self.public_url

    def __repr__(self) -> str:
        return f"Settings(public_url={self.public_url!r})"


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process. Raises SettingsError naming every variable that is missing or wrong."""
    faults = [
        f"{name} is not set: {VARIABLES[name]}"
        for name in ("DATABASE_URL", "REDIS_URL", "BYALAG_MASTER_KEY")
        if not environment.get(name)
    ]
    key = environment.get("BYALAG_MASTER_KEY", "")
    if key and (len(key) != 64 or not all(digit in "0123456789abcdef" for digit in key)):
        faults.append("BYALAG_MASTER_KEY must be 64 lower-case hex digits (32 bytes), as `openssl rand -hex 32` prints")
    public_url = environment.get("BYALAG_PUBLIC_URL", "http://127.0.0.1:8400")
    if not public_url.startswith(("http://", "https://")):
        faults.append(f"BYALAG_PUBLIC_URL must start with https:// (or http:// on one machine), not {public_url!r}")
    box_url = environment.get("BYALAG_BOX_URL") or public_url
    if not box_url.startswith(("http://", "https://")):
        faults.append(f"BYALAG_BOX_URL must start with https:// (or http:// on one machine), not {box_url!r}")
    limits = environment.get("BYALAG_LIMITS") or "on"
    if limits not in ("on", "off"):
        faults.append(f"BYALAG_LIMITS must be on or off, not {limits!r}")
    if faults:
        raise SettingsError("; ".join(faults))
    return Settings(
        database_url=environment["DATABASE_URL"],
        redis_url=environment["REDIS_URL"],
        master_key=bytes.fromhex(key),
        public_url=public_url.rstrip("/"),
        limits=limits == "on",
        separate_box_url=None if box_url.rstrip("/") == public_url.rstrip("/") else box_url.rstrip("/"),
    )
