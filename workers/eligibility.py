"""Eligibility: who may vote where, and whether a ballot counts. Pure, and never a question of who came first.

Ages are as fine as the register: with a month of birth, somebody has reached an age from the first day of that month;
with a year alone, from the first day of that year. Of two readings the register allows, the one that lets vote holds.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal
from uuid import UUID

import msgspec

from schema.styles import Style, check_choices

Obstacle = Literal["other-area", "unknown-age", "too-young"]
NOT_ON_ROLL = "not-on-roll"
VOIDED = "voided"
"""Why a ballot with which nothing is wrong does not count: two officers voided it."""


class Person(msgspec.Struct, frozen=True):
    """What the register knows of a person."""

    person_ref: bytes
    area: str
    birth_year: int | None
    birth_month: int | None


class Electorate(msgspec.Struct, frozen=True):
    """Whom a pot asks: residents of these areas (empty: of all) who have reached ``min_age`` years (None: any age)."""

    pot_id: UUID
    areas: frozenset[str]
    min_age: int | None


def obstacle(person: Person, electorate: Electorate, on: date) -> Obstacle | None:
    """Why a person may not vote in a pot when voting opens on this day; None when they may."""
    if electorate.areas and person.area not in electorate.areas:
        return "other-area"
    if not electorate.min_age:
        return None
    if person.birth_year is None:
        return "unknown-age"
    birthday_ahead = on.month < (person.birth_month or 1)
    age = on.year - person.birth_year - birthday_ahead
    return "too-young" if age < electorate.min_age else None


def judge(
    style: Style, costs: Mapping[int, int], choices: Sequence[int] | None, points: Sequence[int], on_roll: bool
) -> str | None:
    """Why a revision does not count, as a code; None when it does, unless a later one replaces it.

    ``costs`` maps the number of every project on the ballot to its cost (minor units); ``choices`` are None of a
    withdrawal, for which only the roll is asked: it takes a ballot back in every style.
    """
    if not on_roll:
        return NOT_ON_ROLL
    if choices is None:
        return None
    refusal = check_choices(style, costs, choices, points)
    return refusal.code if refusal else None
