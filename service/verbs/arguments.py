"""Arguments: for, against and questions about a proposal, what its author answers, and what readers report."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from schema.errors import (
    ArgumentSettled,
    HasAnswer,
    Hidden,
    KeyReused,
    NotFound,
    NotInPhase,
    NotYours,
    Refusal,
    Settled,
    TooManyArguments,
)
from schema.events import ArgumentWithdrawn, ArgumentWritten
from schema.passes import Pass
from schema.queries import Db
from service.house import House
from service.limits import PROPOSING, REPORTING
from service.reading import Name, Said
from service.store import arguments, outbox, rounds
from service.store.arguments import Argument, By
from service.store.proposals import Proposal
from service.verbs.proposals import ProposalView, found_proposal, shown

DEBATED = ("proposing", "reviewing", "supporting")
"""Phases in which proposals are argued about. From then on ballots are cast, and the house campaigns for nothing."""

MOST = 3
"""Arguments of one resident about one proposal; ``argument_three_places`` says the same."""

Side = Literal["for", "against", "question"]
SIDES: tuple[Side, ...] = ("for", "against", "question")

Language = Annotated[str, msgspec.Meta(pattern="^[a-z]{2,3}$")]


class AnswerDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody says in public, and the name that stands beside it."""

    words: Said
    author_name: Name
    language: Language


class ArgumentDraft(AnswerDraft, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The same on one side of a proposal; a ``question`` is on neither."""

    side: Side


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why somebody thinks that something breaks the rules. There is no room for words, which might name people."""

    ground: Literal["personal-data", "hate", "advertising", "not-a-proposal", "off-topic", "other"]


class AnswerView(msgspec.Struct, frozen=True):
    """An argument as everybody reads it; ``by`` says whether the proposal's author or the municipality wrote it.

    Of one that is hidden there is only the ground.
    """

    id: UUID
    proposal_id: UUID
    side: str
    by: By
    author_name: str | None
    words: str | None
    language: str
    state: str
    written_at: datetime
    ground: str | None


class ArgumentView(AnswerView, frozen=True):
    """The same with what was answered to it."""

    answers: list[AnswerView]


class OwnArgument(msgspec.Struct, frozen=True):
    """An argument as its author sees it, also when it is hidden, with what moderators said to her alone."""

    id: UUID
    side: str
    author_name: str
    words: str
    language: str
    state: str
    written_at: datetime
    ground: str | None
    reason: str | None


class Debate(msgspec.Struct, frozen=True):
    """What stands on a proposal's page: the newest of each side, and how many there are in all."""

    sides: dict[str, list[ArgumentView]]
    counts: dict[str, int]


class Seat(msgspec.Struct, frozen=True):
    """A resident in the debate about a proposal.

    ``own`` is what they wrote, ``name`` what they called themselves last. Where the proposal is theirs (``mine``),
    ``unanswered`` is what others wrote.
    """

    proposal: ProposalView
    own: list[OwnArgument]
    name: str
    mine: bool
    unanswered: list[ArgumentView]

    @property
    def places(self) -> int:
        """How many arguments they may still write."""
        return MOST - sum(each.side != "answer" for each in self.own)


async def view_debate(house: House, proposal_id: UUID, size: int) -> Debate:
    """The newest ``size`` arguments of each side, in order of time."""
    async with house.civic.enter() as db:
        found = await with_answers(db, await arguments.newest_arguments(db, proposal_id, size))
        counts = await arguments.argument_counts(db, proposal_id)
    return Debate({side: [each for each in found if each.side == side] for side in SIDES}, counts)


async def list_arguments(
    house: House, proposal_id: UUID, side: Side | None, after: UUID | None, size: int
) -> list[ArgumentView]:
    """Arguments about a proposal in order of time. Raises NotFound, Hidden."""
    async with house.civic.enter() as db:
        proposal = await found_proposal(db, proposal_id)
        if proposal.state == "hidden":
            raise Hidden(ground=proposal.ground or "other")
        return await with_answers(db, await arguments.argument_page(db, proposal_id, side, after, size))


async def view_seat(house: House, claims: Pass, proposal_id: UUID, size: int) -> Seat:
    """What the bearer of this pass wrote about a proposal, and can answer if it is theirs. Raises NotFound, Hidden."""
    async with house.civic.enter() as db:
        proposal = await _in_round(db, claims, proposal_id)
        if proposal.state == "hidden":
            raise Hidden(ground=proposal.ground or "other")
        own = await arguments.arguments_of_author(db, proposal_id, claims.tag_bytes)
        mine = proposal.author == claims.tag_bytes
        waiting = await arguments.unanswered(db, proposal_id, claims.tag_bytes, size) if mine else []
        unanswered = await with_answers(db, waiting)
    name = (own[-1].author_name if own else None) or (proposal.author_name if mine else "")
    return Seat(shown(proposal), [_own(each) for each in own], name, mine, unanswered)


async def write_argument(house: House, claims: Pass, proposal_id: UUID, key: str, draft: ArgumentDraft) -> ArgumentView:
    """Argue about a proposal, once for each idempotency key.

    Raises NotFound, NotInPhase, Settled, TooManyArguments, KeyReused.
    """
    house.limits.take(PROPOSING, claims.tag)
    async with house.civic.write() as db:
        proposal = await _in_round(db, claims, proposal_id)
        values = (claims.tag_bytes, key, draft.side, draft.author_name, draft.words, draft.language)
        made = None
        for _try in range(MOST):  # whoever sends several at once may meet herself at a place
            made = made or await arguments.insert_argument(db, proposal_id, *values)
        if made is None:
            if sent := await arguments.argument_sent(db, proposal_id, claims.tag_bytes, key):
                return (await with_answers(db, [_same(sent, draft, draft.side)]))[0]
            raise await _no_place(db, proposal, claims.tag_bytes)
        (view,) = await with_answers(db, [await said(db, proposal_id, made)])
    house.doorbell.ring("civic")
    return view


async def answer_argument(house: House, claims: Pass, argument_id: UUID, key: str, draft: AnswerDraft) -> AnswerView:
    """Answer an argument about one's own proposal, once. Raises NotFound, NotYours, NotInPhase, Settled, HasAnswer."""
    house.limits.take(PROPOSING, claims.tag)
    async with house.civic.write() as db:
        asked = await found_argument(db, argument_id)
        proposal = await _in_round(db, claims, asked.proposal_id)
        if proposal.author != claims.tag_bytes:
            raise NotYours()
        values = (claims.tag_bytes, key, draft.author_name, draft.words, draft.language)
        made = await arguments.insert_answer(db, argument_id, *values)
        if made is None:
            if sent := await arguments.argument_sent(db, proposal.id, claims.tag_bytes, key):
                return public(_same(sent, draft, "answer"))
            raise await why_unanswered(db, asked, proposal, claims.tag_bytes)
        written = await said(db, proposal.id, made)
    house.doorbell.ring("civic")
    return public(written)


async def withdraw_argument(house: House, claims: Pass, argument_id: UUID) -> None:
    """Take one's own argument or answer back, whatever the phase; twice is once. Raises NotYours, ArgumentSettled."""
    house.limits.take(PROPOSING, claims.tag)
    async with house.civic.write() as db:
        before = await found_argument(db, argument_id)
        if before.round_id != claims.round_id:
            raise NotFound(what="argument")
        if before.author != claims.tag_bytes:
            raise NotYours()
        await take_back(db, before)
    house.doorbell.ring("civic")


async def report_proposal(house: House, address: str, proposal_id: UUID, report: Report) -> ProposalView:
    """Tell moderators of a proposal. It changes the order of their queue and nothing else. Raises NotFound, Hidden."""
    await house.limits.ask(REPORTING, address)
    async with house.civic.write() as db:
        proposal = await found_proposal(db, proposal_id)
        if proposal.state == "hidden":
            raise Hidden(ground=proposal.ground or "other")
        await arguments.report_proposal(db, proposal_id, report.ground)
    return shown(proposal)


async def report_argument(house: House, address: str, argument_id: UUID, report: Report) -> None:
    """Tell moderators of an argument or an answer, in the same way. Raises NotFound, ArgumentSettled."""
    await house.limits.ask(REPORTING, address)
    async with house.civic.write() as db:
        reported = await found_argument(db, argument_id)
        if reported.state != "standing":
            raise ArgumentSettled(state=reported.state)
        await arguments.report_argument(db, argument_id, report.ground)


async def view_argument(house: House, argument_id: UUID) -> AnswerView:
    """One argument or answer, for whoever reports it. Raises NotFound, ArgumentSettled."""
    async with house.civic.enter() as db:
        found = await found_argument(db, argument_id)
    if found.state != "standing":
        raise ArgumentSettled(state=found.state)
    return public(found)


def public(argument: Argument) -> AnswerView:
    """What everybody reads of an argument."""
    facts = msgspec.structs.asdict(argument)
    if argument.state == "hidden":
        facts |= {"words": None, "author_name": None}
    return msgspec.convert(facts, AnswerView)


async def with_answers(db: Db, found: Sequence[Argument]) -> list[ArgumentView]:
    """Arguments as everybody reads them, each with its answers."""
    answers = await arguments.answers_to(db, [each.id for each in found])
    views = []
    for each in found:
        said_to_it = [public(answer) for answer in answers if answer.answers == each.id]
        views.append(ArgumentView(**msgspec.structs.asdict(public(each)), answers=said_to_it))
    return views


async def found_argument(db: Db, argument_id: UUID) -> Argument:
    """An argument in whatever state it is. Raises NotFound."""
    argument = await arguments.argument_by_id(db, argument_id)
    if argument is None:
        raise NotFound(what="argument")
    return argument


async def said(db: Db, proposal_id: UUID, made: UUID) -> Argument:
    """What was written a moment ago, after telling of it."""
    await outbox.tell(db, ArgumentWritten(proposal_id=proposal_id, argument_id=made))
    return await found_argument(db, made)


async def take_back(db: Db, before: Argument) -> None:
    """Take an argument back and tell of it. Raises ArgumentSettled where it is hidden."""
    if await arguments.withdraw_argument(db, before.id):
        await outbox.tell(db, ArgumentWithdrawn(proposal_id=before.proposal_id, argument_id=before.id))
    elif (now := await found_argument(db, before.id)).state != "withdrawn":
        raise ArgumentSettled(state=now.state)


async def why_unanswered(db: Db, asked: Argument, proposal: Proposal, author: bytes | None) -> Refusal:
    """Why an answer was not taken. ``author``: None for the municipality's."""
    if asked.side == "answer":
        return NotFound(what="argument")
    if await arguments.answer_of(db, asked.id, author):
        return HasAnswer()
    now = await found_argument(db, asked.id)
    return ArgumentSettled(state=now.state) if now.state == "withdrawn" else await _not_debated(db, proposal)


def _own(argument: Argument) -> OwnArgument:
    return msgspec.convert(argument, OwnArgument, from_attributes=True)


def _same(sent: Argument, draft: AnswerDraft, side: str) -> Argument:
    """What came with this key before, if it is what comes now; of what was taken back nobody knows any more."""
    now = (side, draft.author_name, draft.words, draft.language)
    if sent.state != "withdrawn" and (sent.side, sent.author_name, sent.words, sent.language) != now:
        raise KeyReused()
    return sent


async def _in_round(db: Db, claims: Pass, proposal_id: UUID) -> Proposal:
    proposal = await found_proposal(db, proposal_id)
    if proposal.round_id != claims.round_id:
        raise NotFound(what="proposal in the round of your pass")
    return proposal


async def _no_place(db: Db, proposal: Proposal, author: bytes) -> Refusal:
    """Why an argument was not taken."""
    refusal = await _not_debated(db, proposal)
    if isinstance(refusal, NotInPhase) and refusal.facts["phase"] not in DEBATED:
        return refusal
    if isinstance(refusal, Settled):
        return refusal
    return TooManyArguments(limit=await arguments.places_taken(db, proposal.id, author))


async def _not_debated(db: Db, proposal: Proposal) -> Refusal:
    now = await found_proposal(db, proposal.id)
    if now.state not in {"submitted", "shortlisted"}:
        return Settled(state=now.state)
    found = await rounds.round_by_id(db, proposal.round_id)
    return NotInPhase(phase=found.phase if found else "draft", needed="proposing, reviewing or supporting")
