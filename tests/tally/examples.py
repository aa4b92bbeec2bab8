"""Small elections by hand and by chance, and the slowest possible equal shares to compare with."""

from fractions import Fraction

from hypothesis import settings
from hypothesis import strategies as st

from schema.rules import EqualShares, GreedyByVotes, Rule, TieOrder
from workers.tally import Instance, Profile, Project

ORDER = TieOrder("a seed")
ADD1 = EqualShares(step=1)
RULES: tuple[Rule, ...] = (
    GreedyByVotes(),
    EqualShares(),
    ADD1,
    EqualShares(step=1, fill=True),
    EqualShares(step=1, comparison=True),
)
steady = settings(deadline=None, max_examples=100)


def pot(budget: int, **costs: int) -> Instance:
    """An instance with projects named by single letters."""
    return Instance(budget, tuple(Project(name, cost) for name, cost in costs.items()))


def cast(ballots: str) -> Profile:
    """A profile from words: "ab ab -" is two ballots for a and b, and a blank one."""
    return Profile.of(word.replace("-", "") for word in ballots.split())


@st.composite
def instances(draw: st.DrawFn, unlike: bool = False) -> Instance:
    """Up to six projects; with `unlike` no two cost the same, so that no tie gets as far as the lot."""
    costs = draw(st.lists(st.integers(0, 20), min_size=1, max_size=6, unique=unlike))
    return pot(draw(st.integers(0, 60)), **dict(zip("abcdef", costs, strict=False)))


@st.composite
def elections(draw: st.DrawFn, unlike: bool = False) -> tuple[Instance, list[frozenset[str]]]:
    """An instance and up to nine ballots, blank ones among them."""
    instance = draw(instances(unlike))
    names = [project.id for project in instance.projects]
    return instance, draw(st.lists(st.frozensets(st.sampled_from(names)), max_size=9))


def slow_equal_shares(instance: Instance, ballots: list[frozenset[str]], share: Fraction) -> list[str]:
    """Equal shares voter by voter, straight from the definition, for projects of which no two cost the same."""
    money = [share] * len(ballots)
    funded: list[str] = []
    while True:
        offers: list[tuple[Fraction, int, str, Fraction]] = []
        for project in instance.projects:
            purses = sorted(money[i] for i, ballot in enumerate(ballots) if project.id in ballot)
            if project.id in funded or not 0 < project.cost <= min(instance.budget, sum(purses)):
                continue
            # With the k poorest giving all, the rest pay alike; the right k is the first for which they can.
            payment = next(
                equal
                for k, purse in enumerate(purses)
                if (equal := (project.cost - sum(purses[:k])) / Fraction(len(purses) - k)) <= purse
            )
            offers.append((payment / project.cost, project.cost, project.id, payment))
        if not offers:
            return funded
        _, _, chosen, payment = min(offers)
        funded.append(chosen)
        money = [max(Fraction(0), m - payment * (chosen in b)) for m, b in zip(money, ballots, strict=True)]
