"""Greedy by votes, the rule most cities use.

Source: "greedy" in the Pabulib format (Faliszewski et al., Participatory Budgeting: Data, Tools, and Analysis,
IJCAI 2023); the utilitarian greedy rule with cost utilities in Rey, Schmidt and Maly, The (Computational) Social
Choice Take on Indivisible Participatory Budgeting, 2023.
"""

from collections.abc import Iterable

from msgspec import Struct

from schema.outcome import DidNotFit, FundedByVotes, Outcome, TieBroken
from schema.rules import TieOrder
from workers.tally.instance import Instance, Profile, Project, Support
from workers.tally.ties import TieBreak


class Look(Struct, frozen=True):
    """One look at one project, with `left` in the pot just then."""

    project: Project
    left: int

    @property
    def fits(self) -> bool:
        """Whether the project was funded."""
        return self.project.cost <= self.left


def take_by_votes(
    projects: Iterable[Project], left: int, votes: dict[str, int], ties: TieBreak
) -> tuple[list[Look], list[TieBroken]]:
    """Look at each project once, most votes first, and fund it if it still fits into `left`.

    A project that does not fit is skipped. One without votes is funded as well if money remains for it: a threshold
    is another rule.
    """
    queue = sorted(projects, key=lambda project: (-votes[project.id], ties.place(project)))
    looks: list[Look] = []
    broken: list[TieBroken] = []
    for index, project in enumerate(queue):
        look = Look(project, left)
        looks.append(look)
        if look.fits:
            rivals = [p for p in queue[index:] if votes[p.id] == votes[project.id] and p.cost <= left]
            broken += ties.choose(rivals)[1]
            left -= project.cost
    return looks, broken


def greedy_by_votes(instance: Instance, profile: Profile, order: TieOrder) -> Outcome:
    """Fund projects in order of votes, skipping each that no longer fits; ties by `order`."""
    votes = Support.of(instance, profile).votes
    ties = TieBreak(order, instance.projects, votes)
    looks, broken = take_by_votes(instance.projects, instance.budget, votes, ties)
    funded = [look for look in looks if look.fits]
    passed = [look for look in looks if not look.fits]
    return Outcome(
        funded=tuple(look.project.id for look in funded),
        spent=sum(look.project.cost for look in funded),
        budget=instance.budget,
        explanations=(
            *(
                FundedByVotes(look.project.id, position, votes[look.project.id], look.project.cost, look.left)
                for position, look in enumerate(funded, 1)
            ),
            *(did_not_fit(look, votes) for look in passed),
        ),
        ties=tuple(broken),
    )


def did_not_fit(look: Look, votes: dict[str, int]) -> DidNotFit:
    """Why a project that was looked at is not funded."""
    cost = look.project.cost
    return DidNotFit(look.project.id, votes[look.project.id], cost, look.left, cost - look.left)
