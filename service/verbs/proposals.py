"""Proposals: submit, edit, withdraw, support, and an officer's shortlisting into a project with a cost."""

import re
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from schema.errors import Changed, Hidden, NotFound, NotInPhase, NotYours, OffTheMap, Refusal, Settled
from schema.events import (
    ProposalEdited,
    ProposalShortlisted,
    ProposalSubmitted,
    ProposalSupported,
    ProposalUnsupported,
    ProposalWithdrawn,
)
from schema.passes import Pass
from schema.queries import Db
from schema.styles import Money
from service.house import House
from service.limits import PROPOSING
from service.reading import Line, Name, Prose
from service.store import drafts, outbox, outlines, pictures, projects, proposals, rounds, translations
from service.store.projects import Project
from service.store.proposals import Activity, Mark, Picture, Proposal
from service.store.roll import Officer
from service.verbs.outlines import frame_of
from service.verbs.rounds import ThemeName, known_area, own_round

WORDS = 8
"""Words that are looked for at once."""
ALIKE = 5
"""Proposals that are shown as like another one."""
WITHDRAWABLE = ("proposing", "reviewing", "supporting")
"""Phases in which its author takes a proposal back; the query says the same."""
_WHEN_WITHDRAWABLE = "proposing, reviewing or supporting"
MARKS = 500
"""Places of proposals that are put on one map."""

Point = tuple[
    Annotated[int, msgspec.Meta(ge=-18_000_000, le=18_000_000)],
    Annotated[int, msgspec.Meta(ge=-9_000_000, le=9_000_000)],
]
"""Longitude and latitude in hundred thousandths of a degree."""

_WORD = re.compile(r"\w{4,}")
_SIGN = re.compile(r"[\\%_]")


class ProposalDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A proposal as a resident writes it. ``author_name`` is public; ``cost_guess`` in minor units.

    ``theme`` is one of the round's; ``place`` says in words where it is, and ``point`` on the round's map.
    """

    title: Line
    about: Annotated[Prose, msgspec.Meta(min_length=1)]
    author_name: Name
    language: Annotated[str, msgspec.Meta(pattern="^[a-z]{2,3}$")]
    area: Name | None = None
    cost_guess: Money | None = None
    theme: ThemeName | None = None
    place: Name | None = None
    point: Point | None = None

    @property
    def words(self) -> tuple[object, ...]:
        """All of it in the order of the columns."""
        texts = (self.author_name, self.title, self.about, self.language, self.area)
        return *texts, self.cost_guess, self.theme, self.place, self.point


class Shortlisting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a proposal goes on the ballot and what it costs (minor units)."""

    pot_id: UUID
    cost: Money
    number: Annotated[int, msgspec.Meta(ge=1, le=100_000)] | None = None


class ProposalView(msgspec.Struct, frozen=True):
    """A proposal as everybody sees it; who wrote it is only the name they chose.

    Of one that officers declined, or hid, ``ground``, ``reason``, ``reviewed_by`` and ``reviewed_at`` say why and who.
    One that was taken back has no words any more, and no name.
    """

    id: UUID
    round_id: UUID
    author_name: str
    title: str
    about: str
    language: str
    area: str | None
    cost_guess: int | None
    theme: str | None
    place: str | None
    point: tuple[int, int] | None
    pictures: tuple[Picture, ...]
    state: str
    revision: int
    supports: int
    ground: str | None
    reason: str | None
    reviewed_by: str | None
    reviewed_at: datetime | None


def shown(proposal: Proposal) -> ProposalView:
    """The public part of a proposal."""
    return msgspec.convert(proposal, ProposalView, from_attributes=True)


async def list_proposals(house: House, round_id: UUID, after: UUID | None, size: int) -> list[ProposalView]:
    """Proposals in a random order that stays the same."""
    async with house.civic.enter() as db:
        return [shown(row) for row in await proposals.proposal_page(db, round_id, after, size)]


class Sought(msgspec.Struct, frozen=True):
    """Which of a round's proposals somebody looks for. ``seed``: of the random order in which they come."""

    seed: int
    text: str = ""
    area: str | None = None
    theme: str | None = None

    @property
    def texts(self) -> list[str]:
        """Its words as patterns."""
        return [_like(word) for word in self.text.split()[:WORDS]]


async def find_proposals(
    house: House, round_id: UUID, sought: Sought, after: UUID | None, size: int
) -> list[ProposalView]:
    """Proposals with every word that is sought, wherever in title or description it stands."""
    which = (sought.area, sought.texts, sought.seed, sought.theme)
    async with house.civic.enter() as db:
        found = await proposals.proposals_found(db, round_id, after, size, *which)
    return [shown(row) for row in found]


async def find_marks(house: House, round_id: UUID, sought: Sought) -> list[Mark]:
    """Where the proposals are that are sought, on whichever page of the list they stand."""
    async with house.civic.enter() as db:
        return await proposals.marks(db, round_id, sought.area, sought.texts, sought.theme, MARKS)


async def find_alike(house: House, round_id: UUID, title: str) -> list[ProposalView]:
    """Proposals whose titles share half of the longer words of this one, so that nobody proposes the same unawares."""
    # Words of Nordic languages bend at their end: of a long one the last two letters need not be the same.
    longer = dict.fromkeys(word[:-2] if len(word) > 5 else word for word in _WORD.findall(title.casefold()))
    texts = [_like(word) for word in list(longer)[:WORDS]]
    async with house.civic.enter() as db:
        return [shown(row) for row in await proposals.proposals_alike(db, round_id, texts, ALIKE)]


def _like(word: str) -> str:
    return "%" + _SIGN.sub(r"\\\g<0>", word) + "%"


async def view_proposal(house: House, proposal_id: UUID) -> tuple[ProposalView, list[Activity]]:
    """A proposal and what happened to it. Raises Hidden."""
    async with house.civic.enter() as db:
        proposal = await found_proposal(db, proposal_id)
        if proposal.state == "hidden":
            raise Hidden(ground=proposal.ground or "other")
        return shown(proposal), await proposals.activities(db, proposal_id)


async def submit_proposal(house: House, claims: Pass, draft: ProposalDraft, kept: UUID | None = None) -> ProposalView:
    """Put a proposal forward, while the round takes them. ``kept``: the draft that it was until now, which goes."""
    house.limits.take(PROPOSING, claims.tag)
    await _on_the_map(house, claims.round_id, draft)
    async with house.civic.write() as db:
        await known_area(db, claims.round_id, draft.area)
        proposal_id = await proposals.insert_proposal(db, claims.round_id, claims.tag_bytes, *draft.words)
        if proposal_id is None:
            raise await _wrong_phase(db, claims.round_id, "proposing")
        if kept:
            await drafts.delete_draft(db, kept, claims.tag_bytes, claims.round_id)
        await outbox.tell(db, ProposalSubmitted(proposal_id=proposal_id))
        proposal = await found_proposal(db, proposal_id)
    house.doorbell.ring("civic")
    return shown(proposal)


async def edit_proposal(
    house: House, claims: Pass, proposal_id: UUID, revision: int, draft: ProposalDraft
) -> ProposalView:
    """Change one's own proposal of the revision that one saw."""
    house.limits.take(PROPOSING, claims.tag)
    await _on_the_map(house, claims.round_id, draft)
    async with house.civic.write() as db:
        before = await own_proposal(db, claims, proposal_id)
        await known_area(db, before.round_id, draft.area)
        if not await proposals.update_proposal(db, proposal_id, revision, *draft.words):
            raise await unchanged(db, before, revision, "proposing or reviewing")
        await outbox.tell(db, ProposalEdited(proposal_id=proposal_id))
        proposal = await found_proposal(db, proposal_id)
    house.doorbell.ring("civic")
    return shown(proposal)


async def withdraw_proposal(house: House, claims: Pass, proposal_id: UUID) -> None:
    """Take one's own proposal back: its words, its author's name and its pictures are deleted. Twice is once."""
    house.limits.take(PROPOSING, claims.tag)
    async with house.civic.write() as db:
        before = await own_proposal(db, claims, proposal_id)
        if before.state == "withdrawn":
            return
        if not await proposals.withdraw_proposal(db, proposal_id):
            raise await unchanged(db, before, before.revision, _WHEN_WITHDRAWABLE)
        await pictures.delete_pictures(db, proposal_id)
        await translations.delete_translations_of_proposal(db, proposal_id)
        await outbox.tell(db, ProposalWithdrawn(proposal_id=proposal_id))
    house.doorbell.ring("civic")


async def support_proposal(house: House, claims: Pass, proposal_id: UUID) -> None:
    """Support a proposal; twice is once."""
    house.limits.take(PROPOSING, claims.tag)
    async with house.civic.write() as db:
        before = await _in_round(db, claims, proposal_id)
        if await proposals.insert_support(db, proposal_id, claims.tag_bytes):
            await outbox.tell(db, ProposalSupported(proposal_id=proposal_id))
        elif proposal_id not in await proposals.supported(db, claims.round_id, claims.tag_bytes):
            raise await unchanged(db, before, before.revision, "supporting")
    house.doorbell.ring("civic")


async def unsupport_proposal(house: House, claims: Pass, proposal_id: UUID) -> None:
    """Take a support back; twice is once."""
    house.limits.take(PROPOSING, claims.tag)
    async with house.civic.write() as db:
        before = await _in_round(db, claims, proposal_id)
        if await proposals.delete_support(db, proposal_id, claims.tag_bytes):
            await outbox.tell(db, ProposalUnsupported(proposal_id=proposal_id))
        elif proposal_id in await proposals.supported(db, claims.round_id, claims.tag_bytes):
            raise await unchanged(db, before, before.revision, "supporting")
    house.doorbell.ring("civic")


async def supported_proposals(house: House, claims: Pass) -> set[UUID]:
    """What the bearer of this pass supports."""
    async with house.civic.enter() as db:
        return await proposals.supported(db, claims.round_id, claims.tag_bytes)


async def view_own_proposal(house: House, claims: Pass, proposal_id: UUID) -> ProposalView:
    """One's own proposal, hidden or not. Raises NotFound, NotYours."""
    async with house.civic.enter() as db:
        return shown(await own_proposal(db, claims, proposal_id))


async def view_withdrawable(house: House, claims: Pass, proposal_id: UUID) -> ProposalView:
    """One's own proposal that can be taken back now. Raises NotFound, NotYours, Settled, NotInPhase."""
    async with house.civic.enter() as db:
        stands = await own_proposal(db, claims, proposal_id)
        found = await rounds.round_by_id(db, stands.round_id)
        if stands.state != "submitted" or found is None or found.phase not in WITHDRAWABLE:
            raise await unchanged(db, stands, stands.revision, _WHEN_WITHDRAWABLE)
        return shown(stands)


async def own_proposals(house: House, claims: Pass) -> list[ProposalView]:
    """What the bearer of this pass put forward, hidden ones as well."""
    async with house.civic.enter() as db:
        return [shown(row) for row in await proposals.proposals_of_author(db, claims.round_id, claims.tag_bytes)]


async def shortlist_proposal(house: House, officer: Officer, proposal_id: UUID, into: Shortlisting) -> Project:
    """Admit a proposal to a pot's ballot as a project with a cost, in its language and with its translations."""
    async with house.civic.write() as db:
        proposal = await found_proposal(db, proposal_id)
        found = await own_round(db, officer, proposal.round_id)
        pot = await rounds.pot_by_id(db, into.pot_id)
        if pot is None or pot.round_id != proposal.round_id:
            raise NotFound(what="pot")
        if not await proposals.shortlist_proposal(db, proposal_id):
            raise Settled(state=proposal.state)
        words = (proposal.title, proposal.about, into.cost, proposal.area)
        language = None if proposal.language == found.language else proposal.language
        project = await projects.insert_project(db, pot.round_id, pot.id, into.number, *words, proposal_id, language)
        await translations.carry_translations(db, proposal_id, project.id, found.id)
        await outbox.tell(db, ProposalShortlisted(proposal_id=proposal_id))
    house.doorbell.ring("civic")
    return project


async def found_proposal(db: Db, proposal_id: UUID) -> Proposal:
    """A proposal in whatever state it is. Raises NotFound."""
    proposal = await proposals.proposal_by_id(db, proposal_id)
    if proposal is None:
        raise NotFound(what="proposal")
    return proposal


async def _on_the_map(house: House, round_id: UUID, draft: ProposalDraft) -> None:
    """Raise OffTheMap for a point that nobody could have pointed at."""
    if draft.point is None:
        return
    async with house.box.enter() as db:
        found = await rounds.round_by_id(db, round_id)
        areas = await rounds.areas(db, round_id)
        frame = frame_of(await outlines.outlines(db, found.municipality_id, areas or None)) if found else None
    if frame is None or not frame.holds(draft.point):
        raise OffTheMap()


async def _in_round(db: Db, claims: Pass, proposal_id: UUID) -> Proposal:
    proposal = await found_proposal(db, proposal_id)
    if proposal.round_id != claims.round_id:
        raise NotFound(what="proposal in the round of your pass")
    return proposal


async def own_proposal(db: Db, claims: Pass, proposal_id: UUID) -> Proposal:
    """The proposal, if whoever shows this pass wrote it. Raises NotYours."""
    proposal = await _in_round(db, claims, proposal_id)
    if proposal.author != claims.tag_bytes:
        raise NotYours()
    return proposal


async def unchanged(db: Db, before: Proposal, revision: int, needed: str) -> Refusal:
    """Why a conditional change touched nothing."""
    now = await found_proposal(db, before.id)
    if now.state != "submitted" and not (needed == "supporting" and now.state == "shortlisted"):
        return Settled(state=now.state)
    if now.revision != revision:
        return Changed(revision=now.revision)
    return await _wrong_phase(db, before.round_id, needed)


async def _wrong_phase(db: Db, round_id: UUID, needed: str) -> Refusal:
    found = await rounds.round_by_id(db, round_id)
    return NotInPhase(phase=found.phase, needed=needed) if found else NotFound(what="round")
