"""P8: nothing tells what a project got before the outcome is published.

Everything that can be seen of two houses is compared. In one nobody votes for the canary, in the other everybody does,
and nothing else differs. Run it with ``-s`` to read the table of all channels.
"""

import asyncio
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch
from uuid import UUID

import asyncpg
import pytest
import structlog
from litestar import Response, get
from litestar.params import FromPath

from schema.doorbell import connect_redis
from schema.local.servers import Servers
from schema.queries import NAME
from service import hints
from service.people import TheHouse
from tests.builders import KEYS, cast, close, settle, voting
from tests.service.addresses import CANARY, MOVES, Route, Scene, routes, unknown
from tests.service.channels import ROLES, ROOMS
from tests.service.worlds import EMBARGOED, PHASES, Record, two_worlds
from workers.count import count_rounds

Seen = dict[str, Record]

ROUTES = [route for route in routes() if route.label not in MOVES]
READS = [route.label for route in ROUTES if route.method == "GET"]
NOWHERE = Scene("", "", [""], [], ["", ""], "", "", "", {}, "", "", "", "", "", "", 0, {})

BESIDES = [
    "the answer to a ballot",
    "POST /api/acts/{act_id}/confirmation",
    "Redis",
    "the log",
]
"""Channels that are no route which can be asked at any time."""

ANSWERS = {
    "GET /api/pots/{pot_id}/snapshot",
    "GET /api/pots/{pot_id}/snapshot.pb",
    "GET /api/pots/{pot_id}/outcome.csv",
    "GET /api/pots/{pot_id}/what-if",
    "GET /api/pots/{pot_id}/without-held",
    "GET /api/rounds/{round_id}/bundle",
    "GET /pots/{pot_id}/results",
    "GET /municipalities/{municipality_id}",
    "GET /rounds/{round_id}/delivery",
    "GET /rounds/{round_id}/news.atom",
    "GET /api/rounds/{round_id}/deliveries",
}
"""Where a published outcome is read."""

FOR_OFFICERS = {"GET /officer/rounds/{round_id}/delivery"}
"""Where only officers read of it."""

BALLOTS = {"box.ballot.choices", "box.ballot.points"}
OUTCOMES = {f"box.snapshot.{column}" for column in ("content", "inputs", "input_hash", "pb")} | {
    "box.what_if.content",
    "box.without_held.content",
    "box.minutes.note",
    "box.minutes.bundle",
}
"""The columns that must hold what was chosen, and what was counted. Minutes name the ledger's head as well."""

UNANSWERED = {
    "GET /api/openapi.json/{path}": "404",
    "GET /rounds/{round_id}/sign-in/{provider}": "404",
    "GET /sign-in/callback": "400",
    "GET /officer/sign-in/{provider}": "404",
    "GET /officer/callback": "400",
    "GET /officer/invitations/{link}": "410",
    "GET /officer/invitations/{link}/sign-in": "410",
    "GET /rounds/{round_id}/map.svg": "404",
    "GET /rounds/{round_id}/hints": "204",
    "GET /proposals/{proposal_id}/pictures/{picture}": "404",
    "GET /officer/proposals/{proposal_id}/pictures/{picture}": "404",
    "GET /static/brand.css": "404",
    "GET /static/logo": "404",
}
"""Reads that refuse everybody in these houses, which have no provider, map, pictures and no look of their own.

Of hints there are none once voting is over.
"""

LOCKED = {
    "box.openings.locked",
    "GET /api/rounds/{round_id}/auditors/{auditor_id}/openings",
    "GET /officer/rounds/{round_id}/auditors/{auditor_id}/openings",
}
"""What only an auditor can read, made after publication. It is random, and its length may be as well."""

FUNCTIONS = {
    "box.appeal_ends_at",
    "box.batch_faults",  # adds up sheets and marks, and no choice
    "box.cast_ballots",
    "box.close_round",
    "box.correct_project",
    "box.decided",
    "box.delete_openings",
    "box.fingerprint",
    "box.forget_papers",
    "box.forget_tags",
    "box.held",
    "box.is_correction",
    "box.is_done",
    "box.keep_announced_opening",
    "box.keep_translation",
    "box.key_sheet",
    "box.lock_round",
    "box.mark_paper",
    "box.open_batch",
    "box.phase",
    "box.publish_round",
    "box.refuse_change",
    "box.refuse_frozen_part",
    "box.refuse_frozen_round",
    "box.refuse_late_theme",
    "box.refuse_open_ends",
    "box.refuse_other_answer",
    "box.refuse_other_decision",
    "box.refuse_other_hashes",
    "box.refuse_other_key",
    "box.refuse_revoked",
    "box.refuse_undecided",
    "box.refuse_undecided_entry",
    "box.refuse_unfunded",
    "box.refuse_unpublished",
    "box.retime_round",
    "box.retimed",
    "box.revoke_auditor",
    "box.rule_quarantine",
    "box.schedule_round",
    "box.shortcomings",
    "box.standing_close",
    "box.tell_audit_head",
    "box.tell_ballots",
    "box.tell_close",
    "box.tell_head",
    "box.tell_publication",
    "box.tell_quarantine",
    "box.tell_schedule",
    "box.tell_webhook",
    "box.unmark_paper",
    "box.voided",
    "civic.forget_drafts",
    "civic.pictures",  # of proposals, with sizes and words
    "roll.acting_officer",
    "roll.as_noted",
    "roll.audit_ledger",
    "roll.confirm_act",
    "roll.delete_round",
    "roll.destroy_round_key",
    "roll.end_sessions",
    "roll.entries",
    "roll.forget_account",
    "roll.is_taken",
    "roll.mark_void_bearers",  # looks at whether there is an outcome, and not into it
    "roll.note_audit",
    "roll.note_participation",
    "roll.person_of_code",
    "roll.place",
    "roll.refuse_last_admin",
    "roll.refuse_second_void",
    "roll.request_act",
    "roll.tell_noted",
    "roll.turnout_by_area",  # adds up who came, and knows no ballot
    "roll.waiting_act",
    "roll.withdraw_act",
    "roll.write_contact_code",
}
"""The functions of the database. None of them adds ballots up: look at that before you add one."""

SETS = {
    *("tiles", "counted_pots", "supported", "cast_ballots", "languages", "with_letter"),
    "outdated_imports",
}
"""Queries of several rows whose order says nothing, because each row is looked up by what it is."""


# Handlers that leak, one in each way; only this test has them


_CHOSEN = "select count(*) from box.ballot b where b.round_id = $1 and $2 = any(b.choices)"
_BY_CHOICE = (
    "select j.id::text from box.project j where j.round_id = $1"
    " order by (select count(*) from box.ballot b where b.pot_id = j.pot_id and j.number = any(b.choices)) desc, j.id"
)


@get("/leak/figure/{round_id:uuid}", media_type="text/plain", include_in_schema=False)
async def leak_figure(house: TheHouse, round_id: FromPath[UUID]) -> str:
    """A number."""
    async with house.box.enter() as db:
        return f"{await db.fetchval(_CHOSEN, round_id, CANARY)} so far"


@get("/leak/order/{round_id:uuid}", include_in_schema=False)
async def leak_order(house: TheHouse, round_id: FromPath[UUID]) -> list[str]:
    """No number, but the favourites first."""
    async with house.box.enter() as db:
        return [row[0] for row in await db.fetch(_BY_CHOICE, round_id)]


@get("/leak/length/{round_id:uuid}", media_type="text/plain", include_in_schema=False)
async def leak_length(house: TheHouse, round_id: FromPath[UUID]) -> Response[str]:
    """Nothing in the body, and something in a header."""
    async with house.box.enter() as db:
        chosen = await db.fetchval(_CHOSEN, round_id, CANARY)
    return Response("", headers={"ETag": f'"{chosen}"'})


@get("/leak/elsewhere/{round_id:uuid}", media_type="text/plain", include_in_schema=False)
async def leak_elsewhere(house: TheHouse, round_id: FromPath[UUID]) -> str:
    """Nothing in the answer, but a line in the log and a key in Redis."""
    async with house.box.enter() as db:
        chosen = await db.fetchval(_CHOSEN, round_id, CANARY)
    structlog.get_logger("leak").info("leak", chosen=chosen)
    with connect_redis(house.settings.redis_url) as redis:
        redis.set("leak", chosen)
    return "nothing to see"


LEAKS = [leak_figure, leak_order, leak_length, leak_elsewhere]
LEAKING = {
    "GET /leak/figure/{round_id}": True,
    "GET /leak/order/{round_id}": True,
    "GET /leak/length/{round_id}": True,
    "GET /leak/elsewhere/{round_id}": False,
    "leak: log": True,
    "leak: Redis": True,
}
"""The channels of these handlers, and whether something comes out there."""


@pytest.fixture(scope="module")
def seen(ground: Servers) -> Iterator[Seen]:
    """All that was seen of both houses, by house and phase."""
    with patch.object(hints, "LONGEST", 0):  # a stream that goes on is no answer to look at
        found = asyncio.run(two_worlds(ground, LEAKS))
    yield found
    sys.stdout.write(f"\n{table(found)}\n")


def differing(seen: Seen, phase: str) -> dict[str, list[str]]:
    """The channels that tell the two houses apart, and to whom."""
    one, other = (seen[house][phase] for house in ("nobody", "everybody"))
    found = defaultdict(list)
    for channel, whom in sorted(one.keys() | other.keys()):
        if one.get((channel, whom)) != other.get((channel, whom)):
            found[channel].append(whom)
    return dict(found)


def difference(seen: Seen, phase: str, channel: str) -> list[str]:
    """Lines of which only one house has the like, for whoever has to find a leak."""
    lines = []
    for whom in differing(seen, phase).get(channel, []):
        one, other = (seen[house][phase].get((channel, whom), "").splitlines() for house in ("nobody", "everybody"))
        lines += [f"{phase}, {whom}: {line[:200]}" for line in one if line not in other]
        lines += [f"{phase}, {whom}: {line[:200]}" for line in other if line not in one]
        lines += [f"{phase}, {whom}: the same in another order"] if sorted(one) == sorted(other) else []
    return lines


def table(seen: Seen) -> str:
    """A line for each channel and each who could look; a cell for each phase. Columns of a table share a line."""
    found: dict[tuple[str, str], list[set[str]]] = defaultdict(lambda: [set() for _ in PHASES])
    for at, phase in enumerate(PHASES):
        differ = differing(seen, phase)
        for channel, whom in seen["nobody"][phase]:
            in_table = channel.count(".") == 2 and "/" not in channel
            name, column = channel.rsplit(".", 1) if in_table else (channel, "DIFFERS")
            found[name, whom][at] |= {column} if whom in differ.get(channel, []) else {"same"}
    rows: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for (name, whom), cells in found.items():
        told = tuple(", ".join(sorted(cell - {"same"})) or "".join(cell) or "-" for cell in cells)
        rows[name, told].append(whom.removeprefix("byalag_"))
    heads = " ".join(f"{phase:10}" for phase in PHASES)
    lines = [f"{'channel':54} {'as whom':40} {heads}"]
    for (name, told), whoms in sorted(rows.items()):
        lines.append(f"{name:54} {', '.join(whoms):40} {' '.join(f'{cell:10}' for cell in told)}")
    return "\n".join(lines)


@pytest.mark.parametrize("route", ROUTES, ids=[route.label for route in ROUTES])
def test_every_address_can_be_filled_in(route: Route) -> None:
    """A new route is looked at as well: give its parameters a value in ``fillings`` or ``questions``."""
    assert unknown(route, NOWHERE) == []


@pytest.mark.parametrize("channel", [route.label for route in ROUTES] + BESIDES)
def test_nothing_is_told_before_publication(seen: Seen, channel: str) -> None:
    """P8: to nobody, voter, member and officer the two houses look alike, in every phase."""
    assert any(channel == each for phase in PHASES for each, _ in seen["everybody"][phase])
    assert [line for phase in EMBARGOED for line in difference(seen, phase, channel)] == []


@pytest.mark.parametrize("channel", READS)
def test_every_read_was_answered(seen: Seen, channel: str) -> None:
    """Somebody got what the address is for: looking at refusals alone would prove nothing."""
    texts = [text for (each, _), text in seen["everybody"]["published"].items() if each == channel]
    wanted = UNANSWERED.get(channel, "200|303")
    assert re.search(rf"→ (?:{wanted})$", "".join(texts), re.MULTILINE)


def test_the_outcome_tells_after_publication(seen: Seen) -> None:
    """What every ballot chose is seen then, by everybody, and where outcomes are read and nowhere else."""
    told = {
        channel: whom
        for channel, whom in differing(seen, "published").items()
        if channel in READS and channel not in LOCKED
    }
    everybody = {channel: ["member", "nobody", "officer", "voter"] for channel in ANSWERS}
    assert told == everybody | {channel: ["officer"] for channel in FOR_OFFICERS}


def test_the_canarys_figure_is_in_the_outcome(seen: Seen) -> None:
    """Seven voters in one house and none in the other."""
    channel = ("GET /api/pots/{pot_id}/snapshot", "nobody")
    figures = {
        house: re.findall(
            r'"number":7,"title":"Canary 0","cost":30000,"supporters":(\d+)', seen[house]["published"][channel]
        )
        for house in seen
    }
    assert figures == {"nobody": ["0"], "everybody": ["7"]}


@pytest.mark.parametrize("phase", PHASES)
def test_only_the_box_holds_choices(seen: Seen, phase: str) -> None:
    """P8: of all columns that a role can read only these differ, and only for the roles of the box."""
    holding = {"before": set[str](), "counted": BALLOTS | OUTCOMES, "published": BALLOTS | OUTCOMES}.get(phase, BALLOTS)
    tables = {channel: whom for channel, whom in differing(seen, phase).items() if channel.partition(".")[0] in ROOMS}
    assert {name: whom for name, whom in tables.items() if name not in LOCKED} == {
        column: ["byalag_box", "byalag_worker"] for column in holding
    }


def test_there_was_something_to_see(seen: Seen) -> None:
    """Events waited, bells hung in Redis, and service, workers and clock wrote lines."""
    changed, judged = seen["everybody"]["changed"], seen["everybody"]["judged"]
    assert "BallotsCast" in changed["post.outbox.event", "byalag_worker"]
    assert "byalag-judge" in changed["Redis", "whoever reads it"]
    assert '"route":"/api/pots/{pot_id}/ballots"' in changed["the log", "whoever reads it"]
    for said in ('"event":"event failed"', '"what":"judge has 1 quarantined"'):
        assert said in judged["the log", "whoever reads it"]


@pytest.mark.parametrize(("channel", "leaks"), LEAKING.items(), ids=LEAKING)
def test_a_leak_would_be_found(seen: Seen, channel: str, leaks: bool) -> None:
    """A figure, an order, a header, a line of the log and a key in Redis are noticed as soon as ballots differ."""
    assert channel not in differing(seen, "before")
    assert (channel in differing(seen, "changed")) == leaks


async def test_no_view_or_function_adds_ballots_up(db: asyncpg.Connection) -> None:
    """Views show heads and hashes of ledgers, and texts that can be translated; every function is known.

    Those with their owner's rights see a freeze or a revocation, tell a ledger of what was noted, count heads, look who
    took part, or act for two.
    """
    views = await db.fetch(
        "select relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where c.relkind in ('v', 'm', 'f') and n.nspname not in ('pg_catalog', 'information_schema')"
    )
    functions = await db.fetch(
        "select n.nspname || '.' || p.proname as name, p.prosecdef from pg_proc p join pg_namespace n"
        " on n.oid = p.pronamespace where n.nspname not in ('pg_catalog', 'information_schema')"
    )
    assert {row["relname"] for row in views} == {"log_head", "log_tile", "original"}
    assert {row["name"] for row in functions} == FUNCTIONS
    owners = {row["name"] for row in functions if row["prosecdef"]}
    telling = {"roll.note_audit", "roll.tell_noted", "box.tell_audit_head"}
    refusing = {"box.refuse_frozen_part", "box.refuse_revoked", "roll.refuse_last_admin"}
    refusing |= {"box.keep_translation"}
    assert owners - telling - refusing == {
        *("box.revoke_auditor", "roll.mark_void_bearers"),
        *("box.delete_openings", "roll.delete_round", "roll.destroy_round_key"),
        *("roll.request_act", "roll.confirm_act", "roll.withdraw_act"),
        *("box.close_round", "box.correct_project", "box.publish_round", "box.retime_round"),
        "roll.turnout_by_area",
    }


async def test_no_role_is_another(db: asyncpg.Connection) -> None:
    """What was seen as a role is all that it can read: it belongs to no other role and has no right over all tables."""
    others = [
        (one, other)
        for one in ROLES
        for other in ROLES
        if one != other and await db.fetchval("select pg_has_role($1, $2, 'member')", one, other)
    ]
    rights = await db.fetch(
        "select rolname from pg_roles where rolname = any($1::text[])"
        " and (rolsuper or rolbypassrls or pg_has_role(oid, 'pg_read_all_data', 'member')"
        " or pg_has_role(oid, 'pg_read_all_stats', 'member'))",
        ROLES,
    )
    assert (others, rights) == ([], [])


@pytest.mark.parametrize("role", ["byalag_roll", "byalag_registrar", "byalag_civic"])
async def test_the_planners_statistics_tell_no_other_room(
    db: asyncpg.Connection, worker: asyncpg.Connection, role: str
) -> None:
    """Postgres notes how often each choice stands on ballots; who may not read ballots may not read that either."""
    house = await voting(db)
    ballots = [await cast(db, house, name, 1) for name in ("Amina", "Björn")]
    await settle(worker, house, ballots)
    await close(db, house)
    await count_rounds(worker, KEYS, [house.round_id])
    await db.execute("analyze")
    noted = "select distinct schemaname || '.' || tablename from pg_stats where schemaname = 'box'"
    assert {"box.ballot", "box.snapshot"} <= {row[0] for row in await db.fetch(noted)}
    await db.execute(f"set role {role}")
    tables = {row[0] for row in await db.fetch(noted)}
    closed = {"ballot", "verdict", "snapshot", "what_if", "minutes", "openings", "leaf"}
    assert tables & {f"box.{table}" for table in closed} == set()


@pytest.mark.parametrize("file", sorted(Path("service/store").glob("*.sql")), ids=lambda file: file.stem)
def test_what_is_listed_has_an_order(file: Path) -> None:
    """Rows without an order come as they lie, which may say what was written last: every list of rows states one."""
    parts = NAME.split(file.read_text(encoding="utf-8"))
    texts = dict(zip(parts[1::2], parts[2::2], strict=True))
    module = file.with_suffix(".py").read_text(encoding="utf-8")
    lists = re.findall(r"(?:many\(\s*db,\s*\w+,\s*|\.fetch\()SQL\.(\w+)", module)
    assert [name for name in lists if "order by" not in texts[name] and name not in SETS] == []
