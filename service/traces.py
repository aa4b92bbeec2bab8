"""Traces: from which network and with which kind of device ballots come, for the fraud desk, and for a day.

Of an IPv4 address the /24 is looked at, of an IPv6 address the /48; of a browser its family, and whether it is a phone.
Both are hashed with a key of the day, so what is stored can be compared within a round and a day and with nothing else.
Casting waits for none of this: casts are gathered, and written in the background. What cannot be written is lost.
"""

import asyncio
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address
from uuid import UUID

import msgspec
import structlog

from schema.errors import Unavailable
from schema.keys import Keys
from service.room import Room
from service.store import traces as store
from service.store.traces import Trace

PAUSE = 2.0
MOST = 20_000
"""Seconds between writes, and casts that are remembered between two of them; any more leave no trace."""

log = structlog.get_logger("traces")

_FAMILIES = (
    ("Edg", "edge"),  # before Chrome, whose name it bears as well
    ("OPR", "opera"),
    ("SamsungBrowser", "samsung"),
    ("Firefox", "firefox"),
    ("FxiOS", "firefox"),
    ("CriOS", "chrome"),
    ("Chrome", "chrome"),
    ("Safari", "safari"),
)


class Cast(msgspec.Struct, frozen=True):
    """An accepted cast, and what the request said of where it came from."""

    round_id: UUID
    tag: bytes
    host: str
    agent: str


class Traces:
    """The traces of one service process; with ``on`` false there are none."""

    def __init__(self, box: Room, keys: Keys, on: bool) -> None:
        self._box = box
        self._keys = keys
        self._on = on
        self._gathered: list[Cast] = []
        self._changed = asyncio.Event()
        self._working = True

    def note(self, cast: Cast) -> None:
        """Remember a cast. Never waits and never fails."""
        if self._on and len(self._gathered) < MOST:
            self._gathered.append(cast)
            self._changed.set()

    async def serve(self) -> None:
        """Write what was gathered, until cancelled."""
        while True:
            await self._changed.wait()
            await asyncio.sleep(PAUSE)
            await self.write()

    async def write(self) -> None:
        """Write what was gathered so far; if that fails, it is gone."""
        self._changed.clear()
        gathered, self._gathered = self._gathered, []
        if not gathered:
            return
        try:
            async with self._box.write() as db:
                now = await store.hour_now(db)
                if now.wrapped is None:
                    await store.insert_key(db, now.hour.date(), self._keys.new_trace_key(now.hour.date()))
                    now = await store.hour_now(db)
                key = self._opened(now.hour, now.wrapped)
                found = {trace: None for cast in gathered if (trace := trace_of(key, cast))}
                await store.insert_traces(db, now.hour, list(found))
        except Exception as error:  # whatever it is, casting goes on
            if self._working:
                log.warning("traces are lost", error=type(error).__name__)
            self._working = False
        else:
            self._working = True

    def _opened(self, hour: datetime, wrapped: bytes | None) -> bytes:
        if wrapped is None:  # the day ended between two statements
            raise Unavailable()
        return self._keys.open_trace_key(hour.date(), wrapped)


def trace_of(key: bytes, cast: Cast) -> Trace | None:
    """The trace of a cast; None where there is no address, as on a local socket."""
    network = network_of(cast.host)
    if network is None:
        return None
    place = cast.round_id.bytes + network
    return Trace(cast.round_id, cast.tag, _hashed(key, place), _hashed(key, place + device_of(cast.agent).encode()))


def _hashed(key: bytes, place: bytes) -> bytes:
    """Eight bytes of a keyed hash (RFC 7693), which takes a third of the time of an HMAC."""
    return blake2b(place, key=key, digest_size=8).digest()


@lru_cache(maxsize=10_000)
def network_of(host: str) -> bytes | None:
    """The network of an address: the first 3 bytes of IPv4, the first 6 of IPv6; None for what is no address."""
    with suppress(ValueError):
        address = ip_address(host)
        if isinstance(address, IPv6Address):
            return address.ipv4_mapped.packed[:3] if address.ipv4_mapped else address.packed[:6]
        return address.packed[:3]
    return None


@lru_cache(maxsize=1_000)
def device_of(agent: str) -> str:
    """The kind of device that a User-Agent tells of, and the family of its browser: ``phone safari``."""
    if "iPad" in agent or "Tablet" in agent or ("Android" in agent and "Mobile" not in agent):
        kind = "tablet"
    else:
        kind = "phone" if "Mobi" in agent else "desktop"
    family = next((family for sign, family in _FAMILIES if sign in agent), "other")
    return f"{kind} {family}"
