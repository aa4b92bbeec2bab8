"""What is counted: an instance (pot and projects) and a profile (the ballots). Money is in minor units."""

from collections import Counter
from collections.abc import Iterable
from typing import Self

from msgspec import Struct


class Project(Struct, frozen=True):
    """A project on the ballot."""

    id: str
    cost: int


class Instance(Struct, frozen=True):
    """A pot and the projects that compete for it; `ValueError` for amounts below zero or an id used twice."""

    budget: int
    projects: tuple[Project, ...]

    def __post_init__(self) -> None:
        if min((self.budget, *(project.cost for project in self.projects))) < 0:
            raise ValueError("An amount is below zero: give the pot and every project an amount of at least 0.")
        if len({project.id for project in self.projects}) < len(self.projects):
            raise ValueError("Two projects share an id: give each its own.")


class Ballot(Struct, frozen=True):
    """One set of approved projects, and how many voters cast exactly it."""

    choices: frozenset[str]
    voters: int


class Profile(Struct, frozen=True):
    """The distinct ballots of a pot. A blank ballot counts as a voter."""

    ballots: tuple[Ballot, ...]

    @classmethod
    def of(cls, ballots: Iterable[Iterable[str]]) -> Self:
        """Group approval ballots, each given as the ids of the projects it names; order says nothing."""
        groups = Counter(frozenset(choices) for choices in ballots)
        return cls(tuple(Ballot(choices, groups[choices]) for choices in sorted(groups, key=sorted)))

    @property
    def voters(self) -> int:
        """How many ballots were cast, blank ones included."""
        return sum(ballot.voters for ballot in self.ballots)


class Support(Struct, frozen=True):
    """Who stands behind each project of an instance.

    `votes`: project id -> number of voters. `groups`: project id -> indices into `Profile.ballots`.
    """

    votes: dict[str, int]
    groups: dict[str, tuple[int, ...]]

    @classmethod
    def of(cls, instance: Instance, profile: Profile) -> Self:
        """Find the supporters of every project; `ValueError` if a ballot names one that is not in the instance."""
        groups: dict[str, list[int]] = {project.id: [] for project in instance.projects}
        for index, ballot in enumerate(profile.ballots):
            if unknown := ballot.choices - groups.keys():
                raise ValueError(f"A ballot names {min(unknown)!r}, which is no project of this pot.")
            for project in ballot.choices:
                groups[project].append(index)
        votes = {project: sum(profile.ballots[index].voters for index in found) for project, found in groups.items()}
        return cls(votes, {project: tuple(found) for project, found in groups.items()})
