"""Elections replayed in a real house over HTTP."""

from asyncio import sleep
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner, Result

from service.rehearsal import chaos
from service.rehearsal.chaos import Chaos
from service.rehearsal.client import Client
from service.rehearsal.election import read_election
from service.rehearsal.play import play
from service.rehearsal.replay import replay
from service.rehearsal.stage import Stage
from service.rehearsal.wire import Wire
from tests.house.conftest import ask, eventually
from tests.pabulib import election
from tests.rehearsal.conftest import SMALL


def run(stage: Stage, *arguments: str | Path) -> Result:
    """``byalag replay`` in the house that runs."""
    logins = (("--officer", each.name, "--password", each.password) for each in (stage.officer, stage.second))
    there = [word for words in logins for word in words]
    return CliRunner().invoke(replay, [*map(str, arguments), "--url", stage.url, *there])


def test_a_small_election_ends_as_published(stage: Stage, small: Path) -> None:
    """Two of six voters change their ballots; the outcome is the one in the file, and every check holds."""
    done = run(stage, small, "--revisions", "1.3", "--seed", "7")
    assert done.exit_code == 0, done.output
    assert "Same 2 projects as Eken published." in done.output
    sums = "All 8 accepted ballots are accounted for: 6 counted + 2 changed later + 0 withdrawn + 0 refused."
    assert sums in " ".join(done.output.split())
    assert "byalag verify accepts the bundle of the whole round" in done.output
    assert "WRONG" not in done.output


def test_every_head_lies_in_the_data_folder(stage: Stage, small: Path) -> None:
    """P5: a house that keeps itself keeps its heads as well, beside its database."""
    assert run(stage, small).exit_code == 0
    assert stage.house
    folder = Path(stage.house.environment["BYALAG_HEADS"])
    signed = "select array_agg(note order by note) from box.log_head"
    url = stage.house.servers.database_url
    eventually(lambda: sorted(file.read_text() for file in folder.glob("*/[0-9]*")) == ask(url, signed))


def test_another_outcome_ends_with_code_1(stage: Stage, small: Path) -> None:
    """The project that differs is named, and a table compares the files."""
    other = small.with_name("Other_2026.pb")
    other.write_text(SMALL.replace("Lamps;1", "Lamps;0"), encoding="utf-8")
    done = run(stage, small, other)
    assert done.exit_code == 1, done.output
    assert "funded here, not published: p2 Lamps" in done.output
    assert [line.split()[6] for line in done.output.splitlines() if "equalshares/add1  " in line] == ["same", "differs"]


def test_swiecie_ends_as_published(stage: Stage) -> None:
    """2,553 voters, and the 17 projects that the city published in 2023."""
    done = run(stage, election("Poland_Swiecie_2023"))
    assert done.exit_code == 0, done.output
    assert "Same 17 projects as Świecie published." in done.output


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("Poland_Katowice_2023_Zarzecze", "Same 6 projects as Katowice published."),
        ("Poland_Krakow_2019_Bienczyce", "Same 7 projects as Kraków published."),
    ],
)
def test_ballots_with_points_and_with_places_end_as_published(stage: Stage, name: str, verdict: str) -> None:
    """Cumulative and ranked ballots go through the API like all others; some voters change theirs."""
    done = run(stage, election(name), "--revisions", "1.2")
    assert done.exit_code == 0, done.output
    assert verdict in done.output
    assert "WRONG" not in done.output


async def test_an_outcome_is_the_same_after_chaos(stage: Stage, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker died and Redis forgot everything: nothing is lost (P1, P10)."""
    monkeypatch.setattr(chaos, "KILL_SECONDS", 0.1)
    monkeypatch.setattr(chaos, "FLUSH_SECONDS", 0.1)
    assert stage.house
    trouble = Chaos(stage.house, Random(1))
    async with trouble.reigns():
        await sleep(0.5)
    assert trouble.kills
    assert trouble.flushes
    async with Wire(stage.url, 4) as wire:
        client = Client(wire)
        await client.sign_in_officers(stage.officer, stage.second)
        assert (await play(client, read_election(small), 2.0, 1, 4)).held


def test_chaos_spares_a_redis_that_is_not_ours(small: Path) -> None:
    """Others may keep something there."""
    done = CliRunner(env={"REDIS_URL": "redis://elsewhere"}).invoke(replay, [str(small), "--chaos"])
    assert done.exit_code == 2
    assert "unset REDIS_URL" in done.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--chaos", "--url", "http://127.0.0.1:1"], "--chaos is for a house that replay starts itself"),
        (["--url", "http://127.0.0.1:1"], "--url needs --officer twice"),
        (["--revisions", "0.5"], "--revisions"),
    ],
)
def test_bad_usage_ends_with_code_2(small: Path, arguments: list[str], words: str) -> None:
    """Before anything is started."""
    done = CliRunner().invoke(replay, [str(small), *arguments])
    assert done.exit_code == 2
    assert words in done.output
