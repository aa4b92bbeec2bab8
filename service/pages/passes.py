"""A resident's pass travels in a form's hidden field and nowhere else: no cookie, no session, no address holds it.

When it has ended, the sign-in form takes the rest of the form along, so that nothing anybody chose or wrote is lost.
"""

from uuid import UUID

from schema.errors import BadPass, NoPass, PassExpired, Refusal
from schema.passes import Pass
from service.house import House
from service.pages.forms import Fields
from service.pages.shell import Page, form_page
from service.people import refuse_other_round, take_pass
from service.store.rounds import Round

NO_PASS = (NoPass, BadPass, PassExpired)
KEPT = (
    *("then", "pot", "choices", "points", "easy", "original"),
    *("title", "about", "author_name", "language", "area", "cost_guess", "theme", "place", "point"),
    *("birth_year", "birth_month", "relations", "draft", "revision"),
    *("proposal", "argument", "side", "words", "key", "alt"),
)
"""Fields that the sign-in form takes along. ``then`` says where.

It is ballot, choices (onto it), proposal, edit, withdrawal, pictures, argument or declaration.
"""


async def box_pass(house: House, fields: Fields, round_id: UUID, pot_id: UUID) -> Pass:
    """The pass for one pot's ballot. Raises one of NO_PASS."""
    claims = await take_pass(fields.text("pass"), house, "box")
    refuse_other_round(claims, round_id, pot_id)
    return claims


async def civic_pass(house: House, fields: Fields, round_id: UUID) -> Pass:
    """The pass for a round's proposals. Raises one of NO_PASS."""
    claims = await take_pass(fields.text("pass"), house, "civic")
    refuse_other_round(claims, round_id)
    return claims


def ask_code(
    found: Round,
    kept: list[tuple[str, str]],
    refusal: Refusal | None = None,
    code: str = "",
    contact: tuple[str, str] = ("", ""),
) -> Page:
    """The sign-in form, with what it takes along and why it is shown again. ``contact``: its kind, what was typed."""
    return form_page(
        "sign_in.html",
        refusal,
        found.currency,
        round=found,
        kept=kept,
        carries=dict(kept).get("then", ""),
        code=code,
        contact=contact,
    )


def ask_sent_code(
    found: Round,
    contact: tuple[str, str],
    kept: list[tuple[str, str]],
    refusal: Refusal | None = None,
    code: str = "",
) -> Page:
    """The form for a code that was sent to a contact, with what it takes along and why it is shown again."""
    return form_page("sent_code.html", refusal, found.currency, round=found, contact=contact, kept=kept, code=code)


def ask_again(found: Round, then: str, fields: Fields, refusal: Refusal, **more: str) -> Page:
    """The sign-in form in place of the page ``then``, whose fields, and ``more``, come back after the code."""
    known = {"then": then, **more}
    rest = fields.kept(tuple(name for name in KEPT if name not in known))
    return ask_code(found, [*known.items(), *rest], refusal)
