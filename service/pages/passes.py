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
from service.reading import AnyRequest
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


class SignInAgain(Exception):
    """A form holds no pass that is good. ``page``, which asks for a code, is the answer instead."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page


def answer_sign_in(_request: AnyRequest, asked: SignInAgain) -> Page:
    """Answer with the page that asks for a code."""
    return asked.page


async def civic_pass(house: House, fields: Fields, found: Round, then: str, proposal_id: UUID | None = None) -> Pass:
    """The pass for a round's proposals. Raises SignInAgain, which leads on to the page ``then`` of this proposal."""
    try:
        claims = await take_pass(fields.text("pass"), house, "civic")
        refuse_other_round(claims, found.id)
    except NO_PASS as refusal:
        raise SignInAgain(ask_again(found, then, fields, refusal, proposal_id)) from None
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


def ask_again(found: Round, then: str, fields: Fields, refusal: Refusal, proposal_id: UUID | None = None) -> Page:
    """The sign-in form in place of the page ``then``, whose fields come back after the code."""
    known = {"then": then} | ({"proposal": str(proposal_id)} if proposal_id else {})
    rest = fields.kept(tuple(name for name in KEPT if name not in known))
    return ask_code(found, [*known.items(), *rest], refusal)
