"""The one door: every event of the house comes in here, and each kind goes to one verb with all its neighbours."""

from collections.abc import Sequence
from pathlib import Path
from typing import assert_never
from uuid import UUID

import asyncpg

from schema.events import (
    ActNoted,
    ArgumentHidden,
    ArgumentReopened,
    ArgumentWithdrawn,
    ArgumentWritten,
    AuditorNamed,
    BallotsAccepted,
    BallotsCast,
    BallotsHeld,
    BallotsVoided,
    CodesVoided,
    Event,
    HeadSigned,
    PersonAdmitted,
    PotCounted,
    ProposalDeclined,
    ProposalEdited,
    ProposalHidden,
    ProposalPictured,
    ProposalReopened,
    ProposalShortlisted,
    ProposalSubmitted,
    ProposalSupported,
    ProposalUnpictured,
    ProposalUnsupported,
    ProposalWithdrawn,
    RegisterImported,
    RoundClosed,
    RoundDrafted,
    RoundPublished,
    RoundScheduled,
    VotingEnded,
)
from schema.keys import Keys
from workers.civic import Happening, note_happenings
from workers.compare import compare_pots, leave_out_held
from workers.count import count_rounds
from workers.judge import judge_ballots
from workers.openings import make_openings
from workers.roll import admit_persons, put_off_bearers, rebuild_rolls
from workers.sequence import sequence_ballots
from workers.sequence_audit import sequence_entries
from workers.spread import spread_heads
from workers.turnout import add_up_turnout


async def act(  # noqa: PLR0912, PLR0915 - one case for each kind
    db: asyncpg.Connection,
    keys: Keys,
    box_url: str,
    batch: Sequence[tuple[int, Event]],
    heads: Path | None = None,
) -> None:
    """Do what these events (number, event) ask for. Twice, or in another order, comes to the same.

    ``heads`` is the folder of published heads, if there is one.
    """
    municipalities, drafts, ended, noted = (set[UUID]() for _ in range(4))
    cast, signed, closed, audited, counted, held = (set[UUID]() for _ in range(6))
    growing: list[RoundScheduled | BallotsAccepted] = []
    admitted: list[PersonAdmitted] = []
    voided: list[CodesVoided] = []
    happenings: list[Happening] = []
    for number, event in batch:
        match event:
            case RegisterImported(municipality_id):
                municipalities.add(municipality_id)
            case RoundDrafted(round_id):
                drafts.add(round_id)
            case PersonAdmitted():
                admitted.append(event)
            case VotingEnded(round_id):
                ended.add(round_id)
            case CodesVoided():
                voided.append(event)
            case ActNoted(ledger_id):
                noted.add(ledger_id)
            case BallotsCast(ballot_ids=ballot_ids):
                cast.update(ballot_ids)
            case RoundScheduled() | BallotsAccepted():
                growing.append(event)
            case HeadSigned(round_id):
                signed.add(round_id)
            case RoundClosed(round_id) | BallotsVoided(round_id):
                closed.add(round_id)
            case RoundPublished(round_id) | AuditorNamed(round_id):
                audited.add(round_id)
            case PotCounted(pot_id):
                counted.add(pot_id)
            case BallotsHeld(round_id):
                held.add(round_id)
            case (
                ProposalSubmitted(proposal_id)
                | ProposalEdited(proposal_id)
                | ProposalWithdrawn(proposal_id)
                | ProposalPictured(proposal_id)
                | ProposalUnpictured(proposal_id)
                | ProposalShortlisted(proposal_id)
                | ProposalDeclined(proposal_id)
                | ProposalHidden(proposal_id)
                | ProposalReopened(proposal_id)
                | ProposalSupported(proposal_id)
                | ProposalUnsupported(proposal_id)
            ):
                what = type(event).__name__.removeprefix("Proposal").lower()
                happenings.append(Happening(number, proposal_id, what))
            case (
                ArgumentWritten(proposal_id)
                | ArgumentWithdrawn(proposal_id)
                | ArgumentHidden(proposal_id)
                | ArgumentReopened(proposal_id)
            ):
                what = f"argument-{type(event).__name__.removeprefix('Argument').lower()}"
                happenings.append(Happening(number, proposal_id, what))
            case _:
                assert_never(event)
    await admit_persons(db, keys, admitted)
    await put_off_bearers(db, keys, voided)
    await rebuild_rolls(db, keys, municipalities, drafts)
    await add_up_turnout(db, ended)
    await sequence_entries(db, keys, box_url, noted)
    await judge_ballots(db, cast)
    await sequence_ballots(db, keys, box_url, growing)
    await spread_heads(db, heads, signed)
    await count_rounds(db, keys, closed)
    await make_openings(db, audited)
    await compare_pots(db, counted)
    await leave_out_held(db, held)
    await note_happenings(db, happenings)
