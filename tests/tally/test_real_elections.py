"""Real elections give the outcome that the city published, wherever the file determines it."""

from functools import cache
from pathlib import Path

import pytest

from schema.outcome import Outcome
from schema.pb import NotCounted, read_pb, rule_of, write_pb
from schema.rules import TieOrder
from tests.pabulib import election, elections, some_elections
from workers.tally import count
from workers.tally.reading import Election, read_election

# Budapest counted ballots on paper as well, which are not in the file, and had pots that the file does not tell.
UNDETERMINED = {"Hungary_Budapest_2024", "Hungary_Budapest_2025_VIII_Jozsefvaros"}


@cache
def counted(path: Path) -> tuple[Election, Outcome]:
    """A real election, and its count by the declared rule."""
    read = read_election(path.read_bytes())
    return read, count(read.instance, read.profile, rule_of(read.head), TieOrder("pabulib"))


@pytest.mark.parametrize("path", elections(), ids=lambda path: path.stem)
def test_the_outcome_is_the_one_published(path: Path) -> None:
    """The declared rule funds exactly the published projects; a file that does not say by which is refused for that."""
    head = read_election(path.read_bytes()).head
    if head.meta["rule"] == "unknown":
        assert head.published is None or path.stem in UNDETERMINED
        with pytest.raises(NotCounted, match="does not say by which rule"):
            rule_of(head)
    else:
        assert head.published in {None, frozenset(counted(path)[1].funded)}


@pytest.mark.skipif(len(elections()) < 160, reason="The 160 real elections are not all at hand: set BYALAG_DATA.")
def test_most_published_outcomes_are_determined() -> None:
    """Of 160 files 113 publish an outcome, and 111 of these say how it came about."""
    heads = [read_election(path.read_bytes()).head for path in elections()]
    rules = [head.meta["rule"] for head in heads if head.published is not None]
    assert (len(rules), rules.count("unknown")) == (113, len(UNDETERMINED))


@pytest.mark.parametrize(
    ("name", "funded", "increments"),
    [
        ("Poland_Wieliczka_2023_Green_Budget", 30, 164),
        ("Poland_Swiecie_2023", 17, 242),
        ("Netherlands_Assen_2024", 9, 843),
    ],
)
def test_equal_shares_give_what_the_city_published(name: str, funded: int, increments: int) -> None:
    """The three cities that published an outcome by equal shares funded so many projects after so many increments."""
    read, outcome = counted(election(name))
    assert read.head.published == frozenset(outcome.funded)
    assert len(outcome.funded) == funded
    assert outcome.shares is not None
    assert outcome.shares.increments == increments


def test_wieliczka_kept_its_equal_shares() -> None:
    """In Wieliczka 1,050 voters got more from the greedy outcome and 1,576 from equal shares."""
    shares = counted(election("Poland_Wieliczka_2023_Green_Budget"))[1].shares
    assert shares is not None
    assert shares.comparison is not None
    assert (shares.comparison.prefer_greedy, shares.comparison.prefer_shares) == (1050, 1576)


def test_a_withdrawn_project_does_not_end_the_count() -> None:
    """In Wroclaw the project with most votes was withdrawn; the count stops at a misfit, but not at that one."""
    read, outcome = counted(election("Poland_Wroclaw_2017_Rejon_nr_11_750"))
    assert read.head.withdrawn == {"150"}
    assert len(outcome.funded) == 1


@pytest.mark.parametrize(
    ("name", "first"),
    [("Poland_Czestochowa_2024_Dzbow", "54"), ("Poland_Warszawa_2026_Marymont-Potok_Stary_Zoliborz", "683")],
)
def test_where_a_tie_mattered_the_city_took_the_cheaper(name: str, first: str) -> None:
    """The two outcomes that hang on a tie are those of the order by lower cost."""
    ties = counted(election(name))[1].ties
    assert [(tie.first, tie.criterion) for tie in ties if tie.first == first] == [(first, "lower_cost")]


def test_real_files_survive_writing() -> None:
    """Every real file of ordinary size is read without error, and a written copy of it says the same."""
    for path in some_elections(100_000):
        file = read_pb(path.read_bytes())
        again = read_pb(write_pb(file))
        assert (path.name, again) == (path.name, read_pb(write_pb(again)) if file.warnings else file)
