"""The pots of a round through pages: money, ballot, rule and who votes."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath

from schema.errors import Malformed, NotFound, Refusal
from schema.rules import EqualShares, GreedyByVotes, MaximinSupport, Rule, SequentialPhragmen
from schema.styles import Style, name_of
from service.house import House
from service.languages import marked
from service.pages import words
from service.pages.drafting import MENDABLE
from service.pages.forms import Fields, read_form, shaped
from service.pages.shell import Page, officer_form, see_other
from service.people import TheHouse, TheOfficer
from service.reading import AnyRequest
from service.store.roll import Officer
from service.store.rounds import Pot
from service.verbs import rounds as verbs
from service.verbs.rounds import RoundDraft, RoundView
from service.verbs.setup import as_draft

STYLES = {
    "approval": marked("Choose some projects"),
    "knapsack": marked("Choose projects within a sum of money"),
    "cumulative": marked("Hand out points"),
    "ranked": marked("Put projects in order"),
    "scored": marked("Give each project a score"),
}
NUMBERS = {
    "max_choices": marked("At most so many projects"),
    "min_choices": marked("At least so many projects"),
    "max_cost": marked("At most so much money together"),
    "max_points": marked("Points in all"),
    "max_points_per_project": marked("Points to one project, at most"),
    "max_score": marked("The highest score"),
}
"""The limits of styles; each style has its own of them, in fields that are called after both."""
ASKED = {
    "approval": ("max_choices", "min_choices"),
    "knapsack": ("max_cost",),
    "cumulative": ("max_points", "max_points_per_project", "max_choices", "min_choices"),
    "ranked": ("max_choices", "min_choices"),
    "scored": ("max_score",),
}


class Choice(msgspec.Struct, frozen=True):
    """A rule to choose: what it does, and what it made of a real election.

    ``funded`` projects and ``reached`` voters (per cent, with a funded project of theirs).
    """

    rule: Rule
    title: str
    says: str
    funded: int
    reached: str


EXAMPLE = marked(
    "The last two columns are what each rule makes of a real election: the district Północ of Częstochowa in 2024, with"
    " 29 projects and 3 021 ballots (source: Pabulib). The city counted by votes."
)
CHOICES = {
    "equal-shares": Choice(
        EqualShares(step=100, completion="votes"),
        marked("Equal shares"),
        marked(
            "Every voter gets the same part of the money, and spends it on what they chose. Groups get projects in"
            " proportion to their size. What is left is spent by votes."
        ),
        21,
        "83.6",
    ),
    "by-votes": Choice(
        GreedyByVotes(),
        marked("By votes"),
        marked(
            "The project with the most votes first, and so on while the money lasts. The largest group may take it all."
        ),
        14,
        "83.2",
    ),
    "by-votes-per-cost": Choice(
        GreedyByVotes(per_cost=True),
        marked("By votes for each krona"),
        marked("The project with the most votes for what it costs first. Cheap projects have it easier."),
        20,
        "84.8",
    ),
    "growing-shares": Choice(
        SequentialPhragmen(),
        marked("Growing shares"),
        marked(
            "Voters earn at the same pace, and the project that its supporters can pay first comes first (Phragmén)."
        ),
        20,
        "83.6",
    ),
    "shared-burden": Choice(
        MaximinSupport(),
        marked("Growing shares, divided anew"),
        marked("The same, with all costs shared anew among supporters for each project (maximin support)."),
        21,
        "83.6",
    ),
}
"""What officers choose among; the API knows every setting of a rule. Counted by ``byalag tally`` and tested."""

KEPT = "kept"
"""The choice of a rule that was set through the API and is not among ours."""


@get("/rounds/{round_id:uuid}/pots/new")
async def new_pot(house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> Page:
    """An empty form for a pot."""
    view = await verbs.view_own_round(house, officer, round_id)
    typed = {"style": ["approval"], "approval-max_choices": ["3"], "rule": ["equal-shares"], "relations": ["lives"]}
    return _pot_form(officer, view, None, Fields(typed | {"revision": [str(view.round.revision)]}))


@get("/rounds/{round_id:uuid}/pots/{pot_id:uuid}")
async def open_pot(house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID], pot_id: FromPath[UUID]) -> Page:
    """The form with what the pot is now."""
    view = await verbs.view_own_round(house, officer, round_id)
    pot = _pot(view, pot_id)
    return _pot_form(officer, view, pot, _pot_fields(view, pot))


@post("/rounds/{round_id:uuid}/pots/new")
async def add_pot(request: AnyRequest, house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> Page:
    """Add a pot after the others."""
    return await _write_pot(house, officer, round_id, None, await read_form(request))


@post("/rounds/{round_id:uuid}/pots/{pot_id:uuid}")
async def edit_pot(
    request: AnyRequest, house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID], pot_id: FromPath[UUID]
) -> Page:
    """Write a pot anew, or remove it. A pot that gets another name loses its projects, so its name stays."""
    return await _write_pot(house, officer, round_id, pot_id, await read_form(request))


async def _write_pot(house: House, officer: Officer, round_id: UUID, pot_id: UUID | None, fields: Fields) -> Page:
    view = await verbs.view_own_round(house, officer, round_id)
    pot = _pot(view, pot_id) if pot_id else None
    draft: dict[str, Any] = msgspec.to_builtins(as_draft(view))
    pots = list(draft["pots"])
    try:
        if pot is None:
            pots.append(_pot_values(fields, {"name": fields.text("name").strip()}))
        else:
            at = view.pots.index(pot)
            pots[at : at + 1] = [] if fields.text("remove") else [_pot_values(fields, pots[at])]
        sent = shaped(draft | {"pots": pots}, RoundDraft)
        await verbs.edit_round(house, officer, round_id, fields.number("revision"), sent)
    except MENDABLE as refusal:
        return _pot_form(officer, view, pot, fields, refusal)
    return see_other(f"/officer/rounds/{round_id}?done=draft#pots")


def _pot(view: RoundView, pot_id: UUID) -> Pot:
    for pot in view.pots:
        if pot.id == pot_id:
            return pot
    raise NotFound(what="pot")


def _pot_form(
    officer: Officer, view: RoundView, pot: Pot | None, typed: Fields, refusal: Refusal | None = None
) -> Page:
    return officer_form(
        "officer_pot.html",
        refusal,
        view.round.currency,
        officer=officer,
        round=view.round,
        areas=view.areas,
        pot=pot,
        typed=typed,
        styles=STYLES,
        numbers=NUMBERS,
        asked=ASKED,
        choices=CHOICES,
        example=EXAMPLE,
        kept=KEPT if pot and _chosen(pot.rule) == KEPT else None,
        rule=pot and words.rule_name(pot.rule),
        relations=words.RELATIONS,
    )


def _pot_values(fields: Fields, before: dict[str, Any]) -> dict[str, Any]:
    """A pot as it was typed, which keeps of one that was there before what the form does not ask for."""
    rule = fields.text("rule")
    if rule != KEPT and rule not in CHOICES:
        raise Malformed(fault=marked("no rule was chosen"))
    values = {
        "money": words.read_money(fields.text("money"), marked("the money")),
        "style": _style_values(fields),
        "areas": fields.texts("areas"),
        "relations": fields.texts("relations"),
        "min_age": fields.number_or("min_age", None),
        "max_age": fields.number_or("max_age", None),
        "age_on": fields.text("age_on") or None,
    }
    return before | values | ({} if rule == KEPT else {"rule": msgspec.to_builtins(CHOICES[rule].rule)})


def _style_values(fields: Fields) -> Mapping[str, object]:
    style = fields.text("style")
    if style not in STYLES:
        raise Malformed(fault=marked("no kind of ballot was chosen"))
    own = Fields({name: fields.texts(f"{style}-{name}") for name in ASKED[style]})
    limits: dict[str, int] = {}
    for name in ASKED[style]:
        text = own.text(name)
        if text:
            limits[name] = words.read_money(text, marked("the money")) if name == "max_cost" else own.number(name)
    return {"style": style, **limits}


def _pot_fields(view: RoundView, pot: Pot) -> Fields:
    ages = {name: age for name, age in (("min_age", pot.min_age), ("max_age", pot.max_age)) if age is not None}
    return Fields(
        {
            "name": [pot.name],
            "money": [words.money_field(pot.money)],
            "style": [name_of(pot.style)],
            **_limits(pot.style),
            "rule": [_chosen(pot.rule)],
            "areas": list(pot.areas),
            "relations": list(pot.relations),
            **{name: [str(age)] for name, age in ages.items()},
            "age_on": [pot.age_on.isoformat()],
            "revision": [str(view.round.revision)],
        }
    )


def _limits(style: Style) -> dict[str, list[str]]:
    kind = name_of(style)
    found = {name: getattr(style, name) for name in ASKED[kind]}
    return {
        f"{kind}-{name}": [words.money_field(value) if name == "max_cost" else str(value)]
        for name, value in found.items()
        if value is not None
    }


def _chosen(rule: Rule) -> str:
    """The name of a rule among the choices."""
    return next((name for name, choice in CHOICES.items() if choice.rule == rule), KEPT)


handlers: list[Any] = [new_pot, add_pot, open_pot, edit_pot]
