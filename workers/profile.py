"""What is counted, as the tally takes it: projects by their numbers as text, ballots with their points."""

from collections.abc import Iterable

from schema.outcome import Outcome
from schema.snapshot import Group, Inputs
from schema.styles import Style, counted_points
from workers import tally


def instance_of(money: int, costs: Iterable[tuple[int, int]]) -> tally.Instance:
    """A pot's money and the projects on its ballot, (number, cost) each."""
    return tally.Instance(money, tuple(tally.Project(str(number), cost) for number, cost in costs))


def profile_of(style: Style, groups: Iterable[Group]) -> tally.Profile:
    """The current ballots of a pot of this style."""
    return tally.Profile.of_groups(
        (list(map(str, group.choices)), counted_points(style, group.choices, group.points), group.voters)
        for group in groups
    )


def count_inputs(inputs: Inputs) -> Outcome:
    """The outcome of all that it depends on, for whoever counts: the worker first, and later anybody."""
    profile = profile_of(inputs.style, inputs.ballots)
    return tally.count(instance_of(inputs.money, inputs.costs), profile, inputs.rule, inputs.ties)
