"""An officer's page of a round's texts beside their translations into one language, each with a form of its own."""

from typing import Annotated, Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery, QueryParameter

from schema.errors import Changed, Malformed, Refusal, TranslationStands
from service.house import House
from service.languages import LANGUAGES, _, language_name, marked, spoken
from service.pages import words
from service.pages.forms import Fields, read_form, shaped
from service.pages.rounds import SIZE, After
from service.pages.shell import Page, officer_form, see_other
from service.people import TheHouse, TheOfficer
from service.reading import AnyRequest, uuid_or_malformed
from service.store.roll import Officer
from service.verbs import rounds as round_verbs
from service.verbs import translations as verbs
from service.verbs.translations import TranslationDraft

DONE = {"saved": marked("The translation is saved."), "removed": marked("The translation is removed.")}
"""What the page says after an act, by the name in its address."""

MENDABLE = (Malformed, Changed, TranslationStands)
"""Refusals after which the form comes back with what was typed."""

Into = Annotated[str, QueryParameter(name="language", max_length=3)]
Which = Annotated[str, QueryParameter(name="of", max_length=20)]


@get("/rounds/{round_id:uuid}/translations")
async def view_translations(
    house: TheHouse,
    officer: TheOfficer,
    round_id: FromPath[UUID],
    language: Into = "",
    of: Which = "",
    after: After = None,
    done: FromQuery[str] = "",
) -> Page:
    """What is translated of a round into a language, or of its proposals, and what is missing."""
    return await _page(house, officer, round_id, language, of, after, said=_(DONE.get(done, "")))


@post("/rounds/{round_id:uuid}/translations")
async def save_translation(request: AnyRequest, house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> Page:
    """Save a translation or remove it; after a refusal the form keeps what was written."""
    fields = await read_form(request)
    language, of = fields.text("language"), "proposals" if fields.text("of") == "proposals" else "round"
    after = uuid_or_malformed(fields.text("after"), marked("the place in the list")) if fields.text("after") else None
    try:
        done = await _saved(house, officer, fields)
    except MENDABLE as refusal:
        return await _page(house, officer, round_id, language, of, after, refusal=refusal, sent=fields)
    further = f"&after={after}" if after else ""
    return see_other(
        f"/officer/rounds/{round_id}/translations?language={language}&of={of}{further}&done={done}#t-{fields.text('id')}"
    )


async def _saved(house: House, officer: Officer, fields: Fields) -> str:
    """Do what the pressed button says; the name of what was done."""
    key = shaped({"noun": fields.text("noun"), "id": fields.text("id"), "language": fields.text("language")}, verbs.Key)
    if fields.text("press") == "remove":
        await verbs.delete_translation(house, officer, key.noun, key.id, key.language, fields.number("revision"))
        return "removed"
    sent = {
        "title": fields.text("title").strip() or None,
        "about": fields.text("about").strip() or None,
        "revision": fields.number("revision"),
        "original": fields.text("original"),
    }
    await verbs.put_translation(house, officer, key.noun, key.id, key.language, shaped(sent, TranslationDraft))
    return "saved"


async def _page(
    house: House,
    officer: Officer,
    round_id: UUID,
    language: str,
    of: str,
    after: UUID | None,
    *,
    said: str = "",
    refusal: Refusal | None = None,
    sent: Fields | None = None,
) -> Page:
    view = await round_verbs.view_own_round(house, officer, round_id)
    into = language if language in LANGUAGES else _first(view.round.language)
    if of == "proposals":
        work = await verbs.view_work_on_proposals(house, officer, round_id, into, after, SIZE)
    else:
        work = await verbs.view_work(house, officer, round_id, into)
    return officer_form(
        "officer_translations.html",
        refusal,
        view.round.currency,
        officer=officer,
        round=view.round,
        work=work,
        into=into,
        direction_of=LANGUAGES[into].direction,
        of=of if of == "proposals" else "round",
        after=after,
        names={code: language_name(code) for code in LANGUAGES},
        lacks={code: work.lacks[code] + work.lacks_of_proposals[code] for code in LANGUAGES},
        written_in=language_name,
        opened=view.round.phase in {"voting", "counting", "published"},
        words=words,
        said=said,
        sent=sent or Fields({}),
        anew=isinstance(refusal, Changed),
    )


def _first(written_in: str) -> str:
    """The language that the page begins with: the officer's own, or the first that is not that of the round."""
    return next(code for code in (spoken(), *LANGUAGES) if code != written_in)


handlers: list[Any] = [view_translations, save_translation]
