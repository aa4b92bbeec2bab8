"""The fraud desk: what looks unusual, in numbers alone; setting ballots aside; and what their voters are told."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest
from click.testing import CliRunner
from httpx import Response

from service.house import House
from service.traces import Cast
from tests import verify_bundle
from tests.town import Ground, Town, Voter, crowd, moment
from workers.verify import verify

CROWD = 24
AGENTS = ("Mozilla/5.0 (iPhone) Mobile Safari", "Mozilla/5.0 (Windows NT 10.0) Firefox/132.0")


async def town_votes(town: Town, voters: int = CROWD, **changes: Any) -> tuple[Ground, list[Voter]]:
    """A round that has been open for ten hours, in which everybody has voted for one of two projects now."""
    opened = {"voting_at": moment(-timedelta(hours=10))} | changes
    ground = await town.open_round(projects=4, register=crowd(CROWD), **opened)
    people = [await ground.voter(f"V{number}") for number in range(voters)]
    for number, voter in enumerate(people):
        assert (await voter.cast(number % 2 + 1)).status_code == 201
    return ground, people


async def trace(town: Town, *casts: tuple[Voter, str, str]) -> None:
    """Let these have cast from these addresses, with these browsers."""
    house: House = town.client.app.state.house
    for voter, host, agent in casts:
        house.traces.note(Cast(UUID(voter.ground.id), voter.tag, host, agent))
    with town.client.portal() as portal:
        portal.call(house.traces.write)


async def desk(ground: Ground) -> Any:
    """What an officer sees."""
    return await ground.town.act("GET", f"/api/rounds/{ground.id}/desk")


async def set_aside(ground: Ground, line: str, reason: str = "Found in one minute.") -> Response:
    """An officer sets a line aside."""
    sent = {"line": line, "reason": reason}
    badge = ground.town.badge()
    return await ground.town.client.post(f"/api/rounds/{ground.id}/quarantines", json=sent, headers=badge)


async def ruled(ground: Ground, kind: str) -> None:
    """Two officers decide about the newest quarantine."""
    await ground.decide(kind, quarantine_id=(await desk(ground))["quarantines"][-1]["id"])


async def test_a_burst_is_in_the_report(crowded_town: Town) -> None:
    """Many ballots in ten minutes, after hours of none: how many, and how many times the usual."""
    ground, _ = await town_votes(crowded_town)
    (line,) = (await desk(ground))["lines"]
    assert (line["sign"], line["voters"], line["ballots"], line["set_aside"]) == ("burst", CROWD, CROWD, 0)
    assert line["times"] >= 30
    assert datetime.fromisoformat(line["begins_at"]) <= datetime.now(UTC)


async def test_a_steady_round_has_no_burst(crowded_town: Town) -> None:
    """Where all ballots came in the only ten minutes there were, these are the usual number."""
    ground, _ = await town_votes(crowded_town, voting_at=moment(-timedelta(minutes=1)))
    assert (await desk(ground))["lines"] == []


async def test_a_shared_network_is_in_the_report(crowded_town: Town) -> None:
    """How many voters share it and how many kinds of devices; a family's network is none of its lines."""
    ground, people = await town_votes(crowded_town, voting_at=moment(-timedelta(minutes=1)))
    shared = [(voter, f"192.0.2.{at}", AGENTS[at % 2]) for at, voter in enumerate(people[:12])]
    family = [(voter, "198.51.100.7", AGENTS[0]) for voter in people[12:16]]
    await trace(crowded_town, *shared, *family)
    lines = (await desk(ground))["lines"]
    assert [(line["sign"], line["voters"], line["devices"]) for line in lines] == [
        ("network", 12, 2),
        ("device", 6, 1),
        ("device", 6, 1),
    ]
    assert all(datetime.fromisoformat(line[at]).minute == 0 for line in lines for at in ("begins_at", "ends_at"))


async def test_no_tag_and_no_trace_is_in_the_report(crowded_town: Town, db: asyncpg.Connection) -> None:
    """P7: an officer reads numbers; of what is stored nothing comes along."""
    ground, people = await town_votes(crowded_town)
    await trace(crowded_town, *((voter, "192.0.2.1", AGENTS[0]) for voter in people))
    await set_aside(ground, (await desk(ground))["lines"][0]["line"])
    told = msgspec.json.encode(await desk(ground)).decode()
    stored = await db.fetch(
        "select encode(network, 'hex') from box.trace union select encode(device, 'hex') from box.trace"
        " union select encode(tag, 'hex') from box.trace"
    )
    assert len(stored) == CROWD + 2
    assert [row[0] for row in stored if row[0] in told] == []


async def test_a_trace_of_yesterday_is_no_line(crowded_town: Town, db: asyncpg.Connection) -> None:
    """Also when no clock was there to take it away."""
    ground, people = await town_votes(crowded_town, voting_at=moment(-timedelta(minutes=1)))
    await trace(crowded_town, *((voter, "192.0.2.1", AGENTS[0]) for voter in people))
    lines = (await desk(ground))["lines"]
    assert len(lines) == 2
    await db.execute("update box.trace set hour = hour - interval '24 hours'")
    assert (await desk(ground))["lines"] == []
    assert (await set_aside(ground, lines[0]["line"])).json()["type"] == "/problems/line-gone"


async def test_ages_are_told_by_date_from_the_roll_alone(crowded_town: Town, db: asyncpg.Connection) -> None:
    """A day on which most of those who took part are very old, beside days with few; nothing to set aside."""
    old = "\n".join(f"OLD{number},North,1930,1" for number in range(12))
    ground = await crowded_town.open_round(register=f"{crowd(40)}{old}\n")
    for number in range(40):
        await ground.sign_in(f"V{number}")
    await db.execute("update roll.participation set taken_part_on = taken_part_on - 3")
    assert (await desk(ground))["ages"] == []
    for number in range(12):
        await ground.sign_in(f"OLD{number}")
    (line,) = (await desk(ground))["ages"]
    assert (line["sign"], line["persons"], line["of_persons"]) == ("very-old", 12, 12)
    assert "line" not in line


async def test_ballots_are_set_aside_with_a_reason(crowded_town: Town) -> None:
    """Who is behind a line is held; the desk says how many, by whom and why, and the line says so too."""
    ground, _ = await town_votes(crowded_town)
    answer = await set_aside(ground, (await desk(ground))["lines"][0]["line"])
    assert answer.status_code == 201, answer.text
    (made,) = answer.json()["quarantines"]
    assert (made["voters"], made["made_by"], made["reason"], made["state"]) == (
        CROWD, "Dagny", "Found in one minute.", "held",
    )  # fmt: skip
    assert answer.json()["lines"][0]["set_aside"] == CROWD


@pytest.mark.parametrize("line", ["burst-20200101T0000", "network-0123456789abcdef", "device-1"])
async def test_a_line_that_is_not_there_is_refused(crowded_town: Town, db: asyncpg.Connection, line: str) -> None:
    """With what to do next, and nothing is set aside."""
    ground, _ = await town_votes(crowded_town)
    answer = await set_aside(ground, line)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/line-gone")
    assert await db.fetchval("select count(*) from box.quarantine") == 0


async def test_a_few_are_not_set_aside(crowded_town: Town, db: asyncpg.Connection) -> None:
    """Not even by the name of a line: behind it are too few for an outcome without them to hide how they voted."""
    ground, people = await town_votes(crowded_town)
    await trace(crowded_town, *((voter, "192.0.2.1", AGENTS[0]) for voter in people[:4]))
    name = await db.fetchval(
        "select distinct 'network-' || left(encode(sha256(uuid_send(round_id) || network), 'hex'), 16) from box.trace"
    )
    assert (await set_aside(ground, name)).json()["type"] == "/problems/line-gone"


async def test_an_officer_of_elsewhere_sees_no_desk(crowded_town: Town) -> None:
    """A desk is for the officers of its municipality, and so is setting aside."""
    ground, _ = await town_votes(crowded_town)
    line = (await desk(ground))["lines"][0]["line"]
    await crowded_town.hire("Stranger", "Elsewhere")
    crowded_town.officer_token = await crowded_town.sign_in("Stranger")
    seen = await crowded_town.client.get(f"/api/rounds/{ground.id}/desk", headers=crowded_town.badge())
    assert (seen.status_code, (await set_aside(ground, line)).status_code) == (403, 403)


async def test_a_voter_sees_that_her_ballot_is_held(crowded_town: Town) -> None:
    """With the reason; it is still hers to change, and whoever is not held sees nothing of it."""
    ground, people = await town_votes(crowded_town, voting_at=moment(-timedelta(minutes=1)))
    await trace(crowded_town, *((voter, "192.0.2.1", AGENTS[0]) for voter in people[1:]))
    await set_aside(ground, (await desk(ground))["lines"][0]["line"])
    free, held = [(await voter.ballot()).json() for voter in people[:2]]
    assert (free["held"], free["why"]) == (False, [])
    assert (held["held"], held["why"], held["choices"]) == (True, ["Found in one minute."], [2])
    assert (await people[1].cast(1, base=1)).status_code == 201


async def test_a_released_ballot_is_as_it_was(crowded_town: Town) -> None:
    """Its voter is told nothing more of it, and it counts."""
    ground, people = await town_votes(crowded_town)
    before = (await people[0].ballot()).json()
    await set_aside(ground, (await desk(ground))["lines"][0]["line"])
    await ruled(ground, "release")
    assert (await people[0].ballot()).json() == before
    assert (await desk(ground))["quarantines"][0]["state"] == "released"


async def voided(town: Town) -> tuple[Ground, list[Voter]]:
    """A published round in which the first twelve voters' ballots were voided."""
    ground, people = await town_votes(town, voting_at=moment(-timedelta(minutes=1)))
    await trace(town, *((voter, "192.0.2.1", AGENTS[0]) for voter in people[:12]))
    await set_aside(ground, (await desk(ground))["lines"][0]["line"])
    await ground.count()
    await ruled(ground, "void")
    await town.work("count", "compare")
    return ground, people


async def test_a_voter_sees_that_her_ballot_was_voided(crowded_town: Town) -> None:
    """P11: with the reason that officers gave; and so does nobody else."""
    _, people = await voided(crowded_town)
    first, last = [(await voter.ballot()).json() for voter in (people[0], people[-1])]
    assert (first["reason"], first["held"], first["why"]) == ("voided", False, ["Found in one minute."])
    assert (last["reason"], last["why"]) == (None, [])


async def test_the_bundle_of_a_round_with_voided_ballots_verifies(crowded_town: Town, tmp_path: Any) -> None:
    """P12: by both programs; the voided stand in the sum, and each of their leaves is in the ledger."""
    ground, _ = await voided(crowded_town)
    await ground.publish()
    snapshot = (await crowded_town.client.get(f"/api/pots/{ground.pot}/snapshot")).json()
    assert (snapshot["sums"]["counted"], snapshot["sums"]["refused"]) == (CROWD - 12, {"voided": 12})
    packed = (await crowded_town.client.get(f"/api/rounds/{ground.id}/bundle")).content
    (tmp_path / "bundle.zip").write_bytes(packed)
    done = CliRunner().invoke(verify, [str(tmp_path / "bundle.zip")])
    assert done.exit_code == 0, done.output
    assert [sentence for holds, sentence in verify_bundle.check(packed) if not holds] == []


async def test_both_outcomes_are_shown(crowded_town: Town) -> None:
    """What was counted, and beside it what it would be without the held; before publication neither (P8)."""
    ground, people = await town_votes(crowded_town, voting_at=moment(-timedelta(minutes=1)))
    await trace(crowded_town, *((voter, "192.0.2.1", AGENTS[0]) for voter in people[:12]))
    await set_aside(ground, (await desk(ground))["lines"][0]["line"])
    await ground.count()
    await crowded_town.work("compare")
    path = f"/api/pots/{ground.pot}/without-held"
    assert (await crowded_town.client.get(path)).status_code == 409
    await ground.publish()
    shown = (await crowded_town.client.get(path)).json()
    assert (shown["held"], shown["counted"]) == (12, CROWD - 12)
    assert sorted(shown) == ["counted", "format", "funded", "held", "partly", "spent"]
    await ruled(ground, "release")
    await crowded_town.work("compare")
    assert (await crowded_town.client.get(path)).status_code == 404


async def test_one_officer_alone_neither_voids_nor_releases(crowded_town: Town) -> None:
    """Who asked cannot confirm; until another officer does, the ballots stay held."""
    ground, _ = await town_votes(crowded_town)
    await set_aside(ground, (await desk(ground))["lines"][0]["line"])
    await ground.count()
    for kind in ("void", "release"):
        asked = await ground.ask(kind, quarantine_id=(await desk(ground))["quarantines"][0]["id"])
        path = f"/api/acts/{asked['id']}/confirmation"
        alone = await crowded_town.client.post(path, headers=crowded_town.badge())
        assert alone.json()["type"] == "/problems/same-officer"
    assert (await desk(ground))["quarantines"][0]["state"] == "held"


async def test_nothing_is_voided_that_is_still_open_to_all(crowded_town: Town) -> None:
    """While voting is open nobody can even ask for it, nor for a quarantine that is not there or that was decided."""
    ground, _ = await town_votes(crowded_town)
    await set_aside(ground, (await desk(ground))["lines"][0]["line"])
    quarantine = (await desk(ground))["quarantines"][0]["id"]

    async def asked(kind: str, which: str) -> Any:
        act = {"act": {"kind": kind, "quarantine_id": which}, "reason": "So."}
        path = f"/api/rounds/{ground.id}/acts"
        return (await crowded_town.client.post(path, json=act, headers=crowded_town.badge())).json().get("type")

    assert await asked("void", quarantine) == "/problems/not-in-phase"
    assert await asked("release", ground.id) == "/problems/not-found"
    await ruled(ground, "release")
    assert await asked("release", quarantine) == "/problems/not-found"


async def test_a_correction_after_publication_is_published_by_two_officers(crowded_town: Town) -> None:
    """Ballots voided late make a new snapshot that names the old one; it is shown once it was published."""
    ground, people = await town_votes(crowded_town, voting_at=moment(-timedelta(minutes=1)))
    await trace(crowded_town, *((voter, "192.0.2.1", AGENTS[0]) for voter in people[:12]))
    await set_aside(ground, (await desk(ground))["lines"][0]["line"])
    before = await ground.outcome()
    await ruled(ground, "void")
    await crowded_town.work("count", "compare")
    path = f"/api/pots/{ground.pot}/snapshot"
    assert (await crowded_town.client.get(path)).json() == before
    await ground.publish()
    after = (await crowded_town.client.get(path)).json()
    assert (before["sums"]["counted"], after["sums"]["counted"]) == (CROWD, CROWD - 12)
    assert after["corrects"] is not None
    await ground.officer("POST", "what-if-publication")
    what_if = (await crowded_town.client.get(f"/api/pots/{ground.pot}/what-if")).json()
    assert what_if["voters"] == CROWD - 12
