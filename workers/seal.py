"""Seal: from the facts of a closed pot to the bytes that are published. Pure: the same facts, the same bytes (P6)."""

from collections import Counter
from collections.abc import Iterable, Sequence

from schema.outcome import Outcome
from schema.pb import PbFile, PbProject, PbVoter, declaration, format_amount, write_pb
from schema.pb.form import SINGLE
from schema.snapshot import CountedProject, Group, Inputs, Ledger, Snapshot, Sums, canonical, input_hash
from schema.styles import Approval, Cumulative, Knapsack, Ranked, Scored, Style
from workers.profile import count_inputs
from workers.store.snapshots import Pot, Project, Sealed


def seal(
    pot: Pot, projects: Sequence[Project], groups: Sequence[Group], sums: Sums, ledger: Ledger, corrects: str | None
) -> Sealed:
    """Count a pot. ``groups`` are its current ballots that count; ``sums`` say where all other revisions went.

    ``ledger`` holds a leaf for each of these; ``corrects`` is the hash of the snapshot before it, if any.
    """
    ordered = tuple(sorted(groups))
    costs = tuple(sorted((project.number, project.cost) for project in projects))
    inputs = Inputs(pot.money, pot.rule, pot.ties, pot.style, costs, ordered)
    outcome = count_inputs(inputs)
    hashed = input_hash(inputs)
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
        projects=supported(((project.number, project.title, project.cost) for project in projects), ordered),
        sums=sums,
        ballots_floor=pot.ballots_floor,
        ledger=ledger,
        input_hash=hashed.hex(),
        outcome=outcome,
        corrects=corrects,
    )
    pb = _pb(pot, projects, ordered, outcome).encode()
    return Sealed(canonical(snapshot), canonical(inputs), hashed, pb, snapshot.withheld)


def supported(projects: Iterable[tuple[int, str, int]], groups: Iterable[Group]) -> tuple[CountedProject, ...]:
    """Each project (number, title, cost) with the number of ballots that choose it, by number."""
    supporters: Counter[int] = Counter()
    for group in groups:
        for number in group.choices:
            supporters[number] += group.voters
    return tuple(CountedProject(number, title, cost, supporters[number]) for number, title, cost in sorted(projects))


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
