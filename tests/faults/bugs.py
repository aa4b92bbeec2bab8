"""The harness proves itself: five mistakes that others made before us, each put into a house, are found."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from random import Random

import msgspec
from redis import RedisError

from tests.faults.faults import kill_service, nothing
from tests.faults.house import SERVICES, House
from tests.faults.run import Play, connected, rush, voting

RUNS = 12
"""Within so many runs a mistake must be found."""


class Bug(msgspec.Struct, frozen=True):
    """Names of the launcher's, by process; how the bug comes to show, and as the breach of which invariants."""

    breaks: Mapping[str, tuple[str, ...]]
    play: Play
    invariants: frozenset[str]


SLOW = dict.fromkeys(SERVICES, ("slow-commit",))
"""Services whose transactions overlap as they do where a disk is slow."""

BUGS: dict[str, Bug] = {
    "answer-early": Bug(dict.fromkeys(SERVICES, ("answer-early",)), voting(kill_service), frozenset({"I1", "I3"})),
    "key-share": Bug(dict.fromkeys(SERVICES, ("key-share",)), rush(closers=(0,)), frozenset({"I3"})),
    "two-queues": Bug({"judge": ("two-queues", "bell-taken@4")}, voting(nothing), frozenset({"I8"})),
    "cursor": Bug({"judge": ("cursor",), **SLOW}, rush(closers=(0,)), frozenset({"I8"})),
    "id-range": Bug({"judge": ("id-range",), **SLOW}, rush(closers=(0,)), frozenset({"I8"})),
}


@contextmanager
def infected(house: House, bug: Bug) -> Iterator[None]:
    """A house in which these processes have the bug."""
    for name, breaks in bug.breaks.items():
        house.start(name, *breaks)
    try:
        yield
    finally:
        for name in bug.breaks:
            house.start(name)


async def hunt(house: House, bug: Bug, seconds: float, rate: float) -> set[str]:
    """Run until something is found, RUNS times at most; answers the invariants that did not hold."""
    for number in range(RUNS):
        found = await bug.play(house, Random(number), seconds, rate)
        if found.findings:
            return {finding.invariant for finding in found.findings}
    return set()


async def heal(house: House) -> None:
    """Take away what a bug left lying: events that nobody will ever read, and bells."""
    await house.await_well()
    db = await connected(house)
    await db.execute("delete from post.outbox")
    await db.close()
    with suppress(RedisError), house.redis() as redis:
        redis.flushall()
