"""Batches of papers: opened for a booth, keyed twice, closed when they add up; then their sheets are ballots."""

import os
from random import SystemRandom
from typing import Annotated
from uuid import UUID, uuid4

import msgspec

from schema.ballots import commitment
from schema.errors import (
    BatchClosed,
    BatchNotWhole,
    BlankIsBallot,
    NotFound,
    NotOpen,
    OwnSheet,
    Refusal,
    SheetSettled,
    TooCostly,
    TooFew,
    TooMany,
    TooManyForOne,
    TooManyPoints,
)
from schema.faults import Fault, Faults
from schema.queries import Db
from schema.styles import Style, canonical, check_choices, name_of
from service.house import House
from service.reading import Name
from service.refusals import said
from service.store import ballots, paper, rounds
from service.store.ballots import Cast
from service.store.paper import Batch, BatchFault, Entry, PotSums, Void, WaitingSheet
from service.store.roll import Officer
from service.verbs.ballots import Given, Number
from service.verbs.booth import own_batch
from service.verbs.rounds import own_round

Short = Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class BatchDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new batch: the reference on its envelope, and where people vote."""

    reference: Name
    place: Name


class BatchView(msgspec.Struct, frozen=True):
    """A batch with its sums, and what it ``lacks`` before it can be closed."""

    batch: Batch
    pots: list[PotSums]
    lacks: list[str]


class Total(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many sheets of a pot were counted by hand."""

    pot_id: UUID
    sheets: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]


class Totals(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The sheets of a batch as they were counted by hand; pots that are left out keep what they had."""

    totals: Annotated[tuple[Total, ...], msgspec.Meta(max_length=100)]


class Keyed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is read on sheet ``number`` of a pot: choices and points as on a ballot; or, with ``void``, why it is none.

    ``page``: where its scan is.
    """

    pot_id: UUID
    number: Number
    choices: Annotated[tuple[Number, ...], msgspec.Meta(max_length=1000)] = ()
    points: Annotated[tuple[Given, ...], msgspec.Meta(max_length=1000)] = ()
    void: Void | None = None
    words: Short = ""
    page: Short = ""

    def __post_init__(self) -> None:
        if self.void is not None and (self.choices or self.points):
            raise Fault("a void sheet has no choices and no points: send one or the other")
        if self.void == "other" and not self.words.strip():
            raise Fault("say in words why the sheet is void")
        if self.void == "no-sheet" and not isinstance(self, Decided):
            raise Fault("that there is no such sheet is decided by an officer who has not keyed it")


class Decided(Keyed, frozen=True, forbid_unknown_fields=True):
    """What a sheet says that two clerks read differently; or, with ``void`` no-sheet, that there is none."""


class SheetState(msgspec.Struct, frozen=True):
    """What a sheet is after an entry: keyed (by one clerk), differs, agreed or void."""

    number: int
    state: str


class Difference(msgspec.Struct, frozen=True):
    """A sheet that two clerks read differently, with what they read."""

    pot_id: UUID
    number: int
    page: str
    entries: list[Entry]


async def open_batch(house: House, officer: Officer, round_id: UUID, draft: BatchDraft) -> BatchView:
    """Open a batch in a scheduled round, until voting closes. Raises NotOpen and NameTaken."""
    batch_id = uuid4()
    async with house.box.write() as db:
        found = await own_round(db, officer, round_id)
        answer = await paper.open_batch(db, batch_id, round_id, draft.reference, draft.place, officer.name)
    if answer != "opened":
        raise NotOpen(phase=found.phase)
    return await view_batch(house, officer, batch_id)


async def view_batch(house: House, officer: Officer, batch_id: UUID) -> BatchView:
    """A batch of the officer's municipality with its sums. No choice is in them."""
    async with house.box.enter() as db:
        found = await own_batch(db, officer, batch_id)
        return await _view(db, found)


async def _view(db: Db, found: Batch) -> BatchView:
    lacks = [] if found.closed_at else await paper.batch_faults(db, found.id)
    return BatchView(found, await paper.pot_sums(db, found.id), [said(_lacking(each)) for each in lacks])


def _lacking(found: BatchFault) -> Fault:
    """What a batch lacks."""
    numbers = ", ".join(map(str, found.numbers))
    match found.kind:
        case "keyed-once":
            return Fault.counted(
                len(found.numbers),
                "in “{pot}” only one clerk has keyed sheet {numbers}",
                "in “{pot}” only one clerk has keyed the sheets {numbers}",
                pot=found.pot,
                numbers=numbers,
            )
        case "differs":
            return Fault.counted(
                len(found.numbers),
                "in “{pot}” two clerks read sheet {numbers} differently",
                "in “{pot}” two clerks read the sheets {numbers} differently",
                pot=found.pot,
                numbers=numbers,
            )
        case "unmarked":
            return Fault(
                "in “{pot}” there are more sheets ({sheets}) than people who are marked ({marks})",
                pot=found.pot,
                sheets=found.sheets,
                marks=found.others,
            )
    return Fault(
        "in “{pot}” there are not as many sheets keyed ({keyed}) as were counted by hand ({counted})",
        pot=found.pot,
        keyed=found.sheets,
        counted=found.others,
    )


async def list_batches(house: House, officer: Officer, round_id: UUID) -> list[BatchView]:
    """The batches of a round, the newest first."""
    async with house.box.enter() as db:
        await own_round(db, officer, round_id)
        return [await _view(db, found) for found in await paper.batches(db, round_id)]


async def declare_totals(house: House, officer: Officer, batch_id: UUID, sent: Totals) -> BatchView:
    """Say how many sheets were counted by hand; it can be said anew until the batch is closed."""
    totals = {total.pot_id: total.sheets for total in sent.totals}
    async with house.box.write() as db:
        found = await own_batch(db, officer, batch_id)
        if not await paper.hold_batch(db, batch_id):
            raise BatchClosed()
        if not set(totals) <= {sums.pot_id for sums in await paper.pot_sums(db, batch_id)}:
            raise NotFound(what="pot of this round with that id")
        await paper.write_totals(db, found, totals)
        return await _view(db, found)


async def key_sheet(house: House, officer: Officer, batch_id: UUID, sent: Keyed) -> SheetState:
    """Note what a clerk read on a sheet, or what an officer decides; two who read the same settle it.

    Raises what ``check_choices`` answers, BlankIsBallot, SheetSettled, OwnSheet, BatchClosed.
    """
    async with house.box.write() as db:
        batch = await own_batch(db, officer, batch_id)
        style, costs = await _form(db, batch, sent.pot_id)
        choices, points = read_sheet(style, costs, sent)
        entry = (officer.id, officer.name, isinstance(sent, Decided), choices, points, sent.void, sent.words.strip())
        answer = await paper.key_sheet(db, batch_id, sent.pot_id, sent.number, sent.page.strip(), *entry)
    match answer:
        case "batch_closed":
            raise BatchClosed()
        case "settled":
            raise SheetSettled(number=sent.number)
        case "own_sheet":
            raise OwnSheet(number=sent.number)
        case "no_sheet":
            raise NotFound(what="sheet of that number to be decided")
    return SheetState(sent.number, answer)


async def check_sheet(house: House, officer: Officer, batch_id: UUID, sent: Keyed) -> None:
    """Raise what keying this would be refused for by the style, and note nothing."""
    async with house.box.enter() as db:
        batch = await own_batch(db, officer, batch_id)
        read_sheet(*await _form(db, batch, sent.pot_id), sent)


async def _form(db: Db, batch: Batch, pot_id: UUID) -> tuple[Style, dict[int, int]]:
    form = await ballots.form(db, pot_id)
    if form is None or form.round_id != batch.round_id:
        raise NotFound(what="pot of this round with that id")
    return form.style, dict(zip(form.numbers, form.costs, strict=True))


def read_sheet(
    style: Style, costs: dict[int, int], sent: Keyed
) -> tuple[tuple[int, ...], tuple[int, ...]] | tuple[None, None]:
    """Choices and points in canonical form, or none of a void sheet; by the check that ballots online pass as well."""
    if sent.void == "blank" and check_choices(style, costs, ()) is None:
        raise BlankIsBallot()
    if sent.void is not None:
        return None, None
    if refusal := check_choices(style, costs, sent.choices, sent.points):
        raise refusal
    return canonical(style, sent.choices, sent.points)


def void_for(refusal: Refusal) -> Void:
    """Why a sheet is void that says what this refuses."""
    match refusal:
        case TooMany() | TooManyForOne() | TooManyPoints():
            return "too-many"
        case TooFew():
            return "too-few"
        case TooCostly():
            return "too-much-money"
    return "unclear"


async def waiting_sheets(house: House, officer: Officer, batch_id: UUID) -> list[WaitingSheet]:
    """Which sheets wait for a second clerk or a decision, without what was read on them."""
    async with house.box.enter() as db:
        await own_batch(db, officer, batch_id)
        return await paper.waiting_sheets(db, batch_id, officer.id)


async def list_differences(house: House, officer: Officer, batch_id: UUID) -> list[Difference]:
    """Sheets that two clerks read differently and that this officer may decide, because they have keyed none of them.

    Whoever keys a sheet does not see what another read on it.
    """
    async with house.box.enter() as db:
        await own_batch(db, officer, batch_id)
        return [
            Difference(sheet.pot_id, sheet.number, sheet.page, await paper.entries(db, batch_id, sheet))
            for sheet in await paper.waiting_sheets(db, batch_id, officer.id)
            if sheet.state == "differs" and not sheet.own
        ]


async def close_batch(house: House, officer: Officer, batch_id: UUID) -> BatchView:
    """Close a batch that adds up: its sheets become ballots, in a random order, under pseudonyms of nobody.

    Raises BatchNotWhole with all that is missing, and BatchClosed.
    """
    async with house.box.write() as db:
        found = await own_batch(db, officer, batch_id)
        if not await paper.hold_batch(db, batch_id):
            raise BatchClosed()
        if faults := await paper.batch_faults(db, batch_id):
            raise BatchNotWhole(faults=Faults(_lacking(each) for each in faults))
        styles = {pot.id: name_of(pot.style) for pot in await rounds.pots(db, found.round_id)}
        casts = [
            _cast(found.round_id, sheet.pot_id, styles[sheet.pot_id], sheet.choices, sheet.points)
            for sheet in await paper.agreed(db, batch_id)
        ]
        SystemRandom().shuffle(casts)
        await paper.insert_ballots(db, found, casts)
        await paper.close_batch(db, batch_id, officer.name)
    house.doorbell.ring("judge")
    return await view_batch(house, officer, batch_id)


def _cast(round_id: UUID, pot_id: UUID, style: str, choices: tuple[int, ...], points: tuple[int, ...]) -> Cast:
    """A paper's ballot, committed to as one that is cast online."""
    tag, nonce = os.urandom(32), os.urandom(32)
    return Cast(pot_id, tag, "", 0, choices, points, nonce, commitment(round_id, pot_id, style, nonce, choices, points))
