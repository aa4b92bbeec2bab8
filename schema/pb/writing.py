"""Writing a file in the form that the public checker accepts."""

import csv
from collections import Counter
from io import StringIO

from schema.pb.form import (
    META_ORDER,
    POINTED,
    PROJECT_ORDER,
    VOTER_ORDER,
    PbFile,
    PbProject,
    PbVoter,
    format_amount,
    given_points,
    one_line,
    ordered,
    tidy,
)


def write_pb(file: PbFile) -> str:
    """Write a file; `read_pb` gives the same file back.

    The numbers of projects and ballots and the votes of each project are counted here, whatever `file` says; so are
    the scores, if `file` gives any. A cell's blanks at its ends go, its line breaks become newlines.
    """
    votes: Counter[str] = Counter()
    scores: Counter[str] = Counter()
    for voter in file.voters:
        votes.update(voter.choices)
        for choice, points in zip(voter.choices, given_points(file.vote_type, voter), strict=True):
            scores[choice] += points
    scored = any(project.score is not None for project in file.projects)
    pointed = file.vote_type in POINTED
    meta = file.meta | {"num_projects": str(len(file.projects)), "num_votes": str(len(file.voters))}
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    for section, obligatory, order, rows in (
        (
            "META",
            ["key", "value"],
            [],
            [{"key": key, "value": tidy(key, meta[key])} for key in ordered(meta, META_ORDER)],
        ),
        (
            "PROJECTS",
            ["project_id", "cost"],
            PROJECT_ORDER,
            [_project(each, votes[each.id], scores[each.id] if scored else None) for each in file.projects],
        ),
        (
            "VOTES",
            ["voter_id", "vote", *(["points"] if pointed else [])],
            VOTER_ORDER,
            [_voter(voter, pointed) for voter in file.voters],
        ),
    ):
        columns = ordered(dict.fromkeys([*obligatory, *(column for row in rows for column in row)]), order)
        writer.writerows([[section], columns])
        writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return text.getvalue()


def _project(project: PbProject, votes: int, score: int | None) -> dict[str, str]:
    numbers = {"votes": votes, "score": score, "selected": project.selected}
    return (
        {"project_id": one_line(project.id), "cost": format_amount(project.cost)}
        | {column: str(number) for column, number in numbers.items() if number is not None}
        | ({"name": tidy("name", project.name)} if project.name else {})
        | {column: tidy(column, text) for column, text in project.other.items()}
    )


def _voter(voter: PbVoter, pointed: bool) -> dict[str, str]:
    return (
        {"voter_id": one_line(voter.id), "vote": ",".join(voter.choices)}
        | ({"points": ",".join(map(str, voter.points))} if pointed else {})
        | {column: tidy(column, text) for column, text in voter.other.items()}
    )
