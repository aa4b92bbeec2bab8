"""What a replay says in the end: the verdict on one election, and a table of several."""

import textwrap
from collections.abc import Sequence

import msgspec

from schema.pb import format_amount
from service.rehearsal.checks import Check
from service.rehearsal.election import Election

WIDTH = 100
COLUMNS = ("file", "rule", "ballots", "projects", "expected", "got", "verdict", "seconds", "ballots/s")


class Result(msgspec.Struct, frozen=True):
    """One replay. ``funded``: numbers of projects; ``casts`` ballots were accepted in ``voting`` of ``seconds``;
    ``page`` is the outcome's address in the house, ``bundle`` that of all there is to check."""

    election: Election
    funded: frozenset[int]
    checks: tuple[Check, ...]
    casts: int
    voting: float
    seconds: float
    page: str
    bundle: str

    @property
    def same(self) -> bool:
        """Whether the outcome is the published one, where one was published."""
        return self.election.published in {None, self.funded}

    @property
    def held(self) -> bool:
        """Whether everything held."""
        return self.same and all(check.holds for check in self.checks)


def headline(election: Election) -> str:
    """What is about to be replayed."""
    ballots, projects = f"{len(election.ballots):,} ballots", f"{len(election.projects)} projects"
    pot = f"{format_amount(election.money)} {election.currency}"
    return f"{election.name}: {ballots}, {projects}, {pot}, by {election.rule_name}"


def check_lines(checks: Sequence[Check]) -> str:
    """One line for each check."""
    return "\n".join(
        textwrap.fill(
            check.sentence,
            WIDTH,
            initial_indent=f"  {'good ' if check.holds else 'WRONG'}  ",
            subsequent_indent=" " * 9,
        )
        for check in checks
    )


def verdict(result: Result) -> str:
    """One sentence, followed by a line for each project that differs."""
    election, published = result.election, result.election.published
    if published is None:
        return f"{len(result.funded)} projects funded; the file does not say which ones {election.place} funded."
    if result.same:
        return f"Same {len(published)} projects as {election.place} published."
    lines = [f"Not the {len(published)} projects that {election.place} published:"]
    for project in election.projects:
        if (project.number in published) != (project.number in result.funded):
            whose = "published, but not funded here" if project.number in published else "funded here, not published"
            lines.append(f"  {whose}: {project.known_as} {project.title}")
    return "\n".join(lines)


def table(results: Sequence[Result]) -> str:
    """The results as aligned columns."""
    rows = [COLUMNS, *(_row(result) for result in results)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    texts = {0, 1, 6}
    return "\n".join(
        "  ".join(
            cell.ljust(width) if at in texts else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _row(result: Result) -> tuple[str, ...]:
    election = result.election
    words = "same" if result.same else "differs"
    return (
        election.name,
        election.rule_name,
        f"{len(election.ballots):,}",
        f"{len(election.projects)}",
        "-" if election.published is None else f"{len(election.published)}",
        f"{len(result.funded)}",
        words if result.held or not result.same else "check failed",
        f"{result.seconds:.1f}",
        f"{result.casts / result.voting:.0f}",
    )
