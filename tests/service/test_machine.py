"""The way of a ballot as a state machine: whatever happens in whatever order, the box is what the receipts say.

The model is what voters know: the ballots and withdrawals that were acknowledged to them, in order, and whether voting
was closed.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from typing import Any, ClassVar, TypeVar
from uuid import UUID, uuid4

import asyncpg
import msgspec
from httpx import Response
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from litestar.testing import AsyncTestClient

from schema.ballots import Receipt, receipt_holds
from schema.database import connect
from schema.doorbell import connect_redis
from schema.events import BallotsCast, RoundClosed, decode_event
from schema.pb import read_pb
from schema.settings import Settings
from schema.snapshot import Channel, Snapshot, Sums
from service.app import make_app
from tests.builders import ADDRESS, MASTER_KEY
from tests.effort import EFFORT
from tests.town import Ground, Town, Voter, crowd, pot
from workers.door import act

T = TypeVar("T")

BALLOTS = """
    select pot_id::text, tag, revision, idempotency_key, choices, withdrawn, encode(commitment, 'hex') from box.ballot
    where round_id = $1 order by pot_id::text collate "C", tag, revision
"""
VERDICTS = """
    select b.idempotency_key, v.reason from box.verdict v join box.ballot b on b.id = v.ballot_id
    where b.round_id = $1 order by b.idempotency_key collate "C"
"""
LEAVES = """
    select b.idempotency_key from box.leaf l join box.ballot b using (commitment)
    where l.round_id = $1 order by b.idempotency_key collate "C"
"""
SIGNED = "select max(size) from box.checkpoint where round_id = $1 having max(size) > 0"
PHASE = "select box.phase(r) from box.round r where id = $1"
SNAPSHOTS = "select count(*) from box.snapshot where round_id = $1 group by pot_id"

VOTERS, PROJECTS = 3, 4
STYLES = ({"style": "approval", "max_choices": 3}, {"style": "ranked", "max_choices": 3})
POTS = range(len(STYLES))

voters = st.integers(0, VOTERS - 1)
places = st.sampled_from(POTS)
choices = st.lists(st.integers(1, PROJECTS), max_size=3, unique=True)
any_one = st.integers(0, 10_000)


class Kept(msgspec.Struct, frozen=True):
    """A ballot that was acknowledged, or a withdrawal, without choices: whose, where, what was sent, and the answer."""

    voter: int
    place: int
    key: str
    base: int
    choices: tuple[int, ...] | None
    answer: dict[str, Any]

    @property
    def stored(self) -> tuple[int, ...] | None:
        """The choices as the box keeps them: the order says something on the ranked ballot only."""
        return self.choices if self.place or self.choices is None else tuple(sorted(self.choices))


class House:
    """A service in this process, which can be stopped and started, and connections to look and to work."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._runner = asyncio.Runner()
        self._open = AsyncExitStack()
        self.run(self._start())

    def run(self, doing: Coroutine[Any, Any, T]) -> T:
        """Do something to its end."""
        return self._runner.run(doing)

    async def _start(self) -> None:
        self.db = await asyncpg.connect(self.settings.database_url)
        self.worker = await connect(self.settings.database_url, "byalag_worker")
        self.town = Town(await self._serve(), self.settings)
        await self.town.draw_round(1, crowd(VOTERS))

    async def _serve(self) -> Any:
        return await self._open.enter_async_context(AsyncTestClient(make_app(self.settings)))

    async def restart(self) -> None:
        """Stop the service and start another on the same database."""
        await self._open.aclose()
        self.town.client = await self._serve()

    def close(self) -> None:
        """Stop everything."""
        self.run(self._stop())
        self._runner.close()

    async def _stop(self) -> None:
        await self._open.aclose()
        await self.worker.close()
        await self.db.close()


class Ballots(RuleBasedStateMachine):
    """One round with two pots. What is refused changes nothing, which the first invariant sees."""

    house: ClassVar[House]
    """Where all lives of the machine take place, one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[Kept] = []
        self.judged: set[str] = set()
        self.placed: set[str] = set()
        self.phase = "voting"
        self.closing = ""
        self.counted = False
        pots = [pot(f"Pot {place}", style=style) for place, style in enumerate(STYLES)]
        self.ground: Ground = self.do(self.house.town.open_round(PROJECTS, None, pots=pots))
        self.people: list[list[Voter]] = [
            [self.do(self.ground.voter(f"V{number}", place)) for place in POTS] for number in range(VOTERS)
        ]
        self.tags = [person[0].tag for person in self.people]

    def do(self, doing: Coroutine[Any, Any, T]) -> T:
        """Do something to its end."""
        return self.house.run(doing)

    def of(self, who: int, place: int) -> list[Kept]:
        """What a voter was acknowledged in a pot, the oldest first."""
        return [kept for kept in self.kept if (kept.voter, kept.place) == (who, place)]

    def send(self, who: int, place: int, choices: Sequence[int] | None, base: int, key: str) -> Response:
        """Cast a ballot, or with None take it back."""
        voter = self.people[who][place]
        return self.do(voter.withdraw(base, key) if choices is None else voter.cast(*choices, base=base, key=key))

    def has_ballot(self, who: int, place: int) -> bool:
        """Whether there is something to take back."""
        mine = self.of(who, place)
        return bool(mine) and mine[-1].choices is not None

    def replay(self, kept: Kept) -> None:
        """Send once more what was acknowledged; the answer is the same."""
        answer = self.send(kept.voter, kept.place, kept.choices, kept.base, kept.key)
        assert (answer.status_code, answer.json()) == (200, kept.answer)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database holds of this round."""
        return [tuple(row) for row in self.do(self.house.db.fetch(query, self.ground.id))]

    def teardown(self) -> None:
        """Whatever came before, the round can be brought to its end; then the outcome is what voters said last."""
        self.close()
        self.judge()
        self.sequence()
        self.count()
        self.publish()
        for place in POTS:
            self.outcome_is_the_last_word(place)

    def outcome_is_the_last_word(self, place: int) -> None:
        """The last ballot of each voter who did not take it back counts once, all other revisions are in the sums."""
        path = f"/api/pots/{self.ground.pots[place]}/snapshot"
        snapshot = msgspec.json.decode(self.do(self.house.town.client.get(path)).content, type=Snapshot)
        cast = [mine for who in range(VOTERS) if (mine := self.of(who, place))]
        last = [ballot for mine in cast if (ballot := mine[-1].stored) is not None]
        revisions, gone = sum(map(len, cast)), len(cast) - len(last)
        channels: dict[Channel, int] = {"online": len(last)} if last else {}
        assert snapshot.sums == Sums(VOTERS, len(cast), revisions, len(last), revisions - len(cast), gone, {}, channels)
        assert [project.supporters for project in snapshot.projects] == [
            sum(number in ballot for ballot in last) for number in range(1, PROJECTS + 1)
        ]
        counted = read_pb(self.do(self.house.town.client.get(f"{path}.pb")).text).voters
        assert sorted(voter.choices for voter in counted) == sorted(tuple(map(str, ballot)) for ballot in last)

    # What voters do

    @rule(who=voters, place=places, choices=choices)
    def cast_or_change(self, who: int, place: int, choices: list[int]) -> None:
        """A voter who knows their own ballot is heard while voting is open."""
        base = len(self.of(who, place))
        key = uuid4().hex
        answer = self.send(who, place, choices, base, key)
        if self.phase != "voting":
            refused(answer, 409, "not-open")
            return
        assert answer.status_code == 201, answer.text
        self.kept.append(Kept(who, place, key, base, tuple(choices), answer.json()))
        assert receipt_holds(Receipt(**answer.json()["receipt"]), self.house.town.ring.receipts)
        assert answer.json()["revision"] == base + 1

    @rule(who=voters, place=places)
    def take_back(self, who: int, place: int) -> None:
        """A voter who knows their own ballot can take it back while voting is open, once, and only if there is one."""
        base, key = len(self.of(who, place)), uuid4().hex
        answer = self.send(who, place, None, base, key)
        if self.phase != "voting":
            refused(answer, 409, "not-open")
        elif not self.has_ballot(who, place):
            refused(answer, 409, "nothing-to-withdraw")
        else:
            assert answer.status_code == 201, answer.text
            self.kept.append(Kept(who, place, key, base, None, answer.json()))
            assert receipt_holds(Receipt(**answer.json()["receipt"]), self.house.town.ring.receipts)
            assert answer.json()["revision"] == base + 1

    @rule(who=voters, place=places, choices=st.none() | choices, off=st.integers(1, 3), ahead=st.booleans())
    def send_on_another_revision(self, who: int, place: int, choices: list[int] | None, off: int, ahead: bool) -> None:
        """A voter who saw an older ballot, or one that never was, is told which one there is (P4)."""
        last = len(self.of(who, place))
        base = last + off if ahead or last < off else last - off
        answer = self.send(who, place, choices, base, uuid4().hex)
        refused(answer, 409, "stale" if self.phase == "voting" else "not-open")
        if self.phase == "voting":
            assert answer.json()["facts"] == {"revision": last}

    @precondition(lambda self: self.kept)
    @rule()
    def replay_the_last(self) -> None:
        """Whoever lost the answer gets it again (P4)."""
        self.replay(self.kept[-1])

    @precondition(lambda self: self.kept)
    @rule(which=any_one)
    def replay_any(self, which: int) -> None:
        """A replay is answered however old it is, and after the close as well (P4)."""
        self.replay(self.kept[which % len(self.kept)])

    @precondition(lambda self: self.kept)
    @rule(which=any_one, place=places, choices=st.none() | choices)
    def reuse_a_key(self, which: int, place: int, choices: list[int] | None) -> None:
        """A key stands for one ballot in one pot, or for one withdrawal."""
        kept = self.kept[which % len(self.kept)]
        other = msgspec.structs.replace(kept, place=place, choices=None if choices is None else tuple(choices))
        if (other.place, other.stored) == (kept.place, kept.stored):
            self.replay(other)
        else:
            refused(self.send(kept.voter, place, choices, kept.base, kept.key), 422, "key-reused")

    @rule(who=voters, place=places)
    def look(self, who: int, place: int) -> None:
        """A voter sees their last ballot, and what it holds until the close."""
        answer = self.do(self.people[who][place].ballot())
        if mine := self.of(who, place):
            seen, last = answer.json(), mine[-1].stored
            assert answer.status_code == 200, answer.text
            held = list(last or ()) if self.phase == "voting" else None
            assert (seen["revision"], seen["choices"]) == (len(mine), held)
            assert seen["withdrawn"] is (last is None)
        else:
            refused(answer, 404, "not-found")

    # What happens to the house

    @rule()
    def judge(self) -> None:
        """A worker does what waits."""
        self.do(self.house.town.work("judge"))
        self.judged |= {kept.key for kept in self.kept}

    @rule()
    def sequence(self) -> None:
        """A worker gives what waits its leaves."""
        self.do(self.house.town.work("sequence"))
        self.placed |= {kept.key for kept in self.kept}

    @rule(order=st.randoms(use_true_random=False))
    def deliver_and_forget(self, order: Any) -> None:
        """A worker acts on all that waits, in another order, and it waits all the same: it will be told twice (P2)."""
        lanes = "select id, event from post.outbox where lane in ('judge', 'sequence') order by id"
        rows = self.do(self.house.db.fetch(lanes))
        order.shuffle(rows)
        for row in rows:
            self.do(act(self.house.worker, self.house.town.keys, ADDRESS, [(row["id"], decode_event(row["event"]))]))
        self.judged |= {kept.key for kept in self.kept}
        self.placed |= {kept.key for kept in self.kept}

    @precondition(lambda self: self.kept)
    @rule(which=any_one)
    def deliver_again(self, which: int) -> None:
        """The event of a ballot comes once more, long after it was told or before (P2)."""
        key = self.kept[which % len(self.kept)].key
        ballot_id = self.do(self.house.db.fetchval("select id from box.ballot where idempotency_key = $1", key))
        self.do(
            act(
                self.house.worker,
                self.house.town.keys,
                ADDRESS,
                [(1, BallotsCast(UUID(self.ground.id), (ballot_id,)))],
            )
        )
        self.judged.add(key)

    @rule()
    def lose_redis(self) -> None:
        """Everything in Redis is gone (P10)."""
        with connect_redis(self.house.settings.redis_url) as redis:
            redis.flushall()

    @rule()
    def restart(self) -> None:
        """The service stops, and another starts on the same database (P1)."""
        self.do(self.house.restart())
        for person in self.people:
            for voter in person:
                voter.client = self.house.town.client

    # What officers do

    @precondition(lambda self: len(self.kept) > 5)
    @rule()
    def close(self) -> None:
        """Voting ends; carrying out again what was decided changes nothing (P3)."""
        self.closing = self.closing or self.do(self.ground.ask("close-early"))["id"]
        answer = self.do(self.house.town.confirm(self.closing))
        assert (answer.status_code, answer.json()["state"]) == (200, "done"), answer.text
        self.phase = "counting" if self.phase == "voting" else self.phase

    @rule()
    def count(self) -> None:
        """A worker counts what may be counted: a closed round in which each ballot has its verdict and its leaf."""
        self.do(self.house.town.work("count"))
        done = len(self.judged) == len(self.placed) == len(self.kept)
        self.counted |= self.phase != "voting" and done

    @precondition(lambda self: self.counted)
    @rule()
    def count_again(self) -> None:
        """The event of the close comes once more, and no other snapshot comes of it (P6)."""
        self.do(act(self.house.worker, self.house.town.keys, ADDRESS, [(1, RoundClosed(UUID(self.ground.id)))]))

    @rule()
    def publish(self) -> None:
        """What was counted is published, and nothing before that is (P8)."""
        sent = {"act": {"kind": "publish"}, "reason": "Counted."}
        path = f"/api/rounds/{self.ground.id}/acts"
        answer = self.do(self.house.town.client.post(path, json=sent, headers=self.house.town.badge()))
        if self.counted:
            assert answer.status_code == 201, answer.text
            answer = self.do(self.house.town.confirm(answer.json()["id"]))
            assert answer.status_code == 200, answer.text
            self.phase = "published"
        else:
            refused(answer, 409, "not-counted")

    # What always holds

    @invariant()
    def the_box_holds_what_was_acknowledged(self) -> None:
        """Each acknowledged revision is there with its commitment, numbered from 1, and nothing else (P1, P2, P3)."""
        assert self.rows(BALLOTS) == sorted(
            (
                self.ground.pots[kept.place],
                self.tags[kept.voter],
                revision,
                kept.key,
                list(kept.stored or ()),
                kept.stored is None,
                kept.answer["receipt"]["commitment"],
            )
            for who in range(VOTERS)
            for place in POTS
            for revision, kept in enumerate(self.of(who, place), 1)
        )

    @invariant()
    def each_verdict_was_given_once(self) -> None:
        """A judged revision counts, whatever came before or after it, and no other has a verdict (P2)."""
        assert self.rows(VERDICTS) == [(key, None) for key in sorted(self.judged)]

    @invariant()
    def each_leaf_was_given_once(self) -> None:
        """What was placed has one leaf, and the newest head binds all of them (P5)."""
        assert self.rows(LEAVES) == [(key,) for key in sorted(self.placed)]
        assert self.rows(SIGNED) == ([(len(self.placed),)] if self.placed else [])

    @invariant()
    def each_pot_is_counted_once(self) -> None:
        """There is one snapshot of each pot after the count, and none before it (P6, P8)."""
        assert self.rows(SNAPSHOTS) == ([(1,)] * len(POTS) if self.counted else [])

    @invariant()
    def the_phase_is_the_models(self) -> None:
        """Nothing but the close ends voting (P3)."""
        assert self.rows(PHASE) == [(self.phase,)]


def refused(answer: Response, status: int, slug: str) -> None:
    """The answer is this refusal."""
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}"), answer.text


def test_the_box_is_what_the_receipts_say(database_url: str, redis_url: str) -> None:
    """P1 to P4 and P10, in any order of casts, withdrawals, replays, deliveries, losses, restarts, close and count."""
    Ballots.house = House(Settings(database_url, redis_url, MASTER_KEY, ADDRESS, limits=False))
    try:
        run_state_machine_as_test(
            Ballots,
            settings=settings(
                max_examples=EFFORT,
                stateful_step_count=50,
                deadline=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        Ballots.house.close()
