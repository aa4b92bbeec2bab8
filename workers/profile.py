"""A counted pot as the tally takes it: projects by their numbers as text, ballots with the points that rules count."""

from collections.abc import Iterable

from schema.snapshot import Group
from schema.styles import Style, counted_points
from workers import tally
from workers.store.snapshots import Pot, Project


def instance_of(pot: Pot, projects: Iterable[Project]) -> tally.Instance:
    """The pot's money and the projects on its ballot."""
    return tally.Instance(pot.money, tuple(tally.Project(str(project.number), project.cost) for project in projects))


def profile_of(style: Style, groups: Iterable[Group]) -> tally.Profile:
    """The current ballots of a pot of this style."""
    return tally.Profile.of_groups(
        (list(map(str, group.choices)), counted_points(style, group.choices, group.points), group.voters)
        for group in groups
    )
