"""Moderation of the debate: a queue of what was written, hiding it and taking that back, the municipality's answers."""

from typing import Literal
from uuid import UUID

import msgspec

from schema.errors import ArgumentSettled, NotFound
from schema.events import ArgumentHidden, ArgumentReopened
from schema.queries import Db
from service.house import House
from service.reading import Reason, Said
from service.store import arguments, outbox
from service.store.arguments import Argument, QueuedArgument, Reports
from service.store.roll import Officer
from service.verbs.arguments import (
    AnswerView,
    Language,
    found_argument,
    public,
    said,
    take_back,
    why_unanswered,
)
from service.verbs.proposals import found_proposal
from service.verbs.rounds import own_round

ArgumentGround = Literal["personal-data", "hate", "advertising", "off-topic", "other"]


class ArgumentReviewDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What becomes of an argument. Everybody reads the ``ground`` on which it is hidden.

    The ``reason`` is read by its author and by officers, and needed where the ground is ``other``. ``reopened`` takes
    back that it was hidden.
    """

    state: Literal["hidden", "reopened"]
    ground: ArgumentGround | None = None
    reason: Reason | None = None

    def __post_init__(self) -> None:
        if (self.state == "hidden") != (self.ground is not None):
            raise ValueError("a ground is named where an argument is hidden, and only there")
        if self.ground in {None, "other"} and not (self.reason or "").strip():
            raise ValueError("say in words why")


class OfficialAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an officer answers for the municipality."""

    words: Said
    language: Language


class Docket(msgspec.Struct, frozen=True):
    """A page of a round's arguments in one state, the municipality's answers to them, and how many are in each."""

    arguments: list[QueuedArgument]
    answers: dict[UUID, Argument]
    counts: dict[str, int]


async def view_docketed(house: House, officer: Officer, argument_id: UUID) -> tuple[Argument, Docket]:
    """One argument of the officer's municipality, and a docket of it alone."""
    async with house.civic.enter() as db:
        one = await _own_argument(db, officer, argument_id)
        proposal = await found_proposal(db, one.proposal_id)
        alone = QueuedArgument(**msgspec.structs.asdict(one), title=proposal.title, reports=0, grounds=[])
        ours = await arguments.answer_of(db, argument_id, None)
        return one, Docket([alone], {one.id: ours} if ours else {}, await arguments.queue_counts(db, one.round_id))


async def view_docket(
    house: House, officer: Officer, round_id: UUID, state: str, after: UUID | None, size: int
) -> Docket:
    """Arguments as officers see them: the most reported first, then the newest."""
    async with house.civic.enter() as db:
        await own_round(db, officer, round_id)
        found = await arguments.arguments_in_state(db, round_id, state, after, size)
        said_to_them = await arguments.answers_to(db, [each.id for each in found])
        ours = {each.answers: each for each in said_to_them if each.by == "municipality" and each.answers}
        return Docket(found, ours, await arguments.queue_counts(db, round_id))


async def count_arguments(house: House, officer: Officer, round_id: UUID) -> dict[str, int]:
    """How many of a round's arguments and answers are in each state."""
    async with house.civic.enter() as db:
        await own_round(db, officer, round_id)
        return await arguments.queue_counts(db, round_id)


async def view_reports(house: House, officer: Officer, round_id: UUID, proposal_ids: list[UUID]) -> dict[UUID, Reports]:
    """What was reported of these proposals."""
    async with house.civic.enter() as db:
        await own_round(db, officer, round_id)
        return await arguments.reports_of_proposals(db, proposal_ids)


async def review_argument(house: House, officer: Officer, argument_id: UUID, draft: ArgumentReviewDraft) -> AnswerView:
    """Hide an argument or an answer, or take that back. Raises ArgumentSettled."""
    async with house.civic.write() as db:
        before = await _own_argument(db, officer, argument_id)
        if draft.state == "hidden":
            why = (draft.ground or "other", draft.reason or None, officer.name)
            done = await arguments.hide_argument(db, argument_id, *why)
        else:
            done = await arguments.reopen_argument(db, argument_id, draft.reason or "", officer.name)
        now = await found_argument(db, argument_id)
        if not done:
            raise ArgumentSettled(state=now.state)
        event = ArgumentHidden if draft.state == "hidden" else ArgumentReopened
        await outbox.tell(db, event(proposal_id=before.proposal_id, argument_id=argument_id))
    house.doorbell.ring("civic")
    return public(now)


async def answer_officially(house: House, officer: Officer, argument_id: UUID, draft: OfficialAnswer) -> AnswerView:
    """Answer an argument as the municipality. Raises NotInPhase, Settled, ArgumentSettled, HasAnswer."""
    async with house.civic.write() as db:
        asked = await _own_argument(db, officer, argument_id)
        values = (None, None, officer.name, draft.words, draft.language)
        made = await arguments.insert_answer(db, argument_id, *values)
        if made is None:
            there = await arguments.answer_of(db, argument_id, None)
            if there and (there.author_name, there.words) == (officer.name, draft.words):
                return public(there)
            raise await why_unanswered(db, asked, await found_proposal(db, asked.proposal_id), None)
        written = await said(db, asked.proposal_id, made)
    house.doorbell.ring("civic")
    return public(written)


async def withdraw_official_answer(house: House, officer: Officer, argument_id: UUID) -> None:
    """Take the municipality's answer to an argument back. Raises NotFound, ArgumentSettled."""
    async with house.civic.write() as db:
        await _own_argument(db, officer, argument_id)
        there = await arguments.answer_of(db, argument_id, None)
        if there is None:
            raise NotFound(what="answer")
        await take_back(db, there)
    house.doorbell.ring("civic")


async def settle_argument_reports(house: House, officer: Officer, argument_id: UUID) -> None:
    """Lay aside what was reported of an argument: somebody looked at it, and it may stand."""
    async with house.civic.write() as db:
        await _own_argument(db, officer, argument_id)
        await arguments.settle_reports(db, argument_id)


async def settle_proposal_reports(house: House, officer: Officer, proposal_id: UUID) -> None:
    """The same for a proposal."""
    async with house.civic.write() as db:
        proposal = await found_proposal(db, proposal_id)
        await own_round(db, officer, proposal.round_id)
        await arguments.settle_reports(db, proposal_id)


async def _own_argument(db: Db, officer: Officer, argument_id: UUID) -> Argument:
    argument = await found_argument(db, argument_id)
    await own_round(db, officer, argument.round_id)
    return argument
