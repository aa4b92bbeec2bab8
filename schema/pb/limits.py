"""The limits that META sets to each ballot, and how a ballot breaks them."""

from collections.abc import Iterator

from msgspec import Struct

from schema.pb.form import PbVoter

# META's keys, with what is the matter with a ballot that breaks them.
BROKEN = {
    "min_length": "the ballot names fewer projects than min_length asks for",
    "max_length": "the ballot names more projects than max_length allows",
    "min_sum_cost": "the projects on the ballot cost less than min_sum_cost asks for",
    "max_sum_cost": "the projects on the ballot cost more than max_sum_cost allows",
    "min_points": "the ballot gives a project fewer points than min_points asks for",
    "max_points": "the ballot gives a project more points than max_points allows",
    "min_sum_points": "the ballot gives fewer points in all than min_sum_points asks for",
    "max_sum_points": "the ballot gives more points in all than max_sum_points allows",
}
COSTS = frozenset({"min_sum_cost", "max_sum_cost"})
"""The limits in hundredths of a currency unit."""


class Limits(Struct, frozen=True):
    """The limits of a file by key, those it does not state left out; `costs` is what a project costs, by id."""

    bounds: dict[str, int]
    costs: dict[str, int]

    def broken(self, voter: PbVoter) -> Iterator[tuple[str, int]]:
        """The limits that a ballot breaks, each with what the ballot measures."""
        for key, bound in self.bounds.items():
            amount = self._measure(key, voter)
            if amount is not None and (amount < bound if key.startswith("min") else amount > bound):
                yield key, amount

    def _measure(self, key: str, voter: PbVoter) -> int | None:
        match key:
            case "min_length" | "max_length":
                return len(voter.choices)
            case "min_sum_cost" | "max_sum_cost":
                return sum(self.costs[choice] for choice in voter.choices)
            case "min_points":
                return min(voter.points, default=None)
            case "max_points":
                return max(voter.points, default=None)
            case _:
                return sum(voter.points)
