"""Greedy by votes, the rule most cities use, with the thresholds, exclusions and grants that they add to it.

Source: "greedy" in the Pabulib format (Faliszewski et al., Participatory Budgeting: Data, Tools, and Analysis,
IJCAI 2023); the utilitarian greedy rule with cost utilities in Rey, Schmidt and Maly, The (Computational) Social
Choice Take on Indivisible Participatory Budgeting, 2023; by score per cost it is theirs with cardinality utilities.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from functools import cache
from itertools import accumulate, groupby
from typing import Literal

from msgspec import Struct

from schema.outcome import (
    BelowThreshold,
    CategoryFull,
    DidNotFit,
    Excluded,
    Explanation,
    FundedByVotes,
    FundedInPart,
    FundedWithReserve,
    Measure,
    NotReached,
    Outcome,
    TieBroken,
)
from schema.rules import GreedyByVotes
from workers.tally.case import Case
from workers.tally.instance import LIMIT

Verdict = Literal["whole", "part", "short", "late", "excluded", "capped", "below"]
PLAIN = GreedyByVotes()


class Look(Struct, frozen=True):
    """A look at one project, by its index in the case, with `left` in the pot just then.

    `verdict`: it was funded "whole"; it did not fit, and got what was left as a "part" of its cost or fell "short"; it
    came too "late", when the count had ended; a project that rules it out was funded ("excluded"); it would take a
    category above its cap ("capped"); its score is "below" the threshold.
    """

    project: int
    left: int
    verdict: Verdict

    @property
    def fits(self) -> bool:
        """Whether the project was funded whole."""
        return self.verdict == "whole"


class Cap(Struct, frozen=True):
    """One amount that the rule caps. `needs`: what each project of the category adds to it, by the index of a project.

    `most`: what these may come to.
    """

    category: str
    measure: Measure
    most: int
    needs: dict[int, int]


class Walk(Struct, frozen=True):
    """One walk down the order: a look at each candidate, and the ties on the way.

    `misfit`: the place in `looks` of the first project that did not fit; `end`: of the one that ended the count. Both
    are the number of looks where there is none.
    """

    looks: list[Look]
    ties: list[TieBroken]
    misfit: int
    end: int


def take_by_votes(
    case: Case, candidates: Iterable[int], pot: int, rule: GreedyByVotes = PLAIN, threshold: int = 0
) -> Walk:
    """Look at each candidate once, highest score first, and fund it if it fits into what is left of `pot`.

    One without votes is funded as well if money remains for it, unless it is below the `threshold` (which stands for
    both of those in the rule). One that costs more than the whole pot is looked at like any other, and may end the
    count. `ValueError` if the rule excludes a project, or caps a category, that is not in the case.
    """
    ranks, rivals, caps = _ranks(case, rule), _rivals(case, rule), _caps(case, rule)
    order = sorted(sorted(candidates), key=ranks.__getitem__, reverse=True)
    looks: list[Look] = []
    ties: list[TieBroken] = []
    taken: set[int] = set()
    used = [0] * len(caps)
    costs = [project.cost for project in case.projects]
    left, misfit, end = pot, len(order), len(order)

    def judge(index: int) -> Verdict:
        """What a look at this project would lead to now."""
        if case.scores[index] < threshold:
            return "below"
        if end < len(order):
            return "late"
        if index in rivals and not taken.isdisjoint(rivals[index]):
            return "excluded"
        if _full(caps, used, index) is not None:
            return "capped"
        if costs[index] <= left:
            return "whole"
        # Enough of the cost to be given in part.
        enough = 0 < rule.partial_percent * costs[index] <= 100 * left
        return "part" if misfit == len(order) and enough else "short"

    for _, indices in groupby(order, ranks.__getitem__):
        level = list(indices)
        for number, index in enumerate(level):
            verdict = judge(index)
            if len(level) > 1 and verdict in {"whole", "part"}:
                ties += case.tie([other for other in level[number:] if judge(other) in {"whole", "part"}])
            looks.append(Look(index, left, verdict))
            if verdict == "whole":
                taken.add(index)
                used = _with(caps, used, index)
                left -= costs[index]
            elif verdict in {"part", "short"}:
                misfit = min(misfit, len(looks) - 1)
                if verdict == "part" or rule.misfit == "stop":
                    end = len(looks) - 1
    return Walk(looks, ties, misfit, end)


def greedy_by_votes(case: Case, rule: GreedyByVotes) -> Outcome:
    """Fund projects in the order of scores, as `take_by_votes` does, with the reasons.

    `threshold_percent` is taken of all voters, blank ballots included; a project needs no less than that, so that
    what is not whole counts as the next number up. `ValueError` as for `take_by_votes`.
    """
    threshold = _threshold(rule, case.voters)
    walk = take_by_votes(case, range(len(case.projects)), case.budget, rule, threshold)
    explanations = _explanations(case, rule, walk, threshold)
    whole = [look for look in walk.looks if look.fits]
    granted = [look for look in walk.looks if look.verdict == "part"]
    funded = whole + granted if rule.reserve else whole
    partly = [] if rule.reserve else granted
    first = [look.project for look in funded + partly]
    last = [look.project for look in walk.looks if look.verdict not in {"whole", "part"}]
    return Outcome(
        funded=tuple(case.projects[look.project].id for look in funded),
        spent=sum(case.projects[look.project].cost for look in whole) + sum(look.left for look in granted),
        budget=case.budget,
        explanations=tuple(explanations[index] for index in first + last),
        ties=tuple(walk.ties),
        partly=next((case.projects[look.project].id for look in partly), None),
    )


def _explanations(case: Case, rule: GreedyByVotes, walk: Walk, threshold: int) -> dict[int, Explanation]:
    """Why each project that was looked at is funded or not."""
    further = _further(case, rule, walk, threshold)
    ids = [project.id for project in case.projects]
    rivals, caps = _rivals(case, rule), _caps(case, rule)
    taken: list[int] = []
    used = [0] * len(caps)
    facts: dict[int, Explanation] = {}
    for look in walk.looks:
        index, left = look.project, look.left
        cost = case.projects[index].cost
        name, votes, score = ids[index], case.votes[index], case.scores[index]
        match look.verdict:
            case "whole":
                taken.append(index)
                used = _with(caps, used, index)
                facts[index] = FundedByVotes(name, len(taken), votes, score, cost, left)
            case "part" if rule.reserve:
                facts[index] = FundedWithReserve(name, len(taken) + 1, votes, score, cost, left, cost - left)
            case "part":
                facts[index] = FundedInPart(name, votes, score, cost, left)
            case "short":
                facts[index] = DidNotFit(name, votes, score, cost, left, cost - left, further(index))
            case "late":
                ended_at = ids[walk.looks[walk.end].project]
                facts[index] = NotReached(name, votes, score, cost, ended_at, further(index))
            case "excluded":
                by = next(ids[other] for other in taken if other in rivals[index])
                facts[index] = Excluded(name, votes, score, cost, by, further(index))
            case "capped":
                full = _full(caps, used, index)
                assert full is not None
                cap = caps[full]
                said = (cap.category, cap.measure, cap.most, used[full])
                facts[index] = CategoryFull(name, votes, score, cost, *said, further(index))
            case "below":
                facts[index] = BelowThreshold(name, votes, score, cost, threshold, further(index))
    return facts


def _further(case: Case, rule: GreedyByVotes, walk: Walk, threshold: int) -> Callable[[int], int | None]:
    """How many more supporters, of one point each, have a project funded whole that is not; None if none do.

    They raise its score, its place among equals, and a threshold that is a share of the voters. That others fall
    below the threshold then matters only if they come before the project: never in the order of scores; in the order
    of score per cost the walk is taken anew for each number of voters at which one more of them falls.
    """
    everyone, scores = range(len(case.projects)), sorted(case.scores)

    @cache
    def promotion(passing: int) -> Callable[[int], int | None]:
        anew = passing != threshold
        return _promotion(case, rule, take_by_votes(case, everyone, case.budget, rule, passing) if anew else walk)

    def further(index: int) -> int | None:
        voters = _to_threshold(case, rule, index)
        while voters is not None:
            passing, falls = threshold, None
            if rule.per_cost and rule.threshold_percent:
                passing = _threshold(rule, case.voters + voters)
                lowest = bisect_left(scores, passing)
                if lowest < len(scores):
                    # A threshold as high as the lowest score that passes takes the same ones out.
                    passing = scores[lowest]
                    falls = 100 * passing // rule.threshold_percent - case.voters + 1
            raised = promotion(passing)(index)
            if raised is not None and (falls is None or raised < falls):
                return max(voters, raised)
            voters = falls
        return None

    return further


def _promotion(case: Case, rule: GreedyByVotes, walk: Walk) -> Callable[[int], int | None]:
    """How many more supporters a project needs for a place at which it is funded whole; None if none do.

    What comes before that place is as in the walk. The further up a place is, the more is left there and the less
    speaks against it, so that the last one that does is what counts.
    """
    rivals = _rivals(case, rule)
    # What is left falls from place to place; below zero it rises, as bisect wants it.
    lefts = [-look.left for look in walk.looks]
    places = {look.project: place for place, look in enumerate(walk.looks)}
    taken = {look.project: place for place, look in enumerate(walk.looks) if look.fits}
    caps = _caps(case, rule)
    # For each cap what was used of it before each place.
    uses = [list(accumulate((cap.needs.get(i, 0) * (i in taken) for i in places), initial=0)) for cap in caps]

    def promotion(index: int) -> int | None:
        cost = case.projects[index].cost
        last = bisect_right(lefts, -cost) - 1
        if rule.reserve and rule.partial_percent:
            granted = bisect_right(lefts, -rule.partial_percent * cost // 100) - 1
            last = max(last, min(granted, walk.misfit))
        last = min(last, places[index], walk.end)
        if index in rivals:
            last = min([last, *(taken[other] for other in rivals[index] & taken.keys())])
        for cap, used in zip(caps, uses, strict=True):
            if index in cap.needs:
                last = min(last, bisect_right(used, cap.most - cap.needs[index]) - 1)
        if last < 0 or last == places[index]:
            return None if last < 0 else 0
        return _to_pass(case, rule, index, walk.looks[last].project)

    return promotion


def _to_threshold(case: Case, rule: GreedyByVotes, index: int) -> int | None:
    """How many more supporters lift a project over the threshold; None if no number does."""
    lacking, rest = rule.threshold_percent * case.voters - 100 * case.scores[index], 100 - rule.threshold_percent
    if lacking > 0 and not rest:
        return None
    return max(0, rule.threshold - case.scores[index], -(-lacking // rest) if lacking > 0 else 0)


def _to_pass(case: Case, rule: GreedyByVotes, index: int, other: int) -> int | None:
    """How many more supporters put a project before another that is now before it; None if no number does."""
    mine, theirs = (case.projects[index].cost, case.projects[other].cost) if rule.per_cost else (1, 1)
    if theirs:
        # Level where (score + supporters) / mine = their score / theirs, if that is a whole number.
        level, odd = divmod(case.scores[other] * mine, theirs)
        level -= case.scores[index]
        return level + 1 if odd or not case.deciding(index, other, level)[1] else level
    level = max(0, case.votes[other] - case.votes[index])
    enough = (further for further in (level, level + 1) if not mine and case.deciding(index, other, further)[1])
    return next(enough, None)


def _threshold(rule: GreedyByVotes, voters: int) -> int:
    """The least score that the rule asks for among so many voters."""
    return max(rule.threshold, -(-rule.threshold_percent * voters // 100))


def _ranks(case: Case, rule: GreedyByVotes) -> list[int]:
    """What the order goes by, the highest first: whole numbers that compare as the scores, or scores per cost, do."""
    if not rule.per_cost:
        return case.scores
    costs = [project.cost for project in case.projects]
    # Two fractions that differ do so by at least one over the product of their denominators.
    scale = max(costs, default=0) ** 2
    return [score * scale // cost if cost else LIMIT * scale for score, cost in zip(case.scores, costs, strict=True)]


def _caps(case: Case, rule: GreedyByVotes) -> list[Cap]:
    """What the rule caps, in its order."""
    caps: list[Cap] = []
    for each in rule.caps:
        costs = {i: project.cost for i, project in enumerate(case.projects) if each.category in project.categories}
        if not costs:
            raise ValueError(f"The rule caps the category {each.category!r}, which no project of this pot has.")
        if each.projects is not None:
            caps.append(Cap(each.category, "projects", each.projects, dict.fromkeys(costs, 1)))
        if each.money is not None:
            caps.append(Cap(each.category, "money", each.money, costs))
    return caps


def _full(caps: list[Cap], used: list[int], index: int) -> int | None:
    """The first cap that has no room for a project; None if all have."""
    places = range(len(caps))
    return next((i for i in places if used[i] + caps[i].needs.get(index, 0) > caps[i].most), None)


def _with(caps: list[Cap], used: list[int], index: int) -> list[int]:
    """What is used of each cap with one more project."""
    return [amount + cap.needs.get(index, 0) for amount, cap in zip(used, caps, strict=True)]


def _rivals(case: Case, rule: GreedyByVotes) -> dict[int, set[int]]:
    """For each project in an exclusive set those that it rules out, and that rule it out."""
    rivals: dict[int, set[int]] = {}
    if not rule.exclusive:
        return rivals
    numbers = {project.id: index for index, project in enumerate(case.projects)}
    for names in rule.exclusive:
        if unknown := [name for name in names if name not in numbers]:
            raise ValueError(f"The rule excludes {min(unknown)!r}, which is no project of this pot.")
        indices = {numbers[name] for name in names}
        for index in indices:
            rivals[index] = rivals.get(index, set()) | indices - {index}
    return rivals
