"""Residents that we make up: where they live, how old they are, what they like. The same seed makes the same people."""

from collections.abc import Mapping, Sequence
from random import Random

import msgspec

from service.rehearsal.election import Choices
from service.rehearsal.suburb import AREAS, EAGER, IDEAS, KRONA, PEOPLE, YOUTH, Idea

AGES = (13, 92)
NEARBY = 1.7
"""How much more people like what is done where they live."""


class Resident(msgspec.Struct, frozen=True):
    """A row of the register, how ``eager`` they are to take part, and a liking from 0 up for each idea by its title."""

    identity: str
    area: str
    age: int
    birth_month: int
    eager: float
    likes: Mapping[str, float]

    def favourites(self, most: int) -> list[Idea]:
        """What they like best, best first."""
        return sorted(IDEAS, key=lambda idea: -self.likes[idea.title])[:most]

    def approve(self, numbers: Mapping[str, int], most: int) -> Choices:
        """An approval ballot: up to ``most`` of the projects that they like best, numbers by title."""
        liked = [numbers[idea.title] for idea in self.favourites(len(IDEAS)) if idea.title in numbers]
        return tuple(sorted(liked[:most]))

    def pack(self, numbers: Mapping[str, int], left: int) -> Choices:
        """A knapsack ballot: what they like, best first, while the money (minor units) lasts."""
        packed = []
        for idea in self.favourites(len(IDEAS)):
            if idea.title in numbers and idea.cost * KRONA <= left:
                packed.append(numbers[idea.title])
                left -= idea.cost * KRONA
        return tuple(sorted(packed))


def make_residents(count: int, chance: Random) -> list[Resident]:
    """So many people, spread over the areas."""
    return [_resident(number, chance) for number in range(1, count + 1)]


def _resident(number: int, chance: Random) -> Resident:
    area = chance.choices(AREAS, weights=PEOPLE)[0]
    age = min(round(chance.triangular(*AGES, 35)), AGES[1])
    likes = {idea.title: _liking(idea, area, age) * chance.random() for idea in IDEAS}
    eager = chance.random() ** (1 / EAGER[area])
    return Resident(f"TV-{number:04}", area, age, chance.randint(1, 12), eager, likes)


def _liking(idea: Idea, area: str, age: int) -> float:
    near = NEARBY if idea.area == area else 1
    young = 1.3 if idea.pot == YOUTH and age < 25 else 1
    return idea.appeal * near * young


def register_rows(residents: Sequence[Resident], year: int) -> list[tuple[str, str, int, int]]:
    """The register as a CSV's rows: identity, area, birth_year, birth_month."""
    return [(person.identity, person.area, year - person.age, person.birth_month) for person in residents]
