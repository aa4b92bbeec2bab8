"""The method of equal shares.

Sources: Peters and Skowron, Proportionality and the Limits of Welfarism, EC 2020; Peters, Pierczynski and Skowron,
Proportional Participatory Budgeting with Additive Utilities, NeurIPS 2021 (definition of rho-affordable).
Add1 as Wieliczka, Swiecie and Assen published it: increments go on until one overspends, and are not stopped by an
outcome that happens to be exhaustive. Completion and comparison as described on equalshares.net.
"""

from fractions import Fraction
from math import gcd

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from schema.outcome import (
    Comparison,
    CostsMoreThanPot,
    Explanation,
    FundedByCompletion,
    FundedByShares,
    FundedInPart,
    Outcome,
    Shares,
    SupportersShort,
    TieBroken,
    exact,
    ratio,
)
from schema.rules import EqualShares, GreedyByVotes
from workers.tally.case import Case
from workers.tally.exact import ExactRun
from workers.tally.greedy import PLAIN, greedy_by_votes, take_by_votes
from workers.tally.instance import LIMIT
from workers.tally.loop import Field, Loop, pays
from workers.tally.phragmen import Paid, complete_by_loads


class Bought(Struct, frozen=True):
    """The run that counts: its increments, the share, the exact run, and the ties it met. Projects as in the case."""

    increments: int
    share: Fraction
    run: ExactRun
    ties: tuple[TieBroken, ...]


def equal_shares(case: Case, rule: EqualShares) -> Outcome:
    """Count by equal shares with the utility, increments, completion and comparison that `rule` declares.

    A project without votes is never funded by shares, and one that costs more than the pot never runs. A project
    that costs nothing is funded before all others if it has a vote.
    """
    outcome = explain(case, rule, buy(case, rule))
    return compare(case, outcome, greedy_by_votes(case, PLAIN)) if rule.comparison else outcome


def buy(case: Case, rule: EqualShares) -> Bought:
    """Spend the shares, with increments if the rule has them; the last run that did not overspend."""
    field = Field.of(case, rule)
    fast = pays(case, rule)
    first = Fraction(case.budget, case.voters) if case.voters else Fraction(0)
    increments = Loop(case, rule, field, first, fast).increments() if rule.step else 0
    share = first + rule.step * increments
    run = ExactRun(case, share, rule.utility == "additive", fast)
    ties: list[TieBroken] = []
    for place, project in enumerate(field.free):
        ties += case.tie(field.free[place:])
        run.fund(project)
    bought, least, level = Loop(case, rule, field, first, fast, increments).run()
    for stage, project in enumerate(bought):
        ties += case.tie(field.projects[p] for p in level.get(stage, ()))
        run.fund(field.projects[project], least[stage])
    return Bought(increments, share, run, tuple(ties))


def explain(case: Case, rule: EqualShares, bought: Bought) -> Outcome:
    """Turn the run that counts into an outcome; what it left is first spent as the rule's completion says."""
    prices = bought.run.prices
    left = case.budget - sum(case.projects[i].cost for i in prices)
    units = {i: case.projects[i].cost if rule.utility == "cost" else 1 for i in prices}
    rest = sorted((i for i in range(len(case.projects)) if i not in prices), key=lambda i: (-case.scores[i], i))
    taken: dict[int, int] = {}
    granted: dict[int, int] = {}
    passed: dict[int, int] = {}
    broken: tuple[TieBroken, ...] = ()
    if rule.completion == "votes":
        walk = take_by_votes(case, rest, left, GreedyByVotes(partial_percent=rule.partial_percent))
        taken = {look.project: look.left for look in walk.looks if look.fits}
        granted = {look.project: look.left for look in walk.looks if look.verdict == "part"}
        passed = {look.project: 0 if look.verdict == "late" else look.left for look in walk.looks if not look.fits}
        broken = tuple(walk.ties)
    elif rule.completion == "phragmen":
        payments = [prices.get(i, Fraction(0)) for i in range(len(case.projects))]
        paid = Paid(bought.share, payments, bought.run.emptied, rule.utility == "additive")
        loads = complete_by_loads(case, prices.keys(), left, paid, rule.partial_percent)
        taken = {turn.project: turn.left for turn in loads.funded}
        granted = {turn.project: turn.left for turn in loads.partly}
        passed = {turn.project: turn.left for turn in loads.misfits} | dict.fromkeys(loads.waiting, 0)
        broken = tuple(loads.ties)
    funded = [case.projects[i] for i in (*prices, *taken)]
    return Outcome(
        funded=tuple(project.id for project in funded),
        spent=sum(project.cost for project in funded) + sum(granted.values()),
        budget=case.budget,
        explanations=(
            *(
                FundedByShares(
                    case.projects[i].id,
                    position,
                    case.votes[i],
                    case.projects[i].cost,
                    exact(price / units[i]) if units[i] else "0",
                    exact(price),
                )
                for position, (i, price) in enumerate(prices.items(), 1)
            ),
            *(
                FundedByCompletion(case.projects[i].id, position, case.votes[i], case.projects[i].cost, before)
                for position, (i, before) in enumerate(taken.items(), len(prices) + 1)
            ),
            *(
                FundedInPart(case.projects[i].id, case.votes[i], case.scores[i], case.projects[i].cost, before)
                for i, before in granted.items()
            ),
            *(why_not(case, bought, i, passed.get(i)) for i in rest if i not in taken and i not in granted),
        ),
        ties=(*bought.ties, *broken),
        shares=Shares(bought.increments, exact(bought.share)),
        partly=next((case.projects[i].id for i in granted), None),
    )


def why_not(case: Case, bought: Bought, index: int, left: int | None) -> Explanation:
    """Why a project is not funded; `left` is what the completion had for it, None without one."""
    project, votes = case.projects[index], case.votes[index]
    if project.cost > case.budget:
        return CostsMoreThanPot(project.id, votes, project.cost, case.budget)
    held, scale = bought.run.held(index)
    missing, share = project.cost * scale - held, bought.share
    # So many whole shares hold what is missing; what costs nothing needs a supporter all the same.
    further = -(-missing * share.denominator // (scale * share.numerator)) if share else None
    further = further if missing else 1
    common = gcd(held, scale)
    return SupportersShort(
        project.id,
        votes,
        project.cost,
        ratio(held // common, scale // common),
        ratio(missing // common, scale // common),
        further,
        left,
    )


def compare(case: Case, shares: Outcome, greedy: Outcome) -> Outcome:
    """The comparison step of Wieliczka: the greedy outcome if strictly more voters get more cost utility from it."""
    funded = [set(outcome.funded) for outcome in (greedy, shares)]
    worth = np.array([p.cost * ((p.id in funded[0]) - (p.id in funded[1])) for p in case.projects], object)
    worth = worth.astype(np.int64) if sum(map(abs, worth)) < LIMIT else worth
    rows = np.repeat(np.arange(len(case.ballots)), np.diff(case.ballots.starts))
    gains = np.zeros(len(case.ballots), worth.dtype)
    np.add.at(gains, rows, worth[case.ballots.columns])
    prefer_greedy, prefer_shares = int(case.weights[gains > 0].sum()), int(case.weights[gains < 0].sum())
    assert shares.shares is not None
    comparison = Comparison(prefer_greedy, prefer_shares, replaced=prefer_greedy > prefer_shares)
    return replace(greedy if comparison.replaced else shares, shares=replace(shares.shares, comparison=comparison))
