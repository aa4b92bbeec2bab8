"""What an officer does with a round: draft, edit, announce, schedule. ``service/verbs/acts.py`` has what takes two."""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID, uuid4

import msgspec

from schema.electorate import Relation, Source
from schema.errors import Changed, NotAllowed, NotFound, NotWhole, RollNotReady, RoundKeyMissing
from schema.events import RoundDrafted
from schema.faults import Fault, Faults
from schema.queries import Db
from schema.rules import Criterion, GreedyByVotes, Rule, TieOrder
from schema.styles import Money, Style
from service.house import House
from service.languages import Tongue
from service.reading import LINE, Line, Name, Prose
from service.store import keys, outbox, projects, roll, rounds, snapshots
from service.store.projects import Project
from service.store.roll import Officer
from service.store.rounds import Municipality, Pot, Round, Shortcoming

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Age = Annotated[int, msgspec.Meta(ge=0, le=120)]
Floor = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
AppealDays = Annotated[int, msgspec.Meta(ge=0, le=3650)]


ThemeName = Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=LINE)]
THEMES = 12
"""Themes of one round: as many as can be looked over."""


class PotDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pot as an officer writes it. ``money`` in minor units; empty ``areas`` or ``relations`` ask for none.

    Ages in years, both ends let in, on the day ``age_on``: unless another is named, on which voting opens (UTC).
    """

    name: Name
    money: Money
    style: Style
    rule: Rule
    ties: Annotated[tuple[Criterion, ...], msgspec.Meta(max_length=3)] = ("lower_cost", "more_votes", "lot")
    areas: Annotated[tuple[Name, ...], msgspec.Meta(max_length=200)] = ()
    min_age: Age | None = None
    max_age: Age | None = None
    age_on: date | None = None
    relations: Annotated[tuple[Relation, ...], msgspec.Meta(max_length=5)] = ()

    def __post_init__(self) -> None:
        TieOrder(seed="checked with the round", criteria=self.ties)
        if isinstance(self.rule, GreedyByVotes) and self.rule.caps:
            raise Fault("the rule caps categories, and projects of a round have none")
        if self.max_age is not None and self.max_age < (self.min_age or 0):
            raise Fault("the least age of a pot is above its highest")


class RoundDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole round as an officer writes it. ``lot_seed`` decides the last ties; without one a random one is drawn.

    ``sources``: where its people are: on the register, among those who declare themselves, with codes that name nobody.
    ``themes``: what its proposals can be about, of which each carries one or none; they change until proposals close.
    A pot with fewer counted ballots than ``ballots_floor`` shows them to auditors only.
    ``language``: what it is written in; unless said, what it was before, and at first what the house speaks.
    ``appeal_days``: how long after publication the outcome can be appealed against; the round's key is kept until then.
    ``shows_what_if``: what other rules would have made of the ballots is shown with the outcome. Otherwise an officer
    may decide so once it is published.
    """

    name: Line
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
    voting_at: Moment
    closes_at: Moment
    pots: Annotated[tuple[PotDraft, ...], msgspec.Meta(max_length=100)]
    about: Prose = ""
    areas: Annotated[tuple[Name, ...], msgspec.Meta(max_length=500)] = ()
    themes: Annotated[tuple[ThemeName, ...], msgspec.Meta(max_length=THEMES)] = ()
    proposing_at: Moment | None = None
    reviewing_at: Moment | None = None
    supporting_at: Moment | None = None
    lot_seed: Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[ -~]*$")] | None = None
    ballots_floor: Floor = 200
    appeal_days: AppealDays = 45
    sources: Annotated[tuple[Source, ...], msgspec.Meta(min_length=1, max_length=3)] = ("register",)
    shows_what_if: bool = False
    language: Tongue | None = None

    def __post_init__(self) -> None:
        times = [self.proposing_at, self.reviewing_at, self.supporting_at, self.voting_at]
        known = [moment for moment in times if moment is not None]
        if known != sorted(known) or self.closes_at <= self.voting_at:
            raise Fault("the timeline must run proposing, reviewing, supporting, voting, close, each later")
        names = [pot.name for pot in self.pots]
        if len(set(names)) != len(names):
            raise Fault("two pots have one name")
        if len(set(self.themes)) != len(self.themes):
            raise Fault("two themes have one name")
        strange = {area for pot in self.pots for area in pot.areas} - set(self.areas)
        if strange:
            raise Fault("the pots name areas that the round does not have: {areas}", areas=", ".join(sorted(strange)))

    @property
    def timeline(self) -> tuple[datetime | None, ...]:
        """Times in the order of the columns."""
        return self.proposing_at, self.reviewing_at, self.supporting_at, self.voting_at, self.closes_at


class RoundView(msgspec.Struct, frozen=True):
    """A round with its pots, areas, themes and projects."""

    round: Round
    pots: list[Pot]
    areas: list[str]
    themes: list[str]
    projects: list[Project]


async def draft_round(house: House, officer: Officer, draft: RoundDraft) -> RoundView:
    """Make a new round. Its key is made first: a round without a key could never open."""
    round_id = uuid4()
    async with house.roll.write() as db:
        await roll.insert_round_key(db, round_id, house.keys.new_round_key(round_id.bytes))
    async with house.box.write() as db:
        place = (officer.municipality_id, officer.municipality)
        words = (draft.name, draft.about, draft.currency)
        seed = draft.lot_seed or secrets.token_hex(16)
        end = (draft.ballots_floor, seed, draft.appeal_days, list(draft.sources), draft.shows_what_if)
        language = draft.language or house.settings.language
        await rounds.insert_round(db, round_id, *place, *words, *draft.timeline, *end, language)
        await _write_parts(db, round_id, draft)
    house.doorbell.ring("roll")
    return await view_round(house, round_id)


async def edit_round(house: House, officer: Officer, round_id: UUID, revision: int, draft: RoundDraft) -> RoundView:
    """Replace a draft of the revision that the officer saw. A pot that keeps its name keeps its projects."""
    async with house.box.write() as db:
        await own_round(db, officer, round_id)
        words = (draft.name, draft.about, draft.currency)
        end = (draft.ballots_floor, draft.lot_seed, draft.appeal_days, list(draft.sources), draft.shows_what_if)
        if not await rounds.update_round(db, round_id, revision, *words, *draft.timeline, *end, draft.language):
            current = await rounds.round_by_id(db, round_id)
            raise Changed(revision=current.revision if current else 0)
        await _write_parts(db, round_id, draft)
    house.doorbell.ring("roll")
    return await view_round(house, round_id)


async def _write_parts(db: Db, round_id: UUID, draft: RoundDraft) -> None:
    await rounds.write_areas(db, round_id, list(draft.areas))
    await rounds.write_themes(db, round_id, list(draft.themes))
    rows = [
        (
            *(round_id, at, pot.name, pot.money, pot.style, pot.rule, pot.ties, list(pot.areas)),
            *(pot.min_age, pot.max_age, pot.age_on or draft.voting_at.astimezone(UTC).date(), list(pot.relations)),
        )
        for at, pot in enumerate(draft.pots, start=1)
    ]
    await rounds.write_pots(db, round_id, [pot.name for pot in draft.pots], rows)
    await outbox.tell(db, RoundDrafted(round_id=round_id))


async def view_round(house: House, round_id: UUID) -> RoundView:
    """A round as it stands. Drafts are for their officers: ask ``public_round`` for everybody else."""
    async with house.box.enter() as db:
        found = await rounds.round_by_id(db, round_id)
        if found is None:
            raise NotFound(what="round")
        return RoundView(
            found,
            await rounds.pots(db, round_id),
            await rounds.areas(db, round_id),
            await rounds.themes(db, round_id),
            await projects.projects(db, round_id),
        )


async def view_own_round(house: House, officer: Officer, round_id: UUID) -> RoundView:
    """A round of the officer's municipality, drafts as well."""
    async with house.box.enter() as db:
        await own_round(db, officer, round_id)
    return await view_round(house, round_id)


async def public_round(house: House, round_id: UUID) -> RoundView:
    """A round that was announced."""
    view = await view_round(house, round_id)
    if view.round.phase == "draft":
        raise NotFound(what="round")
    return view


async def public_pot(house: House, pot_id: UUID) -> tuple[Round, Pot, list[Project]]:
    """A pot of an announced round, with its projects."""
    async with house.box.enter() as db:
        pot = await rounds.pot_by_id(db, pot_id)
        found = await rounds.round_by_id(db, pot.round_id) if pot else None
        if pot is None or found is None or found.phase == "draft":
            raise NotFound(what="pot")
        return found, pot, await projects.projects_of_pot(db, pot_id)


async def list_rounds(house: House, after: UUID | None, size: int, municipality_id: UUID | None = None) -> list[Round]:
    """Announced rounds, newest first; all, or those of one municipality."""
    async with house.box.enter() as db:
        return await rounds.round_page(db, after, size, municipality_id)


async def list_municipalities(house: House) -> list[Municipality]:
    """Everybody who has announced a round."""
    async with house.box.enter() as db:
        return await rounds.municipalities(db)


async def list_own_rounds(house: House, officer: Officer) -> list[Round]:
    """The rounds of the officer's municipality, drafts as well."""
    async with house.box.enter() as db:
        return await rounds.rounds_of_municipality(db, officer.municipality_id)


async def announce_round(house: House, officer: Officer, round_id: UUID) -> RoundView:
    """Show the draft to everybody; its timeline runs from now on. Announcing twice is announcing once."""
    async with house.box.write() as db:
        await own_round(db, officer, round_id)
        await rounds.announce_round(db, round_id)
    return await view_round(house, round_id)


async def schedule_round(house: House, officer: Officer, round_id: UUID) -> RoundView:
    """Freeze a whole round, so that voting opens by itself when its time comes.

    Raises RoundKeyMissing, RollNotReady, NotWhole, and OpensEarlier: what was announced once holds for one officer.
    """
    async with house.box.enter() as db:
        await own_round(db, officer, round_id)
    async with house.roll.enter() as db:
        has_key = await keys.has_round_key(db, round_id)
        state = await roll.roll(db, round_id)
    if not has_key:
        raise RoundKeyMissing()
    if state is None or not state.fresh:
        raise RollNotReady()
    async with house.box.write() as db:
        missing, pots = await rounds.schedule_round(db, round_id), await rounds.pots(db, round_id)
        strange = strangers(pots, await projects.projects(db, round_id))
        missing += [Shortcoming("stranger", pot.id, name) for pot, name in strange]
        if missing:
            names: dict[UUID | None, str] = {pot.id: pot.name for pot in pots}
            raise NotWhole(missing=Faults(_missing(each, names) for each in missing))
    return await view_round(house, round_id)


def _missing(found: Shortcoming, names: Mapping[UUID | None, str]) -> Fault:
    """What a round lacks. ``names`` are those of its pots."""
    pot = names.get(found.pot_id, "")
    match found.kind:
        case "pot":
            return Fault("the round has no pot")
        case "project":
            return Fault("the pot “{pot}” has no project", pot=pot)
        case "elector":
            return Fault("nobody on the roll may vote in the pot “{pot}”", pot=pot)
        case "stranger":
            return Fault(
                "the rule of the pot “{pot}” excludes the project {project}, which is not on its ballot",
                pot=pot,
                project=found.project,
            )
    return Fault("voting would already be over")


def strangers(pots: Iterable[Pot], listed: Sequence[Project]) -> Iterator[tuple[Pot, str]]:
    """Projects that a rule names and no ballot has: with one of them a pot could never be counted."""
    for pot in pots:
        numbers = {str(project.number) for project in listed if project.pot_id == pot.id}
        named = pot.rule.exclusive if isinstance(pot.rule, GreedyByVotes) else ()
        for name in sorted({name for names in named for name in names} - numbers):
            yield pot, name


async def unschedule_round(house: House, officer: Officer, round_id: UUID) -> RoundView:
    """Thaw a scheduled round; refused once voting has opened."""
    async with house.box.write() as db:
        await own_round(db, officer, round_id)
        await rounds.unschedule_round(db, round_id)
    return await view_round(house, round_id)


async def counted_pots(house: House, round_id: UUID) -> set[UUID]:
    """Which pots of a round were counted; nothing of what the count said."""
    async with house.box.enter() as db:
        return await snapshots.counted_pots(db, round_id)


async def has_correction(house: House, round_id: UUID) -> bool:
    """Whether a published round was counted anew, and two officers have to publish that."""
    async with house.box.enter() as db:
        return await snapshots.has_correction(db, round_id)


async def known_area(db: Db, round_id: UUID, area: str | None) -> None:
    """Raise NotFound for an area that the round does not have."""
    if area is not None and area not in await rounds.areas(db, round_id):
        raise NotFound(what="area of that name in this round")


async def own_round(db: Db, officer: Officer, round_id: UUID) -> Round:
    """The round, when it belongs to the officer's municipality."""
    found = await rounds.round_by_id(db, round_id)
    if found is None:
        raise NotFound(what="round")
    if found.municipality_id != officer.municipality_id:
        raise NotAllowed()
    return found
