"""The rules once more, as slowly and plainly as they are defined: fractions, and one voter after another.

Witnesses beside pabutools. Each takes the projects in the tie order and a mapping project id -> points per voter. One
that is funded in part is the last of those that are given, with a sign before its id.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations

from schema.outcome import Outcome
from schema.rules import Criterion, EqualShares, GreedyByVotes, MaximinSupport, Rule, SequentialPhragmen, TieOrder
from workers.tally.case import lot
from workers.tally.instance import Instance, Project

Ballots = Sequence[Mapping[str, int]]
PART = "part of "


def votes_of(project: str, ballots: Ballots) -> int:
    """How many voters give it points."""
    return sum(ballot.get(project, 0) > 0 for ballot in ballots)


def in_tie_order(instance: Instance, ballots: Ballots, order: TieOrder) -> list[Project]:
    """The projects of an instance, the first among equals first."""

    def key(project: Project) -> list[int | str]:
        said: dict[Criterion, int | str] = {
            "lower_cost": project.cost,
            "more_votes": -votes_of(project.id, ballots),
            "id": project.id,
            "lot": lot(order.seed, project.id),
        }
        return [said[criterion] for criterion in order.criteria]

    return sorted(instance.projects, key=key)


def slowly(instance: Instance, ballots: Ballots, rule: Rule, order: TieOrder) -> list[str]:
    """The ids of the funded projects, in order of funding; of greedy by votes what pabutools has too, and parts."""
    projects = in_tie_order(instance, ballots, order)
    payable = [project for project in projects if project.cost <= instance.budget]
    match rule:
        case GreedyByVotes():
            return greedy(projects, ballots, instance.budget, rule.per_cost, rule.partial_percent)
        case EqualShares():
            return equal_shares(projects, ballots, instance.budget, rule)
        case SequentialPhragmen():
            return phragmen(payable, ballots, instance.budget, rule.misfit == "stop", rule.partial_percent)
        case MaximinSupport():
            return maximin(projects, ballots, instance.budget, rule.misfit == "stop", rule.partial_percent)


def given_to(outcome: Outcome) -> list[str]:
    """What an outcome gives money to, as `slowly` says it."""
    return [*outcome.funded, *([PART + outcome.partly] if outcome.partly else [])]


def enough(project: Project, left: int, percent: int) -> bool:
    """Whether what is left is a part of a project's cost that is given to it."""
    return percent > 0 and left >= Fraction(percent, 100) * project.cost


def greedy(
    projects: Sequence[Project], ballots: Ballots, left: int, per_cost: bool = False, percent: int = 0
) -> list[str]:
    """In the order of points, or of points per cost, each project that still fits."""

    def merit(project: Project) -> tuple[bool, Fraction]:
        score = sum(ballot.get(project.id, 0) for ballot in ballots)
        endless = per_cost and score > 0 == project.cost
        return endless, Fraction(score, project.cost if per_cost and project.cost else 1)

    funded, all_fitted = [], True
    for project in sorted(projects, key=merit, reverse=True):
        if project.cost <= left:
            funded.append(project.id)
            left -= project.cost
        elif all_fitted and enough(project, left, percent):
            return [*funded, PART + project.id]
        else:
            all_fitted = False
    return funded


def utility_of(project: Project, ballot: Mapping[str, int], utility: str) -> int:
    """What a voter who gives a project points gets out of it; 0 without points."""
    points = ballot.get(project.id, 0)
    return 0 if points <= 0 else {"cost": project.cost, "cardinality": 1, "additive": points}[utility]


def rho_of(project: Project, ballots: Ballots, purses: Sequence[Fraction], utility: str) -> Fraction | None:
    """The least payment per unit of utility that pays a project, None if its supporters cannot.

    With those who would then pay more than they have giving all, the rest pay alike; the right number of them is the
    first for which the rest can.
    """
    supporters = [
        (purse, u) for ballot, purse in zip(ballots, purses, strict=True) if (u := utility_of(project, ballot, utility))
    ]
    supporters.sort(key=lambda one: one[0] / one[1])
    if sum(purse for purse, _ in supporters) < project.cost:
        return None
    for poor in range(len(supporters)):
        given = sum(purse for purse, _ in supporters[:poor])
        rho = (project.cost - given) / Fraction(sum(u for _, u in supporters[poor:]))
        if rho * supporters[poor][1] <= supporters[poor][0]:
            return rho
    return None


def one_run(
    projects: Sequence[Project], ballots: Ballots, share: Fraction, utility: str
) -> tuple[list[Project], list[Fraction]]:
    """Equal shares from one share: what is funded, and what each voter has left. What costs nothing comes first."""
    purses = [share] * len(ballots)
    funded = [project for project in projects if project.cost == 0]
    rest = [project for project in projects if project.cost]
    while offers := [(rho, p) for p in rest if (rho := rho_of(p, ballots, purses, utility)) is not None]:
        rho, chosen = min(offers, key=lambda offer: offer[0])
        rest.remove(chosen)
        funded.append(chosen)
        pays = [rho * utility_of(chosen, ballot, utility) for ballot in ballots]
        purses = [purse - min(purse, pay) for purse, pay in zip(purses, pays, strict=True)]
    return funded, purses


def equal_shares(projects: Sequence[Project], ballots: Ballots, budget: int, rule: EqualShares) -> list[str]:
    """The method of equal shares with its completions. What has no vote or costs more than the pot never runs."""
    runs = [project for project in projects if project.cost <= budget and votes_of(project.id, ballots)]
    funded: list[Project] = []
    purses: list[Fraction] = []
    if ballots:
        share = Fraction(budget, len(ballots))
        funded, purses = one_run(runs, ballots, share, rule.utility)
        while rule.step and len(funded) < len(runs):
            left = budget - sum(project.cost for project in funded)
            if rule.until == "exhaustive" and all(p in funded or p.cost > left for p in runs):
                break
            share += rule.step
            further, further_purses = one_run(runs, ballots, share, rule.utility)
            if sum(project.cost for project in further) > budget:
                break
            funded, purses = further, further_purses
    names = [project.id for project in funded]
    left = budget - sum(project.cost for project in funded)
    rest = [project for project in projects if project not in funded]
    if rule.completion == "votes":
        names += greedy(rest, ballots, left, percent=rule.partial_percent)
    elif rule.completion == "phragmen":
        runs = [project for project in rest if project.cost <= budget]
        names += phragmen(runs, ballots, left, False, rule.partial_percent, purses)
    if not rule.comparison:
        return names
    rival = greedy(projects, ballots, budget)
    costs = {project.id: project.cost for project in projects}
    gains = [sum(costs[p] * ((p in rival) - (p in names)) for p in ballot if ballot[p] > 0) for ballot in ballots]
    return rival if sum(gain > 0 for gain in gains) > sum(gain < 0 for gain in gains) else names


def phragmen(
    projects: Sequence[Project],
    ballots: Ballots,
    left: int,
    stop: bool,
    percent: int = 0,
    purses: Sequence[Fraction] = (),
) -> list[str]:
    """Everybody earns at the same pace, on top of `purses`; what its supporters can pay first is bought by them.

    As soon as supporters could pay what the pot cannot, whoever else could pay just then, `stop` ends it, and so does
    what gets a part.
    """
    since = [-purse for purse in purses] or [Fraction(0)] * len(ballots)
    rest = [project for project in projects if votes_of(project.id, ballots)]
    funded: list[str] = []
    all_fitted = True
    while rest:
        times = [time_of(project, ballots, since) for project in rest]
        level = [p for time, p in zip(times, rest, strict=True) if time == min(times)]
        misfits = [p for p in level if p.cost > left]
        if misfits and all_fitted and enough(misfits[0], left, percent):
            return [*funded, PART + misfits[0].id]
        if misfits and stop:
            break
        all_fitted = all_fitted and not misfits
        rest = [project for project in rest if project not in misfits]
        for chosen in [p for p in level if p not in misfits][:1]:
            now = min(times)
            since = [now if b.get(chosen.id, 0) > 0 else load for load, b in zip(since, ballots, strict=True)]
            funded.append(chosen.id)
            left -= chosen.cost
            rest.remove(chosen)
    return funded


def time_of(project: Project, ballots: Ballots, since: Sequence[Fraction]) -> Fraction:
    """When its supporters, each of whom has earned since some time, can pay a project."""
    loads = [load for load, ballot in zip(since, ballots, strict=True) if ballot.get(project.id, 0) > 0]
    return (project.cost + sum(loads)) / Fraction(len(loads))


def burden(projects: Sequence[Project], ballots: Ballots) -> Fraction:
    """The largest burden of a voter when the supporters share costs as evenly as they can.

    That is the largest cost per supporter of any part of the projects (the dual of sharing evenly).
    """
    parts = (part for size in range(1, len(projects) + 1) for part in combinations(projects, size))
    return max(
        Fraction(sum(p.cost for p in part), sum(any(b.get(p.id, 0) > 0 for p in part) for b in ballots))
        for part in parts
    )


def maximin(projects: Sequence[Project], ballots: Ballots, left: int, stop: bool, percent: int = 0) -> list[str]:
    """The project that keeps the largest burden smallest comes next; with `stop` all that would do so have to fit."""
    rest = [project for project in projects if project.cost <= left and votes_of(project.id, ballots)]
    funded: list[Project] = []
    all_fitted = True
    while rest:
        burdens = [burden([*funded, project], ballots) for project in rest]
        level = [p for found, p in zip(burdens, rest, strict=True) if found == min(burdens)]
        misfits = [p for p in level if p.cost > left]
        if misfits and all_fitted and enough(misfits[0], left, percent):
            return [*(project.id for project in funded), PART + misfits[0].id]
        if misfits and stop:
            break
        all_fitted = all_fitted and not misfits
        rest = [project for project in rest if project not in misfits]
        for chosen in [p for p in level if p not in misfits][:1]:
            funded.append(chosen)
            left -= chosen.cost
            rest.remove(chosen)
    return [project.id for project in funded]
