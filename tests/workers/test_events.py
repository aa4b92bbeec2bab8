"""Golden bytes: what an event looks like in the table. They change only by a field with a default."""

from typing import get_args
from uuid import UUID

import msgspec
import pytest

from schema import events
from schema.events import LANES, Event, decode_event, encode_event

ID = UUID("6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f")
GOLDEN = {
    events.RegisterImported: '{"event":"RegisterImported","municipality_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f"}',
    events.RoundDrafted: '{"event":"RoundDrafted","round_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f"}',
    events.PersonAdmitted: (
        '{"event":"PersonAdmitted","round_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f","due_at":null}'
    ),
    events.VotingEnded: '{"event":"VotingEnded","round_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f"}',
    events.CodesVoided: '{"event":"CodesVoided","round_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f","due_at":null}',
    events.ActNoted: '{"event":"ActNoted","ledger_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f"}',
    events.BallotsCast: (
        '{"event":"BallotsCast","round_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f",'
        '"ballot_ids":["6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f"]}'
    ),
    events.RoundScheduled: '{"event":"RoundScheduled","round_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f"}',
    events.BallotsAccepted: (
        '{"event":"BallotsAccepted","round_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f",'
        '"ballot_ids":["6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f"]}'
    ),
    events.HeadSigned: '{"event":"HeadSigned","round_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f"}',
    events.RoundClosed: '{"event":"RoundClosed","round_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f"}',
    events.RoundPublished: '{"event":"RoundPublished","round_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f"}',
    events.AuditorNamed: '{"event":"AuditorNamed","round_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f"}',
    events.PotCounted: '{"event":"PotCounted","pot_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f"}',
    events.BallotsHeld: '{"event":"BallotsHeld","round_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f"}',
    events.BallotsVoided: '{"event":"BallotsVoided","round_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f"}',
    events.ProposalSubmitted: '{"event":"ProposalSubmitted","proposal_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f"}',
    events.ProposalEdited: '{"event":"ProposalEdited","proposal_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f"}',
    events.ProposalWithdrawn: '{"event":"ProposalWithdrawn","proposal_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f"}',
    events.ProposalPictured: '{"event":"ProposalPictured","proposal_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f"}',
    events.ProposalUnpictured: '{"event":"ProposalUnpictured","proposal_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f"}',
    events.ProposalShortlisted: '{"event":"ProposalShortlisted","proposal_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f"}',
    events.ProposalDeclined: '{"event":"ProposalDeclined","proposal_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f"}',
    events.ProposalHidden: '{"event":"ProposalHidden","proposal_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f"}',
    events.ProposalReopened: '{"event":"ProposalReopened","proposal_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f"}',
    events.ProposalSupported: '{"event":"ProposalSupported","proposal_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f"}',
    events.ProposalUnsupported: '{"event":"ProposalUnsupported","proposal_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f"}',
    events.ArgumentWritten: (
        '{"event":"ArgumentWritten","proposal_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f",'
        '"argument_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f"}'
    ),
    events.ArgumentWithdrawn: (
        '{"event":"ArgumentWithdrawn","proposal_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f",'
        '"argument_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f"}'
    ),
    events.ArgumentHidden: (
        '{"event":"ArgumentHidden","proposal_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f",'
        '"argument_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f"}'
    ),
    events.ArgumentReopened: (
        '{"event":"ArgumentReopened","proposal_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f",'
        '"argument_id":"6f1c2f0e-8a34-4c8e-9d3b-0a1b2c3d4e5f"}'
    ),
}


@pytest.mark.parametrize("kind", get_args(Event))
def test_golden_bytes(kind: type[Event]) -> None:
    """Each event is written as these bytes and read back as itself."""
    names = [field.name for field in msgspec.structs.fields(kind) if field.required]
    event = kind(*((ID,) if name == "ballot_ids" else ID for name in names))  # type: ignore[arg-type]  # ids only
    assert encode_event(event) == GOLDEN[kind]
    assert decode_event(GOLDEN[kind]) == event


@pytest.mark.parametrize("kind", get_args(Event))
def test_lane(kind: type[Event]) -> None:
    """Each event has a lane that some worker listens to."""
    assert kind.lane in LANES
