"""Seal: from the facts of a closed pot to the bytes that are published. Pure: the same facts, the same bytes (P6)."""

from collections.abc import Sequence

import msgspec

from schema.outcome import Outcome
from schema.pb import RULES, PbFile, PbProject, PbVoter, format_amount, write_pb
from schema.rules import Rule
from schema.snapshot import CountedProject, Group, Inputs, Snapshot, Sums, canonical, input_hash
from schema.styles import Approval, Knapsack
from workers import tally
from workers.store.snapshots import Pot, Project
from workers.tally.instance import Ballot


class Sealed(msgspec.Struct, frozen=True):
    """A snapshot's canonical JSON, the hash of its inputs (32 bytes), and its ballots as a ``.pb`` file."""

    content: bytes
    input_hash: bytes
    pb: bytes


def seal(pot: Pot, projects: Sequence[Project], groups: Sequence[Group], sums: Sums) -> Sealed:
    """Count a pot. ``groups`` are its current ballots that count; ``sums`` say where all other revisions went."""
    ordered = tuple(sorted(groups))
    outcome = tally.count(
        tally.Instance(pot.money, tuple(tally.Project(str(project.number), project.cost) for project in projects)),
        tally.Profile(tuple(Ballot(frozenset(map(str, group.choices)), group.voters) for group in ordered)),
        pot.rule,
        pot.ties,
    )
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
    ballots = (tuple(map(str, group.choices)) for group in groups for _ in range(group.voters))
    return write_pb(
        PbFile(
            meta=_meta(pot),
            projects=tuple(
                PbProject(id=number, cost=project.cost, name=project.title, selected=int(number in outcome.funded))
                for project in sorted(projects, key=lambda project: project.number)
                for number in [str(project.number)]
            ),
            voters=tuple(PbVoter(str(number), choices) for number, choices in enumerate(ballots, 1)),
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
        "vote_type": "approval",
        "rule": _rule_name(pot.rule),
        "date_begin": pot.opened_on.strftime("%d.%m.%Y"),
        "date_end": pot.closed_on.strftime("%d.%m.%Y"),
    }
    match pot.style:
        case Approval(max_choices, min_choices):
            return meta | {"min_length": str(min_choices), "max_length": str(max_choices)}
        case Knapsack(max_cost):
            return meta | {"max_sum_cost": format_amount(max_cost)}


def _rule_name(rule: Rule) -> str:
    """The format's name of a rule; a variant that it has no name for carries ours, so that nobody recounts another."""
    named = {rule: name for name, rule in RULES.items()}
    return named.get(rule) or msgspec.json.encode(rule).decode()
