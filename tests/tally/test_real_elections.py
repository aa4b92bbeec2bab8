"""Real elections give the outcome that the city published."""

from functools import cache

import pytest

from schema.outcome import Outcome
from schema.pb import PbFile, read_pb, rule_of, write_pb
from schema.rules import TieOrder
from tests.pabulib import election, elections
from workers.tally import Instance, Profile, Project, count


@cache
def counted(name: str) -> tuple[PbFile, Outcome]:
    """A real election, and its count by the declared rule."""
    file = read_pb(election(name).read_bytes())
    instance = Instance(file.budget, tuple(Project(project.id, project.cost) for project in file.projects))
    profile = Profile.of(voter.choices for voter in file.voters)
    return file, count(instance, profile, rule_of(file), TieOrder("pabulib"))


@pytest.mark.parametrize(
    ("name", "funded"),
    [
        ("Poland_Wieliczka_2023_Green_Budget", 30),
        ("Poland_Swiecie_2023", 17),
        ("Netherlands_Assen_2024", 9),
    ],
)
def test_equal_shares_give_what_the_city_published(name: str, funded: int) -> None:
    """The three cities that published an outcome by equal shares funded exactly these projects."""
    file, outcome = counted(name)
    assert frozenset(outcome.funded) == file.published
    assert len(outcome.funded) == funded


def test_wieliczka_kept_its_equal_shares() -> None:
    """In Wieliczka 1,050 voters got more from the greedy outcome and 1,576 from equal shares."""
    shares = counted("Poland_Wieliczka_2023_Green_Budget")[1].shares
    assert shares is not None
    assert shares.increments == 164
    assert shares.comparison is not None
    assert (shares.comparison.prefer_greedy, shares.comparison.prefer_shares) == (1050, 1576)


GREEDY = [
    "Poland_Warszawa_2017_Brodno",
    "Poland_Warszawa_2017_ZielonaGrzybowa",
    "Poland_Warszawa_2019_Bemowo-LotniskoFort_Bema",
    "Poland_Warszawa_2019_Brodno-Podgrodzie",
    "Poland_Warszawa_2019_Grochow_Centrum",
    "Poland_Warszawa_2019_Obszar_3-Marymont-Potok-Zoliborz_Dziennikarski",
    "Poland_Warszawa_2019_Srodmiescie_Polnocne",
    "Poland_Warszawa_2020_Praga-Polnoc",
    "Poland_Warszawa_2020_Wesola",
    "Poland_Warszawa_2021_Praga-Polnoc",
    "Poland_Warszawa_2021_Wawer",
    "Poland_Warszawa_2023_Ursynow",
    "Poland_Warszawa_2023_Zoliborz",
]


@pytest.mark.parametrize("name", GREEDY)
def test_greedy_gives_what_the_city_published(name: str) -> None:
    """Greedy by votes funds exactly the published projects."""
    file, outcome = counted(name)
    assert frozenset(outcome.funded) == file.published


def test_real_files_survive_writing() -> None:
    """Every real file of ordinary size is read without error, and a written copy of it says the same."""
    paths = [path for path in elections() if path.stat().st_size < 100_000]
    if not paths:
        pytest.skip("No real elections are at hand: set BYALAG_DATA to the folder that holds pabulib/.")
    for path in paths:
        file = read_pb(path.read_bytes())
        again = read_pb(write_pb(file))
        assert (path.name, again) == (path.name, read_pb(write_pb(again)) if file.warnings else file)
