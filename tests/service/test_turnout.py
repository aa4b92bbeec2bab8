"""Turnout by area: told once the outcome is published, from then on the same for ever, and by the roll alone."""

import asyncio
import csv
import io
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from httpx import Response

from service.store.turnout import TurnoutLine
from service.verbs.turnout import COLUMNS, TurnoutByArea, turnout_csv
from tests.builders import decision
from tests.people import owner
from tests.town import Ground, Town, moment

AREAS = {"North": 24, "South": 30, "West": 4, "East": 3}
"""How many may vote in each area of the tests' town; in the two small ones hardly anybody."""
CAME = {"North": 5, "South": 4, "West": 1, "East": 3}
TOLD = [
    {"areas": ["East", "North", "West"], "electors": 31, "took_part": 9},
]


def register(**areas: int) -> str:
    """Grown-ups, called by their area and a number."""
    lines = [f"{area}{number},{area},1980,1" for area, persons in areas.items() for number in range(persons)]
    return "\n".join(["identity,area,birth_year,birth_month", *lines, ""])


async def came(town: Town, ground: Ground, **areas: int) -> None:
    """So many of each area sign in; nobody asks for each of them."""
    refs = [town.ring.person_ref(f"{area}{number}") for area, persons in areas.items() for number in range(persons)]
    await owner(town, "select roll.note_participation($1, r) from unnest($2::bytea[]) r", UUID(ground.id), refs)


async def opened(town: Town, **changes: Any) -> Ground:
    """A round in which these have signed in, and two of them voted."""
    ground = await town.open_round(register=register(**AREAS), areas=list(AREAS), **changes)
    await came(town, ground, **CAME)
    for name in ("North0", "South0"):
        assert (await (await ground.voter(name)).cast(1)).status_code == 201
    return ground


async def over(town: Town, ground: Ground) -> Ground:
    """The round, closed, added up, counted and published."""
    await ground.count()
    await town.work("roll")
    await ground.publish()
    return ground


async def read(ground: Ground, how: str = "") -> Response:
    """What everybody reads."""
    return await ground.town.client.get(f"/api/rounds/{ground.id}/turnout-by-area{how}")


async def lines(ground: Ground) -> list[dict[str, Any]]:
    """The lines that are told."""
    answer = await read(ground)
    assert answer.status_code == 200, answer.text
    told: list[dict[str, Any]] = answer.json()["lines"]
    return told


async def test_each_area_stands_alone_or_with_others(town: Town) -> None:
    """The large one alone, the small ones with the next larger one; who took part is who signed in."""
    ground = await over(town, await opened(town))
    assert await lines(ground) == [{"areas": ["South"], "electors": 30, "took_part": 4}, *TOLD]
    outcome = (await town.client.get(f"/api/pots/{ground.pot}/snapshot")).json()
    assert outcome["sums"]["voters"] == 2


async def test_nothing_is_told_before_publication(town: Town) -> None:
    """Neither while voting is open, nor after the close, when two officers may still open it again."""
    ground = await opened(town)
    for step in (None, ground.close, lambda: town.work("roll")):
        if step:
            await step()
        for how in ("", ".csv"):
            answer = await read(ground, how)
            assert (answer.status_code, answer.json()["type"]) == (409, "/problems/not-counted")


async def test_who_signs_in_after_the_close_is_not_counted(town: Town) -> None:
    """People come then to look whether their ballots count."""
    ground = await opened(town)
    await ground.close()
    await town.work("roll")
    await came(town, ground, North=20, South=20)
    await ground.count()
    await ground.publish()
    assert await lines(ground) == [{"areas": ["South"], "electors": 30, "took_part": 4}, *TOLD]


async def test_it_stays_when_the_sheets_are_deleted(town: Town, db: asyncpg.Connection) -> None:
    """Two officers delete who took part; how many it were stays, and is not counted again from what is left."""
    ground = await over(town, await opened(town, appeal_days=0))
    before = (await read(ground)).content
    await ground.decide("delete-ballots")
    assert await db.fetchval("select count(*) from roll.participation") == 0
    await db.execute(
        "insert into post.outbox (lane, event) values ('roll', $1)",
        f'{{"event":"VotingEnded","round_id":"{ground.id}"}}',
    )
    await town.work("roll")
    assert (await read(ground)).content == before


async def test_what_was_never_added_up_is_not_added_up_from_nothing(town: Town, db: asyncpg.Connection) -> None:
    """A worker that comes when the sheets are deleted does not say that nobody took part."""
    ground = await opened(town, appeal_days=0)
    await ground.outcome()
    await ground.decide("delete-ballots")
    await town.work("roll")
    assert await db.fetchval("select count(*) from roll.turnout") == 0
    assert (await read(ground)).status_code == 409


async def test_a_reopened_round_is_told_by_its_last_close(town: Town, db: asyncpg.Connection) -> None:
    """What was added up before is never shown: laid beside the last, it would tell who came in between."""
    ground = await opened(town)
    await ground.close()
    await town.work("roll")
    await ground.decide("reopen", closes_at=moment(timedelta(days=8)))
    await came(town, ground, South=9)
    decided = await decision(db, UUID(ground.id), "close-early")
    assert await db.fetchval("select box.close_round($1, $2)", UUID(ground.id), decided) == "closed"
    await town.work("judge", "sequence", "count", "roll")
    await ground.publish()
    assert await lines(ground) == [{"areas": ["South"], "electors": 30, "took_part": 9}, *TOLD]


async def test_two_workers_add_up_once(town: Town, db: asyncpg.Connection) -> None:
    """Whoever comes second finds what the first one kept."""
    ground = await opened(town)
    await ground.close()
    again = "insert into post.outbox (lane, event) select lane, event from post.outbox where event ~ 'VotingEnded'"
    await db.execute(again)
    await asyncio.gather(town.work("roll"), town.work("roll"))
    assert await db.fetchval("select count(*) from roll.turnout") == 1
    assert await db.fetchval("select sum(electors) from roll.turnout_line") == sum(AREAS.values())
    assert await db.fetchval("select count(*) from post.outbox where quarantined_at is not null or attempts > 0") == 0


async def test_a_round_of_few_is_told_without_a_line(town: Town) -> None:
    """Three people, of whom two took part: any figure would be about them."""
    ground = await town.open_round()
    await (await ground.voter("AMINA-1")).cast(1)
    assert await lines(await over(town, ground)) == []


async def test_who_holds_a_code_that_names_nobody_is_of_no_area(town: Town) -> None:
    """Their line has an empty name."""
    ground = await town.draw_round(sources=["codes"])
    made = await town.client.post(
        f"/api/rounds/{ground.id}/code-batches", json={"count": 25, "language": "sv"}, headers=town.badge()
    )
    assert made.status_code == 201, made.text
    await town.work("roll")
    await ground.officer("POST", "schedule")
    noted = "select roll.note_participation($1, b.person_ref) from (select * from roll.bearer limit 6) b"
    await owner(town, noted, UUID(ground.id))
    assert await lines(await over(town, ground)) == [{"areas": [""], "electors": 25, "took_part": 6}]


async def test_the_table_is_for_spreadsheets(town: Town) -> None:
    """The same lines, with the names of areas that are together in one cell."""
    ground = await over(town, await opened(town))
    answer = await read(ground, ".csv")
    assert answer.headers["content-type"].partition(";")[0] == "text/csv"
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows == [list(COLUMNS), ["South", "30", "4"], ["East; North; West", "31", "9"]]


@pytest.mark.parametrize("name", ["=1+1", "@home", "-1"])
def test_no_name_is_a_formula(name: str) -> None:
    """A spreadsheet shows it as it is written."""
    found = TurnoutByArea(UUID(int=0), date(2026, 11, 27), [TurnoutLine((name,), 30, 9)])
    assert f"'{name},30,9" in turnout_csv(found).decode("utf-8-sig")


async def test_whoever_has_it_is_not_sent_it_again(town: Town) -> None:
    """It never changes."""
    ground = await over(town, await opened(town))
    tag = (await read(ground)).headers["ETag"]
    answer = await town.client.get(f"/api/rounds/{ground.id}/turnout-by-area", headers={"If-None-Match": tag})
    assert (answer.status_code, answer.content) == (304, b"")
