"""A short set of the trouble that ``python -m tests.faults`` makes, and proof that the checker sees what is wrong."""

import asyncio
from collections.abc import Callable, Iterator
from random import Random

import pytest
from msgspec.structs import replace

from schema.local.folder import temporary_folder
from tests.faults.bugs import BUGS, heal, hunt, infected
from tests.faults.checker import NOT_OPEN
from tests.faults.faults import FAULTS
from tests.faults.house import House, house
from tests.faults.launch import POINTS, find
from tests.faults.log import Log, Try
from tests.faults.rounds import Round
from tests.faults.run import result, short_round

SECONDS = 5.0
RATE = 80.0


@pytest.fixture(scope="module")
def built() -> Iterator[House]:
    """A whole house, well again after every run."""
    with temporary_folder() as folder, house(folder) as made:
        yield made


@pytest.mark.parametrize(
    "name", ["F1-random", "F1-points", "F3-random", "F5", "F6", "F9-kill", "F12-store", "F12-bells", "F20"]
)
def test_nothing_is_lost(built: House, name: str) -> None:
    """P1, P2, P3, P4, P10: whatever the trouble, every invariant of the checker holds."""
    result = asyncio.run(FAULTS[name].play(built, Random(), SECONDS, RATE))
    assert result.findings == []
    assert result.acknowledged > 0


@pytest.fixture(scope="module")
def honest(built: House) -> tuple[Round, Log]:
    """A short round without trouble, and what its voters wrote down."""
    return asyncio.run(short_round(built, Random(), closers=(0,)))


def altered(log: Log, alter: Callable[[Try], Try | None]) -> Log:
    """A log in which the last ballot that was taken is told of in another way, or not at all."""
    last = next(one for one in reversed(log.tries) if one.status == 201)
    other = Log()
    other.closes, other.troubles = log.closes, log.troubles
    other.tries = [told for one in log.tries if (told := alter(one) if one.key == last.key else one)]
    return other


def forged(one: Try) -> Try:
    """Another signature."""
    assert one.receipt
    return replace(one, receipt=replace(one.receipt, signature="00" * 64))


def misjudged(log: Log) -> Log:
    """A log by which no ballot should have counted."""
    other = altered(log, lambda one: one)
    other.poison = {one.key: "too-many" for one in log.tries}
    return other


LIES: dict[str, tuple[Callable[[Log], Log], set[str]]] = {
    "nothing": (lambda log: altered(log, lambda one: one), set()),
    "other choices": (lambda log: altered(log, lambda one: replace(one, choices=(99,))), {"I1"}),
    "withdrawn or blank": (
        lambda log: altered(log, lambda one: replace(one, choices=() if one.choices is None else None)),
        {"I1"},
    ),
    "another receipt": (lambda log: altered(log, forged), {"I4"}),
    "no such ballot": (lambda log: altered(log, lambda _: None), {"I2", "I3"}),
    "refused": (
        lambda log: altered(
            log, lambda one: replace(one, outcome="refused", status=409, type=NOT_OPEN, receipt=None, answered_at=0.0)
        ),
        {"I2", "I3"},
    ),
    "a fault of ours": (lambda log: altered(log, lambda one: replace(one, status=500)), {"I9"}),
    "answered late": (lambda log: altered(log, lambda one: replace(one, answered_at=one.sent_at + 11)), {"I9"}),
    "to be refused": (misjudged, {"I2", "I5", "I6"}),
}


@pytest.mark.parametrize("lie", LIES)
def test_the_checker_sees_a_log_that_differs(built: House, honest: tuple[Round, Log], lie: str) -> None:
    """What the voters wrote down and what the database holds are laid beside each other, in each invariant."""
    at, log = honest
    tell, wanted = LIES[lie]
    found = asyncio.run(result(built, at, tell(log)))
    assert {finding.invariant for finding in found.findings} == wanted


@pytest.mark.parametrize("point", POINTS)
def test_a_point_is_a_function_of_the_house(point: str) -> None:
    """When a function moves, the table of points moves with it, or no process would die there any more."""
    where, function, _ = POINTS[point]
    assert callable(getattr(find(where), function))


@pytest.mark.parametrize("name", sorted(BUGS))
def test_a_seeded_bug_is_found(built: House, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake that the product could make is seen by the invariant that is there for it."""
    monkeypatch.setattr("tests.faults.checker.SETTLED", 12.0)
    with infected(built, BUGS[name]):
        found = asyncio.run(hunt(built, BUGS[name], SECONDS, RATE))
    asyncio.run(heal(built))
    assert BUGS[name].invariants & found
