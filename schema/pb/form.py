"""What the format knows: sections, fields, amounts, and what a file holds once it is read."""

import re
from collections.abc import Collection, Sequence, Set
from functools import cached_property

from msgspec import Struct

words = str.split
CENTS = 100
WITHDRAWN = 999_999_999 * CENTS
"""The cost at which a file keeps a project that was withdrawn after the vote."""
SECTIONS = ("META", "PROJECTS", "VOTES")
VOTE_TYPES = ("approval", "choose-1", "ordinal", "cumulative", "scoring")
POINTED = frozenset({"cumulative", "scoring"})
"""The types of ballot that give points of their own."""
SINGLE = frozenset({"approval", "choose-1"})
"""The types of ballot that give one point to each choice."""

# In the order that the public checker expects; anything else follows as it came.
OBLIGATORY = words("description country unit instance num_projects num_votes budget vote_type rule date_begin date_end")
META_ORDER = words(
    "description country unit district subunit instance num_projects num_votes budget vote_type rule date_begin "
    "date_end min_length max_length min_sum_cost max_sum_cost scoring_fn min_points max_points min_sum_points "
    "max_sum_points default_score min_project_cost max_project_cost min_project_score_threshold neighborhoods "
    "subdistricts categories edition language currency fully_funded experimental comment acknowledgments "
    "leftover_budget budget_per_category budget_per_neighborhood min_length_per_category max_length_per_category "
    "min_sum_cost_per_category max_sum_cost_per_category"
)
PROJECT_ORDER = words(
    "project_id cost votes score name category beneficiaries target selected neighborhood subunit district description "
    "proposer public_id latitude longitude"
)
VOTER_ORDER = words("voter_id vote points age sex voting_method district neighborhood education")
NAMES = frozenset({"key", "value", *META_ORDER, *PROJECT_ORDER, *VOTER_ORDER})
"""Every name that the format has for a key or a column."""
# Columns and META keys that hold lists, besides those of a ballot.
LISTS = frozenset(
    words(
        "category beneficiaries target categories neighborhoods budget_per_category budget_per_neighborhood "
        "min_sum_cost_per_category max_sum_cost_per_category"
    )
)

AMOUNT = re.compile(r"([0-9]{1,13})(?:\.([0-9]{1,2})0*)?")
NUMBER = re.compile(r"(-?[0-9]{1,15})(?:\.0+)?")
# What the comment says of Poznan's rule. The number is all that could differ.
RESERVE = re.compile(r"at least ([0-9]{1,2}|100)% of that project, we fund it as well with the external reserve")


THRESHOLD = "min_project_score_threshold"
# Limits that the format names without saying what they mean: no ballot and no rule was held against them in any count.
UNDEFINED = words(
    "budget_per_category budget_per_neighborhood min_length_per_category max_length_per_category "
    "min_sum_cost_per_category max_sum_cost_per_category"
)
# What a declared rule asks for, as a key of META, and what to say of a file without it. No key says which projects
# exclude each other.
UNSAID = {
    "greedy-exclusive": ("", "The rule excludes some projects by others, but the file does not say which."),
    "greedy-threshold": (THRESHOLD, f"The rule asks for a threshold, but META has no {THRESHOLD}: none was held."),
}


class PbError(ValueError):
    """The file cannot be read: the message names the line and says what is wrong there."""


class NotCounted(PbError):
    """The file can be read, but the rule that it declares does not say how to count it."""


class PbProject(Struct, frozen=True):
    """A row of PROJECTS. `cost` in hundredths; `selected` as published (1 is funded), None where blank or missing."""

    id: str
    cost: int
    name: str = ""
    votes: int | None = None
    score: int | None = None
    selected: int | None = None
    other: dict[str, str] = {}

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories it belongs to, each once."""
        return tuple(dict.fromkeys(filter(None, tidy("category", self.other.get("category", "")).split(","))))


class PbVoter(Struct, frozen=True):
    """A row of VOTES. `points`: one for each of `choices` in cumulative and scoring files, none in others."""

    id: str
    choices: tuple[str, ...]
    points: tuple[int, ...] = ()
    other: dict[str, str] = {}


class PbHead(Struct, frozen=True, dict=True):
    """A file without its voters."""

    meta: dict[str, str]
    projects: tuple[PbProject, ...]

    @property
    def budget(self) -> int:
        """The pot, in hundredths."""
        return parse_amount(self.meta["budget"])

    @property
    def vote_type(self) -> str:
        """One of `VOTE_TYPES`."""
        return self.meta["vote_type"]

    @property
    def default_score(self) -> int:
        """The points of a scoring ballot for each project that it does not name."""
        return parse_number(self.meta.get("default_score") or "0") if self.vote_type == "scoring" else 0

    @cached_property
    def withdrawn(self) -> frozenset[str]:
        """The projects that were withdrawn after the vote."""
        return frozenset(project.id for project in self.projects if project.cost == WITHDRAWN)

    @property
    def reserve(self) -> int | None:
        """The part of the first misfit, in per cent, for which a reserve pays the rest; None without a reserve."""
        described = RESERVE.search(self.meta.get("comment", "")) if self.meta.get("rule") == "greedy-custom" else None
        return int(described[1]) if described else None

    @property
    def published(self) -> frozenset[str] | None:
        """The projects that the file says its rule funded; None if it does not say.

        They have the code 1. 2 and 3 are for money from elsewhere, which is part of no rule; only where the rule has
        a reserve, 2 is what that paid for.
        """
        if all(project.selected is None for project in self.projects):
            return None
        codes = {1} if self.reserve is None else {1, 2}
        return frozenset(project.id for project in self.projects if project.selected in codes)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What to know about a count of this file, one sentence each."""
        unsaid = UNSAID.get(self.meta.get("rule", ""))
        return (
            *([unsaid[1]] if unsaid and not self.meta.get(unsaid[0]) else []),
            *(
                f"META has {key}, of which the format does not say what it means: nothing was held against it."
                for key in UNDEFINED
                if self.meta.get(key)
            ),
            *(
                f"Project {project!r} was withdrawn after the vote: it is left out."
                for project in sorted(self.withdrawn)
            ),
        )

    def points_of(self, voter: PbVoter) -> dict[str, int]:
        """What a ballot gives to each project that it supports and that still runs, as project id -> points above zero.

        One point for a choice of an approval or choose-1 ballot; a cumulative or scoring ballot's own points. An
        ordinal ballot gives Borda points as the published scores do: as many to the first as it names projects, one
        less to each that follows, so that the last gets 1. A project that was withdrawn keeps its place there.
        """
        points = dict(zip(voter.choices, given_points(self.vote_type, voter), strict=True))
        if self.default_score > 0:
            points = {project.id: self.default_score for project in self.projects} | points
        return {project: given for project, given in points.items() if given > 0 and project not in self.withdrawn}


class PbFile(PbHead, frozen=True):
    """A whole file. `warnings`: what was put right or looks wrong, one sentence each."""

    voters: tuple[PbVoter, ...]
    warnings: tuple[str, ...] = ()


def given_points(vote_type: str, voter: PbVoter) -> Sequence[int]:
    """The points that a ballot gives to each of its choices, whatever their sign."""
    if vote_type in POINTED:
        return voter.points
    if vote_type == "ordinal":
        return range(len(voter.choices), 0, -1)
    return (1,) * len(voter.choices)


def parse_amount(text: str) -> int:
    """Read currency units as hundredths, exactly; `ValueError` if it is no such amount."""
    match = AMOUNT.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not an amount: write digits, and at most two decimals after a point")
    return int(match[1]) * CENTS + int((match[2] or "").ljust(2, "0"))


def format_amount(cents: int) -> str:
    """Write hundredths as currency units, without decimals where there are none."""
    whole, rest = divmod(cents, CENTS)
    return f"{whole}.{rest:02}" if rest else str(whole)


def parse_number(text: str) -> int:
    """Read a whole number, "7" or "7.0"; `ValueError` if it is none."""
    match = NUMBER.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a whole number")
    return int(match[1])


def parse_optional(text: str) -> int | None:
    """Read a whole number that may be blank."""
    return parse_number(text) if text else None


def one_line(text: str) -> str:
    """A text with its white space, line breaks included, made single blanks; none at the ends."""
    return " ".join(text.split())


def tidy(name: str, text: str) -> str:
    """A cell as it is kept: no blanks at its ends or, in a list, round commas; line breaks as newlines."""
    if name in LISTS:
        return one_line(text).replace(" ,", ",").replace(", ", ",")
    return text.strip().replace("\r\n", "\n").replace("\r", "\n")


def ordered(names: Collection[str], order: Sequence[str]) -> list[str]:
    """Names in the order of the format; those it does not know come last, as they came."""
    known: Set[str] = frozenset(order)
    return [name for name in order if name in names] + [name for name in names if name not in known]
