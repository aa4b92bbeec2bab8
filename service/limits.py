"""Limits per caller: a token bucket in Redis that all processes share, and one of this process for when Redis is away.

A bucket is one number, the time when it will be full again (the generic cell rate algorithm, ITU-T I.371). A token
moves it forward, and it never moves back. So two views of a bucket are joined by taking the later one.

Who holds a pass is limited by ``take``, which never waits. Who may be guessing is limited by ``ask``, which asks Redis
first. What was guessed wrong is owed (``owe``), and whoever owes too much is not looked at (``refuse_guessers``): so a
right code costs nothing, and a thousand wrong ones from as many addresses add up. Redis sees callers only as keyed
hashes, and forgets a bucket when it is full.
"""

import asyncio
import time
from collections.abc import Awaitable
from operator import itemgetter
from typing import TypeVar

import msgspec
import redis
import structlog
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from schema.errors import TooFast
from schema.keys import Keys

T = TypeVar("T")

SECOND = 1_000_000
"""Microseconds. Both clocks and all arithmetic here are whole microseconds."""

PAUSE = 0.2
"""Seconds between two tellings of Redis what was taken: everything that gathered goes in one round trip."""

ANSWER_SECONDS = 0.3
"""How long Redis may think. Afterwards the bucket of this process decides; hanging up may take as long again."""

CONNECTIONS = 32
"""To Redis, at most, from one process."""

UNTOLD = 3
"""Tokens that a caller may take from one process before Redis hears of it: most people never take more."""

MOST = 20_000
"""Buckets that one process remembers, a few megabytes. In Redis they are all kept."""

PREFIX = "byalag-limit:"

_SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local depth = tonumber(ARGV[2])
local full_at = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
full_at = math.min(full_at, now + 2 * depth)
local after = full_at + ARGV[1]
if ARGV[3] == 'if it fits' and after - now > depth then
    return {0, full_at - now}
end
redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', math.ceil((after - now) / 1000))
return {1, after - now}
"""
"""Key: a bucket. Arguments: what is taken, the bucket's depth, and whether to take it only if it is there.

Answers whether it was taken, and microseconds until the bucket is full. What several processes let through together may
be more than was there; it is owed. Nobody owes more than a bucket, not even when Redis' clock was put back.
"""

log = structlog.get_logger("limits")


class Limit(msgspec.Struct, frozen=True):
    """A full bucket holds ``burst`` tokens; one comes back every ``seconds``.

    ``alone``: for how many tokens one counts that is owed while Redis is away and processes cannot add up.
    """

    name: str
    burst: int
    seconds: float
    alone: int = 1

    @property
    def token(self) -> int:
        """Microseconds in which one token comes back."""
        return round(self.seconds * SECOND)

    @property
    def depth(self) -> int:
        """Microseconds in which an empty bucket fills."""
        return self.burst * self.token

    def within(self, seconds: int) -> int:
        """Tokens that can be taken in so many seconds at most."""
        return self.burst + int(seconds / self.seconds)


CASTING = Limit("casting", burst=30, seconds=5)
"""For each tag. Nobody changes their mind thirty times in a row; a program that repeats itself for ever is slowed."""

PROPOSING = Limit("proposing", burst=60, seconds=2)
"""For each member. Somebody who goes through a list and supports what they like presses one button after another."""

REPORTING = Limit("reporting", burst=10, seconds=60)
"""For each address. Nobody signs in to report; a library may be behind one, and reports only sort a queue."""
PICTURING = Limit("adding pictures", burst=12, seconds=20)
"""For each member. Three pictures, each tried a few times; and each is work for a core."""

DECLARING = Limit("declaring", burst=10, seconds=60)
"""For each person. Somebody corrects herself a few times, and each time something is written and told."""

SIGNING_IN = Limit("signing in", burst=120, seconds=0.5)
"""For each address. All of a library or a housing company may sit behind one, and codes are long enough to bear it."""

WRONG_ADDRESS = Limit("wrong codes from an address", burst=20, seconds=600)
"""For each address. A mistyped code is none of these: its last sign tells. So honest people owe next to nothing, and
whoever wants to empty the round's bucket needs a great many addresses."""

WRONG_ROUND = Limit("wrong codes of a round", burst=10_000, seconds=0.01, alone=64)
"""For each round, from however many addresses: what keeps guessing hopeless (``tests/service/test_guessing.py``)."""

ASKING_CODE = Limit("asking for a code", burst=30, seconds=10)
"""For each address: a library may be behind one, and each code is a message that somebody pays for."""

CODES_TO_CONTACT = Limit("codes to a contact", burst=3, seconds=300)
"""For each mailbox and telephone, so that nobody fills one that is not theirs."""

CODES_OF_ROUND = Limit("codes of a round", burst=1000, seconds=0.2)
"""For each round, however many addresses ask. With five tries for a code this bounds all guessing there is."""

OFFICER_ADDRESS = Limit("officer's address", burst=10, seconds=10)
"""For each address. People choose passwords, so few guesses are allowed: some 8,600 a day, each one slow."""

OFFICER_NAME = Limit("officer's name", burst=10, seconds=10)
"""For each name, however many addresses somebody guesses from."""


class Buckets:
    """The buckets of one process. ``now`` is in microseconds of any clock that does not go back."""

    def __init__(self) -> None:
        self._full_at: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._full_at)

    def check(self, limit: Limit, name: str, now: int) -> int:
        """When the bucket would be full after one more token. Raises TooFast when there is none."""
        after = max(self._full_at.get(name, now), now) + limit.token
        refuse_beyond(limit, after - now)
        return after

    def take(self, limit: Limit, name: str, now: int) -> int:
        """Take a token; microseconds until the bucket is full again. Raises TooFast when there is none."""
        after = self.check(limit, name, now)
        self.learn(name, after)
        return after - now

    def charge(self, name: str, cost: int, now: int) -> None:
        """Take ``cost`` microseconds, also where they are not there: they are owed."""
        self.learn(name, max(self._full_at.get(name, now), now) + cost)

    def learn(self, name: str, full_at: int) -> None:
        """The bucket will not be full before this."""
        self._full_at[name] = max(full_at, self._full_at.get(name, full_at))
        if len(self._full_at) > MOST:
            # Keep the half that is full last; whoever did nothing lately is forgotten first.
            self._full_at = dict(sorted(self._full_at.items(), key=itemgetter(1))[-MOST // 2 :])


def refuse_beyond(limit: Limit, ahead: int) -> None:
    """Raise TooFast when a bucket would need ``ahead`` microseconds to fill, and that is more than it holds."""
    if ahead > limit.depth:
        raise TooFast(seconds=-((limit.depth - ahead) // SECOND))


class Limits:
    """The limits of one service process; with ``on`` false there are none."""

    def __init__(self, redis_url: str, keys: Keys, on: bool) -> None:
        self._redis = Redis.from_pool(
            BlockingConnectionPool.from_url(
                redis_url,
                max_connections=CONNECTIONS,
                timeout=ANSWER_SECONDS,
                socket_timeout=ANSWER_SECONDS,
                socket_connect_timeout=ANSWER_SECONDS,
                retry=Retry(NoBackoff(), 0),  # said, because a token must not be charged twice
            )
        )
        self._script = self._redis.register_script(_SCRIPT)
        self._keys = keys
        self._on = on
        self._buckets = Buckets()
        self._rounds = Buckets()  # there are few, and no crowd of callers makes them forgotten
        self._owed: dict[str, tuple[Limit, int]] = {}
        self._changed = asyncio.Event()
        self._working = True

    def take(self, limit: Limit, caller: str) -> None:
        """Take a token from the bucket of this process, and tell Redis soon. Never waits. Raises TooFast."""
        if self._on:
            self._take(limit, _name(limit, caller))

    async def ask(self, limit: Limit, caller: str) -> None:
        """Take a token from the bucket that all processes share; from our own when Redis is away. Raises TooFast."""
        if not self._on:
            return
        name = _name(limit, caller)
        self._buckets.check(limit, name, _now())  # whoever is known to be too fast costs Redis nothing
        try:
            there, ahead = await _soon(
                self._script(keys=[self._key(name)], args=[limit.token, limit.depth, "if it fits"])
            )
        except (redis.RedisError, OSError) as error:
            self._note_away(error)
            self._take(limit, name)
            return
        self._working = True
        self._buckets.learn(name, _now() + ahead)
        if not there:
            refuse_beyond(limit, ahead + limit.token)

    async def refuse_guessers(self, limit: Limit, caller: str) -> None:
        """Raise TooFast when what is owed has emptied the bucket; nothing is taken. Without Redis our own decides.

        That Redis is back is for ``ask`` to find out: nobody waits twice for an answer that does not come.
        """
        if not self._on:
            return
        name, buckets = _name(limit, caller), self._of(limit)
        if self._working:
            try:
                buckets.learn(name, await self._full_at(name))
            except (redis.RedisError, OSError) as error:
                self._note_away(error)
        buckets.check(limit, name, _now())

    def owe(self, limit: Limit, caller: str) -> None:
        """Charge a token that was not asked for, and tell Redis soon. Never waits."""
        if not self._on:
            return
        name = _name(limit, caller)
        cost = limit.token * (1 if self._working else limit.alone)
        self._of(limit).charge(name, cost, _now())
        _, before = self._owed.get(name, (limit, 0))
        self._owed[name] = limit, before + limit.token
        self._changed.set()

    async def serve(self) -> None:
        """Tell Redis what was taken, until cancelled. What Redis does not hear is forgotten there, and kept here."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            owed, self._owed = self._owed, {}
            try:
                await self._charge(owed)
            except (redis.RedisError, OSError) as error:
                self._note_away(error)
            else:
                self._working = True
            await asyncio.sleep(PAUSE)

    async def close(self) -> None:
        """Give the connections back."""
        await self._redis.aclose()

    def _key(self, name: str) -> str:
        return PREFIX + self._keys.caller_hash(name).hex()

    def _take(self, limit: Limit, name: str) -> None:
        ahead = self._buckets.take(limit, name, _now())
        untold = UNTOLD * limit.token
        if ahead > untold:
            _, before = self._owed.get(name, (limit, 0))
            # With the token that is one too many, those before it are told as well.
            self._owed[name] = limit, before + (limit.token if ahead > untold + limit.token else ahead)
            self._changed.set()

    async def _charge(self, owed: dict[str, tuple[Limit, int]]) -> None:
        async with self._redis.pipeline(transaction=False) as pipe:
            for name, (limit, taken) in owed.items():
                await self._script(keys=[self._key(name)], args=[taken, limit.depth, "in any case"], client=pipe)
            answers = await _soon(pipe.execute())
        now = _now()
        for (name, (limit, _)), (_, ahead) in zip(owed.items(), answers, strict=True):
            self._of(limit).learn(name, now + ahead)

    async def _full_at(self, name: str) -> int:
        """When a bucket is full, by our clock, as Redis knows it."""
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.time()
            pipe.get(self._key(name))
            (seconds, rest), found = await _soon(pipe.execute())
        now = int(seconds) * SECOND + int(rest)
        return _now() + max(int(found or now) - now, 0)

    def _of(self, limit: Limit) -> Buckets:
        return self._rounds if limit is WRONG_ROUND else self._buckets

    def _note_away(self, error: Exception) -> None:
        if self._working:
            log.warning("redis is away; each process limits its callers by itself", error=type(error).__name__)
        self._working = False


def _name(limit: Limit, caller: str) -> str:
    return f"{limit.name} {caller}"


def _now() -> int:
    return time.monotonic_ns() // 1000


async def _soon(asked: Awaitable[T]) -> T:
    """An answer of Redis. Raises redis.RedisError or OSError, of which TimeoutError is one."""
    async with asyncio.timeout(ANSWER_SECONDS):
        return await asked
