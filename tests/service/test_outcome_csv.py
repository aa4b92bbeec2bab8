"""The outcome as a table for spreadsheets."""

import csv
import io

import pytest

from schema.outcome import DidNotFit, Explanation, FundedByShares, FundedByVotes, FundedInPart
from schema.snapshot import Snapshot
from service.verbs.snapshots import COLUMNS, outcome_csv
from tests.pages.outcomes import snapshot
from tests.town import Town

REASONS: tuple[Explanation, ...] = (
    FundedByVotes("2", position=1, votes=9, score=12, cost=600_00, left=1000_00),
    FundedInPart("1", votes=5, score=5, cost=900_50, left=400_00),
    DidNotFit("3", votes=1, score=1, cost=100_00, left=0, missing=100_00, further=None),
)


def rows(found: Snapshot) -> list[dict[str, str]]:
    """What a spreadsheet reads."""
    return list(csv.DictReader(io.StringIO(outcome_csv(found).decode("utf-8-sig"), newline="")))


def test_each_project_is_a_line() -> None:
    """In the order of the reasons, with what it got and why by name."""
    read = rows(snapshot(REASONS, funded=("2",), partly="1"))
    assert [tuple(row.values()) for row in read] == [
        ("2", "Project 2", "600", "yes", "600", "SEK", "9", "12", "funded_by_votes"),
        ("1", "Project 1", "900.50", "in part", "400", "SEK", "5", "5", "funded_in_part"),
        ("3", "Project 3", "100", "no", "0", "SEK", "1", "1", "did_not_fit"),
    ]
    assert tuple(read[0]) == COLUMNS


def test_a_rule_without_points_has_no_score() -> None:
    """Its column stays empty."""
    reason = FundedByShares("1", position=1, votes=3, cost=100_00, rho="1/3", payment="10000/3")
    assert [row["score"] for row in rows(snapshot([reason], funded=("1",)))] == [""]


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_title_is_a_formula(title: str) -> None:
    """A spreadsheet computes nothing of what somebody wrote."""
    assert rows(snapshot(REASONS, title=title))[0]["title"].startswith(f"'{title}")


def test_spreadsheets_read_its_letters() -> None:
    """The file begins with the mark of UTF-8."""
    assert outcome_csv(snapshot(REASONS, title="Å")).startswith(b"\xef\xbb\xbf")


async def test_it_is_there_when_the_outcome_is(town: Town) -> None:
    """P8: not before publication; then for anyone, with an ETag."""
    ground = await town.open_round()
    await (await ground.voter("AMINA-1")).cast(1)
    await ground.count()
    path = f"/api/pots/{ground.pot}/outcome.csv"
    assert (await town.client.get(path)).json()["type"] == "/problems/not-counted"
    await ground.publish()
    answer = await town.client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert (await town.client.get(path, headers={"If-None-Match": answer.headers["etag"]})).status_code == 304
