"""Seal: from the facts of a closed pot to the bytes that are published. Pure: the same facts, the same bytes (P6)."""

from collections.abc import Sequence

import msgspec

from schema.outcome import Outcome
from schema.pb import PbFile, PbProject, PbVoter, declaration, format_amount, write_pb
from schema.pb.form import SINGLE
from schema.snapshot import CountedProject, Group, Inputs, Snapshot, Sums, canonical, input_hash
from schema.styles import Approval, Cumulative, Knapsack, Ranked, Scored, Style
from workers import tally
from workers.profile import instance_of, profile_of
from workers.store.snapshots import Pot, Project


class Sealed(msgspec.Struct, frozen=True):
    """A snapshot's canonical JSON, the hash of its inputs (32 bytes), and its ballots as a ``.pb`` file."""

    content: bytes
    input_hash: bytes
    pb: bytes


def seal(pot: Pot, projects: Sequence[Project], groups: Sequence[Group], sums: Sums) -> Sealed:
    """Count a pot. ``groups`` are its current ballots that count; ``sums`` say where all other revisions went."""
    ordered = tuple(sorted(groups))
    outcome = tally.count(instance_of(pot, projects), profile_of(pot.style, ordered), pot.rule, pot.ties)
    costs = tuple(sorted((project.number, project.cost) for project in projects))
    hashed = input_hash(Inputs(pot.money, pot.rule, pot.ties, pot.style, costs, ordered))
    snapshot = Snapshot(
        municipality=pot.municipality,
        round_id=pot.round_id,
        round=pot.round,
        pot_id=pot.id,
        pot=pot.name,
        currency=pot.currency,
        money=pot.money,
        style=pot.style,
        rule=pot.rule,
        ties=pot.ties,
        projects=_supported(projects, ordered),
        sums=sums,
        input_hash=hashed.hex(),
        outcome=outcome,
    )
    return Sealed(canonical(snapshot), hashed, _pb(pot, projects, ordered, outcome).encode())


def _supported(projects: Sequence[Project], groups: Sequence[Group]) -> tuple[CountedProject, ...]:
    supporters = dict.fromkeys((project.number for project in projects), 0)
    for group in groups:
        for number in group.choices:
            supporters[number] += group.voters
    ordered = sorted(projects, key=lambda project: project.number)
    return tuple(CountedProject(p.number, p.title, p.cost, supporters[p.number]) for p in ordered)


def _pb(pot: Pot, projects: Sequence[Project], groups: Sequence[Group], outcome: Outcome) -> str:
    """The counted ballots in the field's own format; voters are numbered in the order of their choices."""
    meta = _meta(pot)
    score = None if meta["vote_type"] in SINGLE else 0
    ballots = ((tuple(map(str, group.choices)), group.points) for group in groups for _ in range(group.voters))
    return write_pb(
        PbFile(
            meta=meta,
            projects=tuple(
                PbProject(number, project.cost, project.title, score=score, selected=int(number in outcome.funded))
                for project in sorted(projects, key=lambda project: project.number)
                for number in [str(project.number)]
            ),
            voters=tuple(PbVoter(str(number), *ballot) for number, ballot in enumerate(ballots, 1)),
        )
    )


def _meta(pot: Pot) -> dict[str, str]:
    meta = {
        "description": f"{pot.round}, {pot.name}",
        "country": "",
        "unit": pot.municipality,
        "instance": str(pot.opened_on.year),
        "subunit": pot.name,
        "budget": format_amount(pot.money),
        "currency": pot.currency,
        "date_begin": pot.opened_on.strftime("%d.%m.%Y"),
        "date_end": pot.closed_on.strftime("%d.%m.%Y"),
    }
    return meta | declaration(pot.rule) | _form(pot.style)


def _form(style: Style) -> dict[str, str]:
    """A style in the format's words: the type of ballot, and what it may hold."""
    match style:
        case Approval(max_choices, min_choices):
            return {"vote_type": "approval", "min_length": str(min_choices), "max_length": str(max_choices)}
        case Knapsack(max_cost):
            return {"vote_type": "approval", "max_sum_cost": format_amount(max_cost)}
        case Cumulative(max_points, max_points_per_project, max_choices, min_choices):
            length = {"min_length": str(min_choices)} | ({"max_length": str(max_choices)} if max_choices else {})
            points = {"min_points": "1", "max_points": str(max_points_per_project), "max_sum_points": str(max_points)}
            return {"vote_type": "cumulative", **length, **points}
        case Ranked(max_choices, min_choices):
            return {"vote_type": "ordinal", "min_length": str(min_choices), "max_length": str(max_choices)}
        case Scored(max_score):
            return {"vote_type": "scoring", "min_points": "1", "max_points": str(max_score), "default_score": "0"}
