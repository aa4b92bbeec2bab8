"""Whom a pot asks, and whether a person is one of them: pure, and the same for the roll, the officers' test and pages.

Ages are as fine as what is known: with a month of birth, somebody may be born on any day of it; with a year alone, on
any day of that. Of all readings that this allows, the one that lets vote holds: the oldest where a pot asks for an age
to have been reached, the youngest where it asks for one not to have been passed.
"""

from calendar import monthrange
from datetime import date
from typing import Literal
from uuid import UUID

import msgspec

Obstacle = Literal["other-area", "unknown-age", "too-young", "too-old", "other-relation"]
Relation = Literal["lives", "works", "studies", "rents", "member"]
Source = Literal["register", "declared", "codes"]
"""Where a round finds its people: an imported register, what residents declare, codes that name nobody.

A person who is in the first is not asked about the second. Of somebody with a code nothing else is asked.
"""


class Person(msgspec.Struct, frozen=True):
    """What is known of a person, whoever they are."""

    area: str
    birth_year: int | None
    birth_month: int | None
    relations: frozenset[Relation]


class Electorate(msgspec.Struct, frozen=True):
    """Whom a pot asks. Empty areas or relations: any. Ages in years on the day ``age_on``, both ends let in."""

    pot_id: UUID
    areas: frozenset[str]
    min_age: int | None
    max_age: int | None
    age_on: date
    relations: frozenset[Relation]


class Condition(msgspec.Struct, frozen=True):
    """One thing that a pot asks: what (None: nothing), what is known of the person, and the obstacle if they lack it.

    Ages are the reading that lets vote, in years; None when no year of birth is known.
    """

    condition: Literal["area", "min-age", "max-age", "relation"]
    asked: tuple[str, ...] | int | None
    known: tuple[str, ...] | int | None
    held: bool
    obstacle: Obstacle | None


def conditions(person: Person, electorate: Electorate) -> tuple[Condition, ...]:
    """Everything a pot could ask, in the order in which it is asked: the branches of the tree of reasons."""
    youngest, oldest = _ages(person, electorate.age_on) or (None, None)
    least, most = electorate.min_age or None, electorate.max_age
    young: Obstacle | None = None
    old: Obstacle | None = None
    if youngest is None or oldest is None:
        young = old = "unknown-age"
    else:
        young = "too-young" if oldest < (least or 0) else None
        old = "too-old" if most is not None and youngest > most else None
    return (
        _belongs("area", electorate.areas, frozenset({person.area}), "other-area"),
        _condition("min-age", least, oldest, young),
        _condition("max-age", most, youngest, old),
        _belongs("relation", electorate.relations, person.relations, "other-relation"),
    )


def obstacle(person: Person, electorate: Electorate) -> Obstacle | None:
    """Why a person may not vote in a pot: the first condition that they lack. None when they may."""
    return next((each.obstacle for each in conditions(person, electorate) if each.obstacle), None)


def _belongs(
    name: Literal["area", "relation"], asked: frozenset[str], known: frozenset[str], lacking: Obstacle
) -> Condition:
    found = lacking if asked.isdisjoint(known) else None
    return _condition(name, tuple(sorted(asked)) or None, tuple(sorted(known)), found)


def _condition(
    name: Literal["area", "min-age", "max-age", "relation"],
    asked: tuple[str, ...] | int | None,
    known: tuple[str, ...] | int | None,
    lacking: Obstacle | None,
) -> Condition:
    """The condition with its obstacle, if it is asked at all."""
    found = lacking if asked is not None else None
    return Condition(name, asked, known, found is None, found)


def _ages(person: Person, on: date) -> tuple[int, int] | None:
    """The lowest and the highest age that somebody may have on a day, by what is known of their birth."""
    if person.birth_year is None:
        return None
    first, last = (person.birth_month or 1), (person.birth_month or 12)
    born_late = (last, monthrange(person.birth_year, last)[1])
    years = on.year - person.birth_year
    return years - ((on.month, on.day) < born_late), years - (on.month < first)
