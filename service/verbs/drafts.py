"""Drafts: a proposal that is not put forward yet, for its author alone, on whichever telephone she goes on."""

from typing import Annotated
from uuid import UUID

import msgspec

from schema.errors import Changed, NotFound, NotInPhase, Refusal, TooManyDrafts
from schema.passes import Pass
from schema.queries import Db
from service.house import House
from service.limits import PROPOSING
from service.reading import Prose
from service.store import drafts, rounds
from service.store.drafts import Draft
from service.verbs.rounds import known_area

MOST = 5
"""Drafts of one resident in one round; ``draft_five_places`` says the same."""

_LINE = r"^[^\x00-\x1f\x7f]*$(?!\n)"


class DraftWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A proposal as far as it is written: each part within the limits of one, or empty. ``cost_guess`` as typed."""

    title: Annotated[str, msgspec.Meta(max_length=200, pattern=_LINE)]
    about: Prose
    author_name: Annotated[str, msgspec.Meta(max_length=120, pattern=_LINE)]
    language: Annotated[str, msgspec.Meta(pattern="^[a-z]{2,3}$")]
    area: Annotated[str, msgspec.Meta(max_length=120, pattern=_LINE)] = ""
    cost_guess: Annotated[str, msgspec.Meta(max_length=40, pattern=_LINE)] = ""
    theme: Annotated[str, msgspec.Meta(max_length=40, pattern=_LINE)] = ""
    place: Annotated[str, msgspec.Meta(max_length=120, pattern=_LINE)] = ""
    point: Annotated[str, msgspec.Meta(max_length=20, pattern=_LINE)] = ""


async def save_draft(house: House, claims: Pass, draft_id: UUID, revision: int, words: DraftWords) -> None:
    """Keep a draft; ``revision`` is the one that was opened, 0 for a new one. The same words twice are one draft.

    Raises TooManyDrafts, NotInPhase, and Changed when it was changed elsewhere.
    """
    house.limits.take(PROPOSING, claims.tag)
    said = msgspec.structs.astuple(words)
    async with house.civic.write() as db:
        await known_area(db, claims.round_id, words.area or None)
        if revision and await drafts.update_draft(db, draft_id, claims.tag_bytes, claims.round_id, revision, *said):
            return
        kept = await drafts.draft_by_id(db, draft_id, claims.tag_bytes, claims.round_id)
        if kept is None:
            # New, or put forward or deleted elsewhere meanwhile: what was written here is kept all the same.
            for _try in range(MOST):  # whoever sends several at once may meet herself at a place
                if await drafts.insert_draft(db, draft_id, claims.round_id, claims.tag_bytes, *said):
                    return
            kept = await drafts.draft_by_id(db, draft_id, claims.tag_bytes, claims.round_id)
        if kept is None or said != tuple(getattr(kept, name) for name in words.__struct_fields__):
            raise await _unsaved(db, claims.round_id, kept)


async def own_drafts(house: House, claims: Pass) -> list[Draft]:
    """The drafts of the bearer of this pass."""
    async with house.civic.enter() as db:
        return await drafts.drafts_of_author(db, claims.round_id, claims.tag_bytes)


async def view_draft(house: House, claims: Pass, draft_id: UUID) -> Draft:
    """A draft of the bearer of this pass. Raises NotFound."""
    async with house.civic.enter() as db:
        found = await drafts.draft_by_id(db, draft_id, claims.tag_bytes, claims.round_id)
    if found is None:
        raise NotFound(what="draft of yours")
    return found


async def delete_draft(house: House, claims: Pass, draft_id: UUID) -> None:
    """Delete one's own draft; twice is once."""
    house.limits.take(PROPOSING, claims.tag)
    async with house.civic.write() as db:
        await drafts.delete_draft(db, draft_id, claims.tag_bytes, claims.round_id)


async def _unsaved(db: Db, round_id: UUID, kept: Draft | None) -> Refusal:
    found = await rounds.round_by_id(db, round_id)
    if found is None or found.phase != "proposing":
        return NotInPhase(phase=found.phase if found else "draft", needed="proposing")
    return Changed(revision=kept.revision) if kept else TooManyDrafts(limit=MOST)
