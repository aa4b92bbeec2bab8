"""Small elections for the rules by loads, and the same elections for pabutools."""

from collections.abc import Callable, Iterable
from fractions import Fraction
from random import Random

from hypothesis import settings
from hypothesis import strategies as st
from pabutools.election import ApprovalBallot, ApprovalProfile
from pabutools.election import Instance as TheirInstance
from pabutools.election import Project as TheirProject

from schema.outcome import FundedByLoad, Outcome
from schema.rules import TieOrder
from workers.tally.case import Case
from workers.tally.instance import Instance, Profile, Project

BY_ID = TieOrder("a seed", ("id",))
Costs = dict[str, int]
Election = tuple[int, Costs, list[str]]
Turns = list[tuple[str, Fraction, int]]
steady = settings(deadline=None, max_examples=150)


def case(budget: int, costs: Costs, ballots: str | Iterable[str], order: TieOrder = BY_ID) -> Case:
    """An election of single-letter projects: "ab ab -" is two ballots for a and b, and a blank one."""
    words = ballots.split() if isinstance(ballots, str) else ballots
    projects = tuple(Project(name, cost) for name, cost in costs.items())
    return Case.of(Instance(budget, projects), Profile.of(word.replace("-", "") for word in words), order)


@st.composite
def elections(draw: st.DrawFn) -> Election:
    """Up to six projects and nine ballots; costs are small, so that ties abound."""
    costs = draw(st.lists(st.integers(0, 12), min_size=1, max_size=6))
    ballots = draw(st.lists(st.sets(st.sampled_from("abcdef"[: len(costs)])), max_size=9))
    return (
        draw(st.integers(0, 40)),
        dict(zip("abcdef", costs, strict=False)),
        ["".join(sorted(ballot)) for ballot in ballots],
    )


def by_chance(seed: int) -> Election:
    """An election for pabutools, which does not take an empty one."""
    random = Random(seed)
    names = "abcdefg"[: random.randint(2, 7)]
    most = random.choice([1, 3, 10, 1000])
    costs = {name: random.randint(0 if most == 3 else 1, most) for name in names}
    size = random.randint(1, len(names))
    ballots = ["".join(random.sample(names, random.randint(0, size))) for _ in range(random.randint(1, 12))]
    return random.randint(1, sum(costs.values()) + 1), costs, ballots


def theirs(rule: Callable[..., Iterable[TheirProject]], election: Election, unsupported: bool = False) -> list[str]:
    """What pabutools funds, in its order; projects that nobody supports are kept from it, unless asked for."""
    budget, costs, ballots = election
    wanted = costs if unsupported else {name for ballot in ballots for name in ballot}
    projects = {name: TheirProject(name, cost) for name, cost in costs.items() if name in wanted}
    profile = ApprovalProfile([ApprovalBallot([projects[name] for name in ballot]) for ballot in ballots])
    return [project.name for project in rule(TheirInstance(projects.values(), budget), profile)]


def scrambled(election: Election, random: Random) -> Election:
    """The same election with projects and ballots in another order."""
    budget, costs, ballots = election
    names = random.sample(sorted(costs), len(costs))
    return budget, {name: costs[name] for name in names}, random.sample(ballots, len(ballots))


def spent(outcome: Outcome, costs: Costs) -> int:
    """What the funded projects cost."""
    return sum(costs[name] for name in outcome.funded)


def turns(outcome: Outcome) -> Turns:
    """The turns of the funded projects, as the explanations give them."""
    facts = [fact for fact in outcome.explanations if isinstance(fact, FundedByLoad)]
    return [(fact.project, Fraction(fact.load), fact.left) for fact in facts]
