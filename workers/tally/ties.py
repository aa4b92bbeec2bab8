"""Ties, broken by a declared order and never by chance at the time of counting.

The default order (lower cost, more votes, lot) is the one equalshares.net advises. The lot is drawn from a public
seed before the count and stays the same throughout it, so that the increments of Add1 differ in money only.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256

from schema.outcome import TieBroken
from schema.rules import Criterion, TieOrder
from workers.tally.instance import Project


def lot(seed: str, project: str) -> int:
    """The place of a project in the lot, lowest first: SHA-256 over seed, NUL and project id as a big-endian number."""
    return int.from_bytes(sha256(f"{seed}\0{project}".encode()).digest())


class TieBreak:
    """A tie order applied to the projects of one count: a total order on them."""

    def __init__(self, order: TieOrder, projects: Iterable[Project], votes: Mapping[str, int]) -> None:
        measure: dict[Criterion, Callable[[Project], int]] = {
            "lower_cost": lambda project: project.cost,
            "more_votes": lambda project: -votes[project.id],
            "lot": lambda project: lot(order.seed, project.id),
        }
        self._criteria = order.criteria
        self._places = {project.id: tuple(measure[name](project) for name in order.criteria) for project in projects}

    def place(self, project: Project) -> tuple[int, ...]:
        """A sort key: what comes first in the tie order is lowest."""
        return self._places[project.id]

    def choose(self, tied: Sequence[Project]) -> tuple[Project, tuple[TieBroken, ...]]:
        """Take the first of one or more projects; the second part tells how, and is empty where there was no tie."""
        order = sorted(tied, key=self.place)
        if len(order) == 1:
            return order[0], ()
        differing = zip(self._criteria, self.place(order[0]), self.place(order[1]), strict=True)
        criterion = next(name for name, first, second in differing if first != second)
        return order[0], (TieBroken(tuple(project.id for project in order), order[0].id, criterion),)
