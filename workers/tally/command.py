"""`byalag tally FILE.pb`: count an election from a file, without any server."""

import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO, cast, get_args

import click
import msgspec
from msgspec import Struct
from msgspec.structs import replace

from schema.comparison import WhatIf
from schema.outcome import Exact, Outcome
from schema.pb import CENTS, NotCounted, PbError, PbHead, format_amount, read_pb, rule_of
from schema.pb.rule import DECLARED
from schema.pb.rule import RULES as NAMES
from schema.rules import (
    Criterion,
    EqualShares,
    GreedyByVotes,
    MaximinSupport,
    Rule,
    SequentialPhragmen,
    TieOrder,
    Utility,
)
from workers.tally import Case, Instance, count_case
from workers.tally.axioms import Verdict, axioms
from workers.tally.comparison import alternatives, compare
from workers.tally.reading import Election, read_election
from workers.tally.sentences import Money, name_of, reason, rounded, shares_in_words, tie_in_words, verdict_in_words

RULES: dict[str, Rule] = {
    "greedy": GreedyByVotes(),
    "greedy-no-skip": GreedyByVotes(misfit="stop"),
    "greedy-per-cost": GreedyByVotes(per_cost=True),
    "greedy-partial": GreedyByVotes(partial_percent=1),
    "equal-shares": EqualShares(),
    "equal-shares-add1": EqualShares(step=CENTS),
    "equal-shares-add1-exhaustive": EqualShares(step=CENTS, until="exhaustive"),
    "equal-shares-add1-votes": EqualShares(step=CENTS, completion="votes"),
    "equal-shares-add1-phragmen": EqualShares(step=CENTS, completion="phragmen"),
    "equal-shares-add1-comparison": EqualShares(step=CENTS, comparison=True),
    "equal-shares-cardinality-add1": EqualShares(utility="cardinality", step=CENTS),
    "equal-shares-additive-add1": EqualShares(utility="additive", step=CENTS),
    "phragmen": SequentialPhragmen(),
    "maximin-support": MaximinSupport(),
}
CHUNK = 2**20
LONG = 50
"""So many letters of a project's name stand before its reason."""
PATIENCE = 2.0
"""Seconds after which somebody who waits is told what for."""


class Uncounted(click.ClickException):
    """The file or what is asked for does not say how to count: one sentence says why."""

    exit_code = 2


class NamedRule(click.ParamType[Rule | str]):
    """A rule by its name here, as a file may declare it, or as a round has it.

    Of the format's own names those whose rule depends on what else a file says stay names.
    """

    name = "rule"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Rule | str:
        """Read a rule; fails with what can be given."""
        if value in RULES:
            return RULES[value]
        if value in DECLARED:
            return NAMES.get(value) or str(value)
        try:
            rule: Rule = msgspec.json.decode(value, type=Rule)
        except msgspec.DecodeError as error:
            fault = f" ({error})" if value.startswith("{") else ""
            self.fail(
                f"{value!r} is no rule{fault}. Name one of {', '.join(RULES)}; or as files do, one of "
                f"{', '.join(name for name in DECLARED if name not in RULES)}; or declare one: "
                '\'{"rule": "greedy_by_votes"}\'.'
            )
        return rule


class Counted(Struct, frozen=True):
    """A file and its count. `scale`: hundredths of a currency unit in one of the amounts here."""

    election: Election
    case: Case
    rule: Rule
    outcome: Outcome
    scale: int

    def money(self, amount: int | Exact) -> str:
        """An amount in currency units, for reading."""
        unit = self.election.head.meta.get("currency", "")
        return f"{in_groups(rounded(amount, self.scale))} {unit}".rstrip()

    @property
    def named(self) -> dict[str, str]:
        """Each project with its name, by id; long names are cut."""
        names = {project.id: " ".join(project.name.split()) for project in self.election.head.projects}
        return {
            project: f"{project} {name if len(name) <= LONG else name[: LONG - 1].rstrip() + '…'}".rstrip()
            for project, name in names.items()
        }


def in_groups(cents: int) -> str:
    """Hundredths as currency units with their digits in groups of three."""
    whole, point, rest = format_amount(cents).partition(".")
    return f"{int(whole):,}".replace(",", " ") + point + rest


@click.command()
@click.argument("source", metavar="FILE.pb", type=click.File("rb"))
@click.option("--rule", type=NamedRule(), metavar="RULE", help="Count by this rule instead of the declared one.")
@click.option(
    "--ties", default="lower_cost,more_votes,lot", show_default=True, metavar="ORDER", help="What breaks ties."
)
@click.option("--seed", default="byalag", show_default=True, help="What the lot is drawn from, should a tie need it.")
@click.option("--weights", metavar="COLUMN", help="Weigh ballots by this column of VOTES (whole numbers).")
@click.option("--strict", is_flag=True, help="Refuse a file with anything amiss, instead of warning of it.")
@click.option("--explain", is_flag=True, help="Say for each project why it is funded or not.")
@click.option(
    "--axioms", "ask", is_flag=True, help="Say what the outcome fulfils: is it exhaustive, proportional, paid for?"
)
@click.option("--compare", "side_by_side", is_flag=True, help="Show what other rules make of the same ballots.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def tally(
    source: BinaryIO,
    rule: Rule | str | None,
    ties: str,
    seed: str,
    weights: str | None,
    strict: bool,
    explain: bool,
    ask: bool,
    side_by_side: bool,
    as_json: bool,
) -> None:
    """Count an election from a Pabulib file, by the rule that the file declares.

    RULE is one of greedy, greedy-no-skip, greedy-per-cost, greedy-partial, equal-shares, equal-shares-add1
    (-exhaustive, -votes, -phragmen, -comparison), equal-shares-cardinality-add1, equal-shares-additive-add1, phragmen,
    maximin-support; or a declaration in JSON as a round has it, in which amounts are hundredths of a currency unit.

    Names as files declare them will do as well: greedy-threshold (with the file's own threshold), greedy-exclusive,
    equalshares, equalshares/add1, and these with -comparison.

    ORDER is a list of lower_cost, more_votes, id and lot, which ends with id or lot.
    """
    try:
        election = read(source, weights, strict)
        if isinstance(rule, str):
            election, rule = declaring(election, rule)
        declared = rule or rule_of(election.head)
    except NotCounted as error:
        raise Uncounted(f"{error} Give --rule; `byalag tally --help` lists them.") from error
    except PbError as error:
        raise Uncounted(str(error)) from error
    order = tie_order(ties, seed)
    try:
        case, scaled, scale = prepare(election, declared, order)
        with patience("counting"):
            counted = Counted(election, case, scaled, count_case(case, scaled), scale)
            verdicts = axioms(case, counted.outcome, utility_of(scaled)) if ask else ()
            what_if = others(counted) if side_by_side else None
    except ValueError as error:
        raise Uncounted(str(error)) from error
    if as_json:
        click.echo(as_object(counted, verdicts, what_if))
    else:
        click.echo("\n".join(as_text(counted, explain, verdicts, what_if)))


def read(source: BinaryIO, weights: str | None, strict: bool) -> Election:
    """Read a file; with a progress bar if it is a large one."""
    if strict:
        text = source.read()
        read_pb(text, strict=True)
        return read_election(text, weights)
    size = os.fstat(source.fileno()).st_size if source.seekable() else 0
    with click.progressbar(length=size, label="reading", file=sys.stderr, hidden=size < 16 * CHUNK) as bar:

        def chunks() -> Iterator[bytes]:
            while chunk := source.read(CHUNK):
                yield chunk
                bar.update(len(chunk))

        return read_election(chunks(), weights)


def declaring(election: Election, name: str) -> tuple[Election, Rule]:
    """The rule that the file would declare by this name of the format; what is to be said of that is a warning."""
    head = PbHead(election.head.meta | {"rule": name}, election.head.projects)
    remarks = [remark for remark in head.remarks if remark not in election.warnings]
    return replace(election, warnings=(*election.warnings, *remarks)), rule_of(head)


def tie_order(ties: str, seed: str) -> TieOrder:
    """The tie order that was asked for."""
    criteria = tuple(ties.split(","))
    if unknown := [name for name in criteria if name not in get_args(Criterion)]:
        known = ", ".join(get_args(Criterion))
        raise click.BadParameter(f"{unknown[0]!r} is none of {known}.", param_hint="--ties")
    try:
        return TieOrder(seed, cast(tuple[Criterion, ...], criteria))
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--ties, --seed") from error


def prepare(election: Election, rule: Rule, order: TieOrder) -> tuple[Case, Rule, int]:
    """The case and the rule in whole currency units, if the file knows no smaller amounts, or else in hundredths."""
    instance = election.instance
    amounts = (instance.budget, *(project.cost for project in instance.projects), *amounts_of(rule))
    scale = 1 if any(amount % CENTS for amount in amounts) else CENTS
    projects = tuple(replace(project, cost=project.cost // scale) for project in instance.projects)
    case = Case.of(Instance(instance.budget // scale, projects), election.profile, order)
    return case, in_units(rule, scale), scale


def amounts_of(rule: Rule) -> list[int]:
    """The amounts of money that a rule states."""
    match rule:
        case EqualShares(step=step):
            return [step]
        case GreedyByVotes(caps=caps):
            return [cap.money for cap in caps if cap.money is not None]
        case _:
            return []


def in_units(rule: Rule, scale: int) -> Rule:
    """A rule with its amounts in units of so many hundredths."""
    match rule:
        case EqualShares(step=step):
            return replace(rule, step=step // scale)
        case GreedyByVotes(caps=caps):
            return replace(rule, caps=tuple(replace(c, money=c.money and c.money // scale) for c in caps))
        case _:
            return rule


@contextmanager
def patience(what: str) -> Iterator[None]:
    """Tell somebody at a terminal, every second, that this still goes on, once it has taken a while."""
    done = threading.Event()

    def tell() -> None:
        seconds = PATIENCE
        while not done.wait(PATIENCE if seconds == PATIENCE else 1):
            click.echo(f"\r{what} ... {seconds:.0f} s", nl=False, err=True)
            seconds += 1
        if seconds > PATIENCE:
            click.echo("\r\x1b[K", nl=False, err=True)

    teller = threading.Thread(target=tell, daemon=True)
    if sys.stderr.isatty():
        teller.start()
    try:
        yield
    finally:
        done.set()
        if teller.is_alive():
            teller.join()


def utility_of(rule: Rule) -> Utility:
    """The utility by which proportionality is asked for: the rule's own, if it has one."""
    return rule.utility if isinstance(rule, EqualShares) else "cost"


def others(counted: Counted) -> WhatIf:
    """The same ballots by the usual other rules, the rule of the count first."""
    rules = dict.fromkeys((counted.rule, *alternatives(CENTS // counted.scale)))
    return compare(counted.case, [(rule, count_case(counted.case, rule)) for rule in rules])


def as_object(counted: Counted, verdicts: Sequence[Verdict], what_if: WhatIf | None) -> str:
    """The count as one JSON object; the explanations are its `trace`, in order of funding."""
    outcome, head = counted.outcome, counted.election.head
    published = head.published
    found: dict[str, object] = {
        "rule": counted.rule,
        "tie_order": counted.case.order,
        "amounts_in": "currency units" if counted.scale == CENTS else "hundredths",
        "funded": outcome.funded,
        "partly": outcome.partly,
        "spent": outcome.spent,
        "budget": outcome.budget,
        "voters": counted.case.voters,
        "shares": outcome.shares,
        "ties": outcome.ties,
        "trace": outcome.explanations,
        "published": None if published is None else sorted(published),
        "as_published": None if published is None else published == set(outcome.funded),
        "warnings": counted.election.warnings,
    }
    if verdicts:
        found["axioms"] = verdicts
    if what_if:
        found["compare"] = what_if
    return msgspec.json.encode(found).decode()


def as_text(counted: Counted, explain: bool, verdicts: Sequence[Verdict], what_if: WhatIf | None) -> list[str]:
    """The count as lines for people."""
    case, outcome, head, money = counted.case, counted.outcome, counted.election.head, counted.money
    names = {project.id: " ".join(project.name.split()) for project in head.projects}
    costs = {project.id: project.cost for project in case.projects}
    width = max(map(len, ("project", *outcome.funded)))
    rule, unit = counted.rule, "votes" if case.scores == case.votes else "points"
    # What the order goes by, or who pays.
    shown = unit if isinstance(rule, GreedyByVotes) else "votes"
    measures = case.scores if shown == "points" else case.votes
    measured = {project.id: measure for project, measure in zip(case.projects, measures, strict=True)}
    per_point = isinstance(rule, EqualShares) and rule.utility == "additive"
    reasons = (f"{counted.named[fact.project]}: {reason(fact, money, per_point)}" for fact in outcome.explanations)
    part = outcome.spent - sum(costs[project] for project in outcome.funded)
    return [
        f"{head.meta.get('description') or 'An election'}: {len(case.projects)} projects, {case.voters} ballots",
        f"Rule: {name_of(rule, money, unit)}",
        "",
        f"  #  {'project':{width}}  {shown:>6}  {'cost':>14}",
        *(
            f"{place:3}  {project:{width}}  {measured[project]:6}  "
            f"{in_groups(costs[project] * counted.scale):>14}  {names[project]}".rstrip()
            for place, project in enumerate(outcome.funded, 1)
        ),
        "",
        f"Funded {len(outcome.funded)} of {len(case.projects)} projects, "
        f"spent {money(outcome.spent)} of {money(outcome.budget)}.",
        *(
            [f"{counted.named[outcome.partly]} gets {money(part)} of the {money(costs[outcome.partly])} it costs."]
            if outcome.partly
            else []
        ),
        *shares_in_words(outcome.shares, money),
        *map(tie_in_words, outcome.ties),
        against_published(counted),
        *(("", *reasons) if explain else ()),
        *(("", *(verdict_in_words(verdict, money) for verdict in verdicts)) if verdicts else ()),
        *(("", *beside_each_other(what_if, money, unit)) if what_if else ()),
        *(f"Note: {warning}" for warning in counted.election.warnings),
    ]


def beside_each_other(what_if: WhatIf, money: Money, unit: str) -> list[str]:
    """The alternatives as a table: what each funds and spends, whom it reaches, and what it shares with the first."""
    common = {pair.second: pair.common for pair in what_if.pairs if pair.first == 0}
    return [
        "   funded           spent  reached  in common  rule",
        *(
            f"{len(each.funded):9}  {money(each.spent):>14}  {100 * each.represented / max(what_if.voters, 1):5.1f} %  "
            f"{common.get(place, len(each.funded)):9}  {name_of(each.rule, money, unit)}"
            for place, each in enumerate(what_if.alternatives)
        ),
        "Reached: voters who support at least one funded project. In common: projects that the first rule funds too.",
    ]


def against_published(counted: Counted) -> str:
    """Whether the count is what the file says was funded."""
    published, funded = counted.election.head.published, set(counted.outcome.funded)
    if published is None:
        return "The file does not say which projects were funded."
    if published == funded:
        return f"The same {len(published)} projects as published."
    return (
        f"Not the projects that were published: only here {', '.join(sorted(funded - published)) or 'none'}; "
        f"only published {', '.join(sorted(published - funded)) or 'none'}."
    )
