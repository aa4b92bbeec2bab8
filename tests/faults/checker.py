"""The checker: what must be true of a round, whatever trouble there was. It reads the log, Postgres and Redis.

Each finding names its invariant:

    I1  every acknowledged receipt's ballot is in the box, with that voter's choices; a replay gives the same receipt
    I2  counted is the last revision of each voter and pot; one verdict for each ballot, and the right one
    I3  no ballot after the close event, none before it missing; one close event
    I4  every receipt carries the house's signature
    I5  the sums add up: every revision is counted, superseded, withdrawn or refused
    I6  the same ballots counted again, by us and by a second program, come to the snapshot
    I7  every ballot is one leaf of the ledger, and every signed head is the root of its first leaves
    I8  nothing is left: no event, no bell, no ballot without a verdict, 30 seconds after the trouble ended
    I9  no 5xx but 503, that only while there is trouble or 5 seconds after it, and no answer later than 10 seconds
"""

import asyncio
import hashlib
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

import asyncpg
import msgspec
from redis import Redis

from schema.ballots import commitment
from schema.checkpoint import read_checkpoint
from schema.pb import read_pb
from schema.rules import GreedyByVotes, TieOrder
from schema.snapshot import Channel, Group, Inputs, Snapshot, Sums, input_hash
from service.rehearsal.checks import signature_holds
from tests.builders import published
from tests.faults.log import Asked, Kind, Log, Try
from tests.faults.rounds import Place, Round
from tests.tally import oracle
from workers import tally

SETTLED = 30.0
GRACE = 5.0
LATEST = 10.0
"""Seconds until nothing waits any more; after trouble in which a 503 is still forgiven; until an answer is there."""

NOT_OPEN = "/problems/not-open"
REFUSALS: dict[Kind, set[str]] = {
    "first": {NOT_OPEN},
    "change": {NOT_OPEN},
    "withdraw": {NOT_OPEN},
    "stale": {NOT_OPEN, "/problems/stale"},
    "again": set(),
    "reused": {"/problems/key-reused"},
}
"""How a ballot may be refused, by what its voter was about."""


class Finding(msgspec.Struct, frozen=True):
    """Something that must not be."""

    invariant: str
    what: str


class Row(msgspec.Struct, frozen=True):
    """A revision as it lies in the box: without ``choices`` a withdrawal.

    ``committed`` is when its transaction did, in seconds since 1970.
    """

    pot_id: UUID
    tag: str
    revision: int
    key: str
    choices: tuple[int, ...] | None
    nonce: bytes
    commitment: str
    committed: float
    judged: bool
    reason: str | None


BALLOTS = """
select b.pot_id, encode(b.tag, 'hex') as tag, b.revision, b.idempotency_key as key,
    case when not b.withdrawn then b.choices end as choices, b.nonce, encode(b.commitment, 'hex') as commitment,
    extract(epoch from pg_xact_commit_timestamp(b.xmin))::float8 as committed,
    v.ballot_id is not null as judged, v.reason
from box.ballot b left join box.verdict v on v.ballot_id = b.id where b.round_id = $1"""

CLOSED = """
select extract(epoch from pg_xact_commit_timestamp(xmin))::float8 from box.close where round_id = $1"""

WAITING = """
select lane, event from post.outbox where quarantined_at is null or not event = any($1::text[])"""

SNAPSHOTS = """
select pot_id, content, pb from box.snapshot where round_id = $1"""


LEAVES = """
select encode(commitment, 'hex') from box.leaf where round_id = $1 order by position"""

NOTES = """
select size, note from box.checkpoint where round_id = $1 order by size"""


async def settled(db: asyncpg.Connection, at: Round, log: Log) -> bool:
    """Whether the round is counted and nothing waits, at most SETTLED seconds after the last trouble."""
    troubles = [trouble.ended_at for trouble in log.troubles if trouble.ended_at < float("inf")]
    end = max([time.time(), *troubles]) + SETTLED
    while time.time() < end:
        counted = await db.fetchval("select count(*) from box.snapshot where round_id = $1", at.id)
        if counted == len(at.pots) and not await db.fetch(WAITING, sorted(log.rubbish)):
            return True
        await asyncio.sleep(0.1)
    return False


async def check(db: asyncpg.Connection, redis: Redis, at: Round, log: Log) -> list[Finding]:
    """Everything that is wrong with a round that was voted in, closed and counted."""
    rows = [msgspec.convert(dict(row), Row) for row in await db.fetch(BALLOTS, at.id)]
    closed = [row[0] for row in await db.fetch(CLOSED, at.id)]
    waiting = [(row["lane"], row["event"]) for row in await db.fetch(WAITING, sorted(log.rubbish))]
    kept = {row["pot_id"]: (row["content"], row["pb"]) for row in await db.fetch(SNAPSHOTS, at.id)}
    leaves = [row[0] for row in await db.fetch(LEAVES, at.id)]
    notes = [(row["size"], row["note"]) for row in await db.fetch(NOTES, at.id)]
    electors = set(await _electors(db, at))
    lot = await db.fetchval("select lot_seed from box.round where id = $1", at.id)
    signed = {key.key_id: key.public_key.hex() for key in await published(db, "receipts")}
    signing = [key.public_key for key in await published(db, "checkpoints")]
    findings = [
        *receipts(log, at, rows, signed),
        *verdicts(log, rows, electors),
        *order(log, at, rows, closed),
        *ledger(at, rows, leaves, notes, signing),
        *leftovers(waiting, rows, redis),
        *answers(log),
    ]
    for pot in at.pots:
        if pot.id not in kept:
            findings.append(Finding("I8", "a pot has no snapshot"))
            continue
        content, pb = kept[pot.id]
        snapshot = msgspec.json.decode(content, type=Snapshot)
        mine = [row for row in rows if row.pot_id == pot.id]
        findings += [*counted(log, mine, electors, pb), *sums(log, mine, electors, snapshot)]
        findings += recount(pot, ballots(log, mine, electors), snapshot, lot)
    return findings


async def _electors(db: asyncpg.Connection, at: Round) -> Iterator[str]:
    rows = await db.fetch("select distinct encode(tag, 'hex') as tag from box.elector where pot_id = $1", at.pots[0].id)
    return (row["tag"] for row in rows)


def receipts(log: Log, at: Round, rows: Sequence[Row], signed: Mapping[str, str]) -> Iterator[Finding]:
    """I1 and I4."""
    by_commitment = {row.commitment: row for row in rows}
    given: dict[str, str] = {}
    for one in log.tries:
        if one.receipt is None:
            continue
        if not signature_holds(one.receipt, signed):
            yield Finding("I4", f"the receipt of {one.key} is not signed by the house")
        if given.setdefault(one.key, one.receipt.commitment) != one.receipt.commitment:
            yield Finding("I1", f"the key {one.key} was given two receipts")
        row = by_commitment.get(one.receipt.commitment)
        if row is None:
            yield Finding("I1", f"the ballot {one.key} was acknowledged ({one.status}) and is not in the box")
        elif (row.tag, row.pot_id, row.key, row.revision, row.choices) != (
            one.tag,
            one.pot_id,
            one.key,
            one.revision,
            one.choices,
        ) or one.revision != one.base + 1:
            yield Finding("I1", f"the ballot {one.key} in the box is another than was acknowledged")
    styles = {pot.id: "approval" if pot is at.pots[0] else "knapsack" for pot in at.pots}
    for row in rows:
        bound = commitment(at.id, row.pot_id, styles[row.pot_id], row.nonce, row.choices).hex()
        if bound != row.commitment and row.key not in log.poison:
            yield Finding("I1", f"the commitment of {row.key} does not bind its choices")


def verdicts(log: Log, rows: Sequence[Row], electors: set[str]) -> Iterator[Finding]:
    """I2: each ballot has the verdict that it deserves, and revisions follow one another."""
    for row in rows:
        if row.judged and row.reason != deserved(log, row, electors):
            yield Finding("I2", f"the ballot {row.key} was judged {row.reason}")
    revisions: dict[tuple[UUID, str], list[int]] = defaultdict(list)
    for row in rows:
        revisions[row.pot_id, row.tag].append(row.revision)
    for (_, tag), found in revisions.items():
        if sorted(found) != list(range(1, len(found) + 1)):
            yield Finding("I2", f"the revisions of {tag[:8]} are {sorted(found)}")


def deserved(log: Log, row: Row, electors: set[str]) -> str | None:
    """Why a ballot does not count, None when it does."""
    if row.tag not in electors:
        return "not-on-roll"
    return log.poison.get(row.key)


def order(log: Log, at: Round, rows: Sequence[Row], closed: Sequence[float]) -> Iterator[Finding]:
    """I3, by the commit times of the database itself, and by who was told what and when."""
    if len(closed) != 1:
        yield Finding("I3", f"the round has {len(closed)} close events")
    for row in rows:
        if any(row.committed > moment for moment in closed):
            yield Finding("I3", f"the ballot {row.key} was committed after the close event")
    asked = min([at.due_at, *(close.sent_at for close in log.closes)])
    told = min((close.answered_at for close in log.closes if close.status == 200), default=float("inf"))
    for one in log.tries:
        if one.type == NOT_OPEN and one.answered_at < asked:
            yield Finding("I3", f"the ballot {one.key} was refused before anybody closed")
        if one.status == 201 and one.sent_at > told:
            yield Finding("I3", f"the ballot {one.key} was taken after the close was acknowledged")
        if one.outcome == "refused" and one.type not in REFUSALS[one.kind]:
            yield Finding("I3", f"the ballot {one.key} ({one.kind}) was refused by {one.status} {one.type}")
    last = {one.key: one for one in log.tries if one.kind not in {"again", "reused"}}
    for row in rows:
        if row.key not in log.poison and (row.key not in last or last[row.key].outcome == "refused"):
            yield Finding("I3", f"the ballot {row.key} is in the box, and nobody sent it or it was refused")


def current(log: Log, rows: Sequence[Row], electors: set[str]) -> dict[str, tuple[int, ...] | None]:
    """By the log's and the roll's word: the choices of the last revision of each tag that is not refused."""
    good = [row for row in rows if deserved(log, row, electors) is None]
    return {row.tag: row.choices for row in sorted(good, key=lambda row: row.revision)}


def ballots(log: Log, rows: Sequence[Row], electors: set[str]) -> Counter[tuple[int, ...]]:
    """The ballots that are to be counted: nobody's who took theirs back."""
    return Counter(choices for choices in current(log, rows, electors).values() if choices is not None)


def counted(log: Log, rows: Sequence[Row], electors: set[str], pb: bytes) -> Iterator[Finding]:
    """I2: the published ballots are the last ones that were acknowledged, or that nobody knows the fate of."""
    mine = ballots(log, rows, electors)
    published = Counter(tuple(sorted(map(int, voter.choices))) for voter in read_pb(pb).voters)
    if published != mine:
        yield Finding("I2", f"{published.total()} ballots were counted, not the {mine.total()} that are the last ones")
    newest: dict[str, Row] = {}
    for row in sorted(rows, key=lambda row: row.revision):
        newest[row.tag] = row
    unknown = _unknown(log.tries)
    acknowledged: dict[str, int] = {}
    for one in log.tries:
        if one.outcome == "ok" and rows and one.pot_id == rows[0].pot_id:
            acknowledged[one.tag] = max(acknowledged.get(one.tag, 0), one.revision)
    for tag, row in newest.items():
        if row.revision > acknowledged.get(tag, 0) and row.key not in unknown | set(log.poison):
            yield Finding("I2", f"the last ballot of {tag[:8]} is one that nobody acknowledged")


def _unknown(tries: Sequence[Try]) -> set[str]:
    """Keys of the ballots whose fate no voter learnt."""
    return {one.key for one in tries} - {one.key for one in tries if one.outcome != "unknown"}


def sums(log: Log, rows: Sequence[Row], electors: set[str], snapshot: Snapshot) -> Iterator[Finding]:
    """I5, all of it counted again."""
    said = snapshot.sums
    refused = Counter(reason for row in rows if (reason := deserved(log, row, electors)))
    mine = [*current(log, rows, electors).values()]
    gone, replaced = mine.count(None), len(rows) - refused.total() - len(mine)
    voters = len({row.tag for row in rows})
    counted = len(mine) - gone
    channels: dict[Channel, int] = {"online": counted} if counted else {}
    wanted = Sums(len(electors), voters, len(rows), counted, replaced, gone, dict(refused), channels)
    if wanted != said:
        yield Finding("I5", f"the sums are {said}, and should be {wanted}")


def recount(pot: Place, ballots: Mapping[tuple[int, ...], int], snapshot: Snapshot, lot: str) -> Iterator[Finding]:
    """I6, by our own tally from nothing but these ballots, and by pabutools."""
    ties = TieOrder(seed=lot)
    costs = tuple(enumerate(pot.costs, 1))
    groups = tuple(sorted(Group(choices, voters) for choices, voters in ballots.items()))
    inputs = Inputs(snapshot.money, GreedyByVotes(), ties, pot.style, costs, groups)
    if input_hash(inputs).hex() != snapshot.input_hash:
        yield Finding("I6", "the hash of what was counted is another")
    instance = tally.Instance(snapshot.money, tuple(tally.Project(str(number), cost) for number, cost in costs))
    profile = tally.Profile.of_groups((list(map(str, group.choices)), None, group.voters) for group in groups)
    if tally.count(instance, profile, GreedyByVotes(), ties) != snapshot.outcome:
        yield Finding("I6", "counted again, the outcome is another")
    scores = [{str(number): 1 for number in group.choices} for group in groups for _ in range(group.voters)]
    if set(oracle.funded(oracle.Election(instance, scores, ties), GreedyByVotes())) != set(snapshot.outcome.funded):
        yield Finding("I6", "a second program funds other projects")


def ledger(
    at: Round, rows: Sequence[Row], leaves: Sequence[str], notes: Sequence[tuple[int, str]], keys: Sequence[bytes]
) -> Iterator[Finding]:
    """I7, the tree counted again by the RFC's own definition."""
    if sorted(leaves) != sorted(row.commitment for row in rows):
        yield Finding("I7", f"the ledger has {len(leaves)} leaves, not the {len(rows)} of the box")
    sizes = [size for size, _ in notes]
    if not notes or sizes != sorted({0, *sizes}) or sizes[-1] != len(leaves):
        yield Finding("I7", f"heads were signed for {sizes} of {len(leaves)} leaves")
    for size, note in notes:
        head = read_checkpoint(note, note.partition("\n")[0], keys)
        if (head.size, head.root) != (size, root_of(leaves[:size])) or str(at.id) not in note:
            yield Finding("I7", f"the head of {size} leaves is not the root of the first {size}")


def root_of(leaves: Sequence[str]) -> bytes:
    """The root over commitments (hex), by the definition in RFC 6962, 2.1."""
    if len(leaves) <= 1:
        return hashlib.sha256(b"".join(b"\0" + bytes.fromhex(leaf) for leaf in leaves)).digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root_of(leaves[:split]) + root_of(leaves[split:])).digest()


def leftovers(waiting: Sequence[tuple[str, str]], rows: Sequence[Row], redis: Redis) -> Iterator[Finding]:
    """I8."""
    if waiting:
        yield Finding("I8", f"{len(waiting)} events wait or are set aside, as in the lane {waiting[0][0]}")
    if unjudged := sum(not row.judged for row in rows):
        yield Finding("I8", f"{unjudged} ballots have no verdict")
    if lost := stranded(redis):
        yield Finding("I8", f"{len(lost)} bells are in no list and no registry")


def stranded(redis: Redis) -> set[str]:
    """RQ jobs that nothing would ever find again. Looked for twice, since jobs move from list to list."""
    found = _stranded(redis)
    if found:
        time.sleep(1)
        found &= _stranded(redis)
    return found


def _stranded(redis: Redis) -> set[str]:
    jobs = {_text(key).removeprefix("rq:job:") for key in redis.scan_iter("rq:job:*")}
    known: set[str] = set()
    for key in redis.scan_iter("rq:*"):
        kind = redis.type(key)
        if kind == b"list":
            known |= {_text(member) for member in redis.lrange(key, 0, -1)}
        elif kind == b"zset":
            known |= {_text(member).partition(":")[0] for member in redis.zrange(key, 0, -1)}
    return {job for job in jobs if job.partition(":")[0] not in known}


def _text(raw: object) -> str:
    assert isinstance(raw, bytes)
    return raw.decode()


def answers(log: Log) -> Iterator[Finding]:
    """I9."""
    asked: list[Try | Asked] = [*log.tries, *log.closes]
    for one in asked:
        began, ended = one.sent_at, one.answered_at
        if one.status >= 500 and (one.status != 503 or not log.troubled(began, ended, GRACE)):
            yield Finding("I9", f"an answer {one.status} without trouble, or not 503")
        if one.status and ended - began > LATEST:
            yield Finding("I9", f"an answer {one.status} after {ended - began:.1f} s")
