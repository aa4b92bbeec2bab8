"""Who may vote in a pot is arithmetic: what is known of a person, what the pot asks, and a day."""

from calendar import monthrange
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some
from msgspec.structs import replace

from schema.electorate import Electorate, Obstacle, Person, Relation, conditions, obstacle

OPENING = date(2026, 5, 1)
RELATIONS: tuple[Relation, ...] = ("lives", "works", "studies", "rents", "member")


def person(area: str = "Norr", year: int | None = None, month: int | None = None, *relations: Relation) -> Person:
    return Person(area, year, month, frozenset(relations or {"lives"}))


def pot(
    *areas: str, least: int | None = None, most: int | None = None, on: date = OPENING, relations: str = ""
) -> Electorate:
    wanted = frozenset(each for each in RELATIONS if each in relations.split())
    return Electorate(UUID(int=1), frozenset(areas), least, most, on, wanted)


@pytest.mark.parametrize(
    ("who", "asked", "reason"),
    [
        (person(), pot(), None),
        (person(), pot("Norr", "Söder"), None),
        (person(), pot("Söder"), "other-area"),
        (person(), pot(least=0), None),
        (person(), pot(least=16), "unknown-age"),
        (person(year=2009, month=5), pot(least=16), None),
        (person(year=2010, month=5), pot(least=16), None),
        (person(year=2010, month=6), pot(least=16), "too-young"),
        (person(year=2010), pot(least=16), None),
        (person(year=2011), pot(least=16), "too-young"),
        (person(year=2011), pot("Söder", least=16), "other-area"),
        (person(), pot(most=25), "unknown-age"),
        (person(year=2000, month=5), pot(most=25), None),
        (person(year=2000, month=4), pot(most=25), "too-old"),
        (person(year=2000), pot(most=25), None),
        (person(year=1999), pot(most=25), "too-old"),
        (person(year=2000, month=4), pot(most=25, on=date(2026, 4, 29)), None),
        (person(year=2000, month=4), pot(most=25, on=date(2026, 4, 30)), "too-old"),
        (person(year=2026), pot(most=0), None),
        (person("Norr", None, None, "works"), pot(relations="works studies"), None),
        (person("Norr", None, None, "lives"), pot(relations="works studies"), "other-relation"),
        (person("Norr", 2015, None, "lives"), pot(least=16, relations="works"), "too-young"),
    ],
)
def test_obstacle(who: Person, asked: Electorate, reason: Obstacle | None) -> None:
    """Area, age on the day that counts and relation decide; the first that somebody lacks is the reason."""
    assert obstacle(who, asked) == reason


days = some.dates(date(1900, 1, 1), date(2040, 12, 31))
ages = some.none() | some.integers(0, 120)
persons = some.builds(
    Person,
    some.sampled_from(["Norr", "Söder", "Väster"]),
    some.none() | some.integers(1890, 2100),
    some.none() | some.integers(1, 12),
    some.frozensets(some.sampled_from(RELATIONS), min_size=1),
)
electorates = some.builds(
    Electorate,
    some.just(UUID(int=1)),
    some.frozensets(some.sampled_from(["Norr", "Söder", "Öster"])),
    ages,
    ages,
    days,
    some.frozensets(some.sampled_from(RELATIONS)),
)


@given(days, days, some.integers(0, 120), some.integers(0, 120))
def test_who_is_of_the_age_is_never_refused(born: date, on: date, least: int, most: int) -> None:
    """Whoever truly is of an age that the pot asks for may vote, with a month of birth or a year alone."""
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    for month in (born.month, None):
        reason = obstacle(person(year=born.year, month=month), pot(least=least, most=most, on=on))
        assert reason is None or not least <= age <= most


@given(days, some.integers(1, 100))
def test_at_most_a_month_of_doubt(born: date, age: int) -> None:
    """With a month of birth nobody is let in who was not of the age on some day of that month."""
    year, who = born.year + age, person(year=born.year, month=born.month)
    first, last = date(year, born.month, 1), date(year, born.month, monthrange(year, born.month)[1])
    assert obstacle(who, pot(least=age, on=date.fromordinal(first.toordinal() - 1))) == "too-young"
    assert obstacle(who, pot(least=age, on=first)) is None
    assert obstacle(who, pot(most=age - 1, on=first)) is None
    assert obstacle(who, pot(most=age - 1, on=date.fromordinal(last.toordinal() + 1))) == "too-old"


@given(persons, electorates, some.integers(0, 120))
def test_asking_more_admits_nobody(who: Person, asked: Electorate, age: int) -> None:
    """Who is refused stays so when the least age rises, the highest falls, or an area or relation goes."""
    stricter = [
        replace(asked, min_age=max(age, asked.min_age or 0)),
        replace(asked, max_age=age if asked.max_age is None else min(age, asked.max_age)),
        *(replace(asked, areas=asked.areas - {area}) for area in asked.areas if len(asked.areas) > 1),
        *(replace(asked, relations=asked.relations - {each}) for each in asked.relations if len(asked.relations) > 1),
    ]
    if obstacle(who, asked):
        assert all(obstacle(who, each) for each in stricter)


@given(persons, electorates)
def test_the_tree_is_the_reason(who: Person, asked: Electorate) -> None:
    """Somebody may vote if every condition holds, and what is not asked always does."""
    tree = conditions(who, asked)
    assert [each.condition for each in tree] == ["area", "min-age", "max-age", "relation"]
    assert (obstacle(who, asked) is None) == all(each.held for each in tree)
    assert all(each.held for each in tree if each.asked is None)
    assert all(each.held == (each.obstacle is None) for each in tree)


@given(persons)
def test_a_pot_that_asks_nothing_takes_everybody(who: Person) -> None:
    """Without areas, ages and relations there is no obstacle."""
    assert obstacle(who, pot()) is None
