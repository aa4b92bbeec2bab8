"""`byalag tally FILE.pb`: count an election from a file, without any server."""

from fractions import Fraction
from typing import BinaryIO, assert_never

import click
import msgspec

from schema.outcome import (
    CostsMoreThanPot,
    DidNotFit,
    Exact,
    Explanation,
    FundedByCompletion,
    FundedByShares,
    FundedByVotes,
    Outcome,
    SupportersShort,
)
from schema.pb import CENTS, NotCounted, PbError, PbFile, format_amount, read_pb, require_approval, rule_of
from schema.rules import EqualShares, GreedyByVotes, Rule, TieOrder
from workers.tally import Instance, Profile, Project, count

RULES: dict[str, Rule] = {
    "greedy": GreedyByVotes(),
    "equal_shares": EqualShares(),
    "equal_shares_add1": EqualShares(step=CENTS),
    "equal_shares_add1_fill": EqualShares(step=CENTS, fill=True),
    "equal_shares_add1_comparison": EqualShares(step=CENTS, comparison=True),
}


@click.command()
@click.argument("source", metavar="FILE.pb", type=click.File("rb"))
@click.option("--rule", "name", type=click.Choice(list(RULES)), help="Count by this rule instead of the declared one.")
@click.option("--seed", default="byalag", show_default=True, help="What the lot is drawn from, should a tie need it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object; amounts are in hundredths.")
@click.option("--explain", is_flag=True, help="Say for each project why it is funded or not.")
def tally(source: BinaryIO, name: str | None, seed: str, as_json: bool, explain: bool) -> None:
    """Count an election from a Pabulib file, by the rule that the file declares."""
    try:
        file = read_pb(source.read())
        require_approval(file)
    except PbError as error:
        raise click.ClickException(str(error)) from error
    try:
        rule = RULES[name] if name else rule_of(file)
    except NotCounted as error:
        raise click.ClickException(f"{error} To count by another rule, give --rule.") from error
    try:
        order = TieOrder(seed)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--seed") from error
    instance = Instance(file.budget, tuple(Project(project.id, project.cost) for project in file.projects))
    outcome = count(instance, Profile.of(voter.choices for voter in file.voters), rule, order)
    lines = [as_object(file, rule, order, outcome)] if as_json else as_text(file, rule, outcome, explain)
    click.echo("\n".join(lines))


def as_object(file: PbFile, rule: Rule, order: TieOrder, outcome: Outcome) -> str:
    """The count as one JSON object; the explanations are its `trace`, in order of funding."""
    published = file.published
    return msgspec.json.encode(
        {
            "rule": rule,
            "tie_order": order,
            "funded": outcome.funded,
            "spent": outcome.spent,
            "budget": outcome.budget,
            "shares": outcome.shares,
            "ties": outcome.ties,
            "trace": outcome.explanations,
            "published": None if published is None else sorted(published),
            "as_published": None if published is None else published == set(outcome.funded),
            "warnings": file.warnings,
        }
    ).decode()


def as_text(file: PbFile, rule: Rule, outcome: Outcome, explain: bool) -> list[str]:
    """The count as lines for people."""
    unit = file.meta.get("currency", "")
    names = {project.id: project.name for project in file.projects}
    funded = outcome.explanations[: len(outcome.funded)]
    width = max(map(len, ("project", *outcome.funded)))
    return [
        f"{file.meta.get('description') or 'An election'}: {len(file.projects)} projects, {len(file.voters)} ballots",
        f"Rule: {name_of(rule)}",
        "",
        f"  #  {'project':{width}}  votes  {'cost':>14}",
        *(
            f"{place:3}  {fact.project:{width}}  {fact.votes:5}  {format_amount(fact.cost):>14}  {names[fact.project]}"
            for place, fact in enumerate(funded, 1)
        ),
        "",
        f"Funded {len(funded)} of {len(file.projects)} projects, "
        f"spent {money(outcome.spent, unit)} of {money(outcome.budget, unit)}.",
        *shares_in_words(outcome, unit),
        *(
            f"Tie between {', '.join(tie.tied)}: {tie.first} came first ({tie.criterion.replace('_', ' ')})."
            for tie in outcome.ties
        ),
        against_published(file, outcome),
        *(["", *(f"{fact.project}: {in_words(fact, unit)}" for fact in outcome.explanations)] if explain else []),
        *(f"Note: {warning}" for warning in file.warnings),
    ]


def name_of(rule: Rule) -> str:
    """The rule with its variant, as part of a sentence."""
    match rule:
        case GreedyByVotes():
            return "greedy by votes"
        case EqualShares():
            add1 = f", Add1 by {format_amount(rule.step)} until an increment overspends" if rule.step else ""
            fill = ", completed by votes" if rule.fill else ""
            return f"equal shares{add1}{fill}{', compared with greedy' if rule.comparison else ''}"
        case _:
            assert_never(rule)


def shares_in_words(outcome: Outcome, unit: str) -> list[str]:
    """How equal shares were reached, if that was the rule."""
    if outcome.shares is None:
        return []
    increments = f", {outcome.shares.increments} increments included" if outcome.shares.increments else ""
    reached = f"Every voter had a share of {money(outcome.shares.share, unit)}{increments}."
    comparison = outcome.shares.comparison
    if comparison is None:
        return [reached]
    verdict = "so the greedy outcome is used" if comparison.replaced else "so the equal shares stand"
    return [
        reached,
        f"{comparison.prefer_greedy} voters get more out of the greedy outcome, "
        f"{comparison.prefer_shares} out of equal shares, {verdict}.",
    ]


def against_published(file: PbFile, outcome: Outcome) -> str:
    """Whether the count is what the file says was funded."""
    published, funded = file.published, set(outcome.funded)
    if published is None:
        return "The file does not say which projects were funded."
    if published == funded:
        return f"The same {len(published)} projects as published."
    return (
        f"Not the projects that were published: only here {', '.join(sorted(funded - published)) or 'none'}; "
        f"only published {', '.join(sorted(published - funded)) or 'none'}."
    )


def in_words(fact: Explanation, unit: str) -> str:
    """One explanation as a sentence."""
    match fact:
        case FundedByVotes() | FundedByCompletion():
            return f"funded by votes ({fact.votes}), with {money(fact.left, unit)} left in the pot before it."
        case DidNotFit():
            return (
                f"not funded; when its turn came by votes ({fact.votes}), {money(fact.left, unit)} was left, "
                f"{money(fact.missing, unit)} too little."
            )
        case FundedByShares():
            return (
                f"funded by its supporters ({fact.votes}), who paid {money(fact.payment, unit)} each, "
                "or all they had left where that was less."
            )
        case SupportersShort():
            return (
                f"not funded; its supporters ({fact.votes}) had {money(fact.held, unit)} left together, "
                f"{money(fact.missing, unit)} too little."
            )
        case CostsMoreThanPot():
            return f"not funded; it costs {money(fact.cost, unit)}, more than the whole pot."
        case _:
            assert_never(fact)


def money(amount: int | Exact, unit: str) -> str:
    """An amount in currency units, rounded to hundredths for reading."""
    return f"{format_amount(round(Fraction(amount)))} {unit}".rstrip()
