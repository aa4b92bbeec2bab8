"""What officers translate: the words of rounds, areas, themes, pots, projects and deliveries, and of proposals."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import msgspec

from schema.errors import Changed, Malformed, NotFound
from schema.faults import Fault
from schema.queries import Db
from service.house import House
from service.languages import LANGUAGES, Tongue, marked
from service.reading import Line, Prose
from service.room import Room
from service.store import translations
from service.store.roll import Officer
from service.store.translations import Noun, Original, Translation
from service.verbs.rounds import own_round


class TranslationDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in another language: ``title`` (or a name), ``about`` (of a delivery what it says), or both.

    ``revision`` is the one that you saw, 0 for none.

    ``original``: SHA-256 (hex) over the title, a line's end and the about that were translated; what stands now unless
    said.
    """

    title: Line | None = None
    about: Annotated[Prose, msgspec.Meta(min_length=1)] | None = None
    revision: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] = 0
    original: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")] | None = None

    def __post_init__(self) -> None:
        if self.title is None and self.about is None:
            raise Fault("a translation has a title, a description, or both")


class Key(msgspec.Struct, frozen=True):
    """Which translation is meant."""

    noun: Noun
    id: UUID
    language: Tongue


class Pair(msgspec.Struct, frozen=True):
    """A text and its translation into one language, if it has one."""

    original: Original
    translation: Translation | None

    @property
    def missing(self) -> int:
        """How many of its texts are not translated. The name of a place may stay as it is in every language."""
        if self.original.noun == "area":
            return 0
        there = self.translation
        return sum(
            bool(text) and not translated
            for text, translated in (
                (self.original.title, there and there.title),
                (self.original.about, there and there.about),
            )
        )


class Work(msgspec.Struct, frozen=True):
    """A page of texts beside their translations, and how many texts each language lacks: of the round, of proposals."""

    pairs: list[Pair]
    lacks: dict[str, int]
    lacks_of_proposals: dict[str, int]
    more: UUID | None = None


async def list_originals(house: House, officer: Officer, round_id: UUID) -> list[Original]:
    """All texts of a round of the officer's municipality that can be translated, but for its proposals."""
    async with house.box.enter() as db:
        await own_round(db, officer, round_id)
        return await translations.originals(db, round_id)


async def list_translations(house: House, round_id: UUID) -> list[Translation]:
    """All translations of what stands in an announced round, in every language."""
    async with house.box.enter() as db:
        return await translations.translations(db, round_id)


async def list_translations_of_proposal(house: House, proposal_id: UUID) -> list[Translation]:
    """All translations of a proposal."""
    async with house.civic.enter() as db:
        return await translations.proposal_translations(db, [proposal_id])


async def view_work(house: House, officer: Officer, round_id: UUID, language: str) -> Work:
    """The texts of a round of the officer's municipality that are not written in this language."""
    async with house.box.enter() as db:
        await own_round(db, officer, round_id)
        found = await translations.originals(db, round_id)
        there = {(each.of_id, each.language): each for each in await translations.translations(db, round_id)}
    pairs = {
        code: [Pair(each, there.get((each.of_id, code))) for each in found if each.language != code]
        for code in LANGUAGES
    }
    lacks = {code: sum(pair.missing for pair in of_code) for code, of_code in pairs.items()}
    return Work(_in_order(pairs[language]), lacks, await _lacks_of_proposals(house, round_id))


async def view_work_on_proposals(
    house: House, officer: Officer, round_id: UUID, language: str, after: UUID | None, size: int
) -> Work:
    """The proposals of a round of the officer's municipality that are not written in this language, a page of them."""
    work = await view_work(house, officer, round_id, language)
    async with house.civic.enter() as db:
        found = await translations.proposal_originals(db, round_id, language, after, size + 1)
        there = await translations.proposal_translations(db, [each.of_id for each in found])
    into = {each.of_id: each for each in there if each.language == language}
    pairs = [Pair(each, into.get(each.of_id)) for each in found[:size]]
    more = pairs[-1].original.of_id if len(found) > size else None
    return msgspec.structs.replace(work, pairs=pairs, more=more)


async def put_translation(
    house: House, officer: Officer, noun: Noun, of_id: UUID, language: Tongue, draft: TranslationDraft
) -> Translation:
    """Add a translation, or change it at the revision that one saw.

    Raises Changed, and TranslationStands for one that would lose words after voting opened.
    """
    seen = bytes.fromhex(draft.original) if draft.original else None
    words = (of_id, language, draft.title, draft.about or None, seen, officer.name)
    async with _room(house, noun).write() as db:
        _refuse_unfit(await _own_original(db, officer, noun, of_id), language, draft)
        if noun == "proposal":
            insert, update = translations.insert_proposal_translation, translations.update_proposal_translation
        else:
            insert, update = translations.insert_translation, translations.update_translation
        done = await update(db, *words, draft.revision) if draft.revision else await insert(db, *words)
        if not done:
            raise Changed(revision=await _revision(db, noun, of_id, language))
        return await _translation(db, noun, of_id, language)


async def delete_translation(
    house: House, officer: Officer, noun: Noun, of_id: UUID, language: Tongue, revision: int
) -> None:
    """Remove a translation of the revision that one saw. Raises Changed, and TranslationStands after voting opened."""
    delete = translations.delete_proposal_translation if noun == "proposal" else translations.delete_translation
    async with _room(house, noun).write() as db:
        await _own_original(db, officer, noun, of_id)
        if not await delete(db, of_id, language, revision):
            raise Changed(revision=await _revision(db, noun, of_id, language))


def _room(house: House, noun: Noun) -> Room:
    return house.civic if noun == "proposal" else house.box


async def _own_original(db: Db, officer: Officer, noun: Noun, of_id: UUID) -> Original:
    """What is translated, of a round of the officer's municipality. Raises NotFound, NotAllowed."""
    find = translations.proposal_original(db, of_id) if noun == "proposal" else translations.original(db, noun, of_id)
    found = await find
    if found is None:
        raise NotFound(what=noun)
    await own_round(db, officer, found.round_id)
    return found


def _refuse_unfit(found: Original, language: str, draft: TranslationDraft) -> None:
    """Raise Malformed for what translates nothing: words that the original does not have would be somebody's own."""
    if found.language == language:
        raise Malformed(fault=marked("it is written in this language, so it needs no translation"))
    if (draft.title and not found.title) or (draft.about and not found.about):
        raise Malformed(fault=marked("the original has no such text to be translated"))


async def _revision(db: Db, noun: Noun, of_id: UUID, language: str) -> int:
    find = translations.proposal_translation_revision if noun == "proposal" else translations.translation_revision
    return await find(db, of_id, language)


async def _translation(db: Db, noun: Noun, of_id: UUID, language: str) -> Translation:
    find = translations.proposal_translations if noun == "proposal" else translations.translations_of
    return next(each for each in await find(db, [of_id]) if each.language == language)


def _in_order(pairs: Sequence[Pair]) -> list[Pair]:
    """The round, its themes, its pots with their projects by number, each with what was told of it, and its areas."""
    parts, order = {"round": 0, "theme": 1, "area": 3}, {"pot": 0, "project": 1, "delivery": 2}
    pots = {each.original.pot_id: each.original.number or 0 for each in pairs if each.original.noun == "pot"}

    def place(pair: Pair) -> tuple[int, int, int, int, str, str]:
        one = pair.original
        number = 0 if one.noun == "pot" else one.number or 0
        rank = parts.get(one.noun, 2), pots.get(one.pot_id, 0), number, order.get(one.noun, 0)
        return *rank, one.title, str(one.of_id)

    return sorted(pairs, key=place)


async def _lacks_of_proposals(house: House, round_id: UUID) -> dict[str, int]:
    async with house.civic.enter() as db:
        texts = await translations.proposal_texts(db, round_id)
        done = await translations.proposal_texts_done(db, round_id)
    every = sum(texts.values())
    return {code: every - texts.get(code, 0) - done.get(code, 0) for code in LANGUAGES}
