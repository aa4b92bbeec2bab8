"""What the public checker of the format would complain about."""

import re
from collections.abc import Iterator

from schema.pb.form import OBLIGATORY, PbFile, format_amount


def check(file: PbFile) -> list[str]:
    """Complaints about a file that was read, one sentence each: its warnings first, then what its content has wrong."""
    return [*file.warnings, *_meta(file), *_costs(file), *_selection(file)]


def _meta(file: PbFile) -> Iterator[str]:
    for key in OBLIGATORY:
        if key not in file.meta:
            yield f"META has no {key!r}."
    for key in ("date_begin", "date_end"):
        date = file.meta.get(key, "2000")
        if not re.fullmatch(r"(\d{2}\.\d{2}\.)?\d{4}", date):
            yield f"META gives {key} as {date!r}: write dd.mm.yyyy or a year."
    if not file.meta.get("comment", "#1: ").startswith("#1: "):
        yield 'The comment in META does not start with "#1: ".'
    for key in ("fully_funded", "experimental"):
        if file.meta.get(key, "1") != "1":
            yield f"META gives {key} as {file.meta[key]!r}: write 1 or leave it out."


def _costs(file: PbFile) -> Iterator[str]:
    for project in file.projects:
        if project.cost == 0:
            yield f"Project {project.id!r} has no cost."
        if project.cost > file.budget:
            yield f"Project {project.id!r} costs {format_amount(project.cost)}, more than the whole budget."
        if project.votes is None and project.score is None:
            yield f"Project {project.id!r} has neither votes nor a score."
        if project.votes == 0:
            yield f"Project {project.id!r} has no votes: was it on the ballot?"


def _selection(file: PbFile) -> Iterator[str]:
    """Whether the projects that were funded fit the budget and, where they were taken by votes, leave no room."""
    codes = {project.selected for project in file.projects}
    for code in sorted(code for code in codes if code not in {None, 0, 1, 2, 3}):
        yield f"A project has {code} in selected: write 0, 1, 2 or 3."
    left = file.budget - sum(project.cost for project in file.projects if project.selected == 1)
    if left < 0:
        yield f"The selected projects cost {format_amount(-left)} more than the budget."
    if file.meta.get("fully_funded") == "1":
        return
    if sum(project.cost for project in file.projects) < file.budget:
        yield "The budget pays for all projects, but META has no fully_funded."
    for project in file.projects:
        if file.meta.get("rule") == "greedy" and project.selected == 0 and project.cost <= left:
            yield f"Project {project.id!r} could be funded with the {format_amount(left)} left, but is not selected."
