"""Events: frozen facts in the past tense, references and never copies.

Each is one JSON object in ``post.outbox`` with its name under ``event``. A new field needs a default, because rows
written before it are still read. No event holds a person together with a choice (P7).
"""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

import msgspec

Lane = Literal["roll", "judge", "sequence", "spread", "count", "compare", "civic"]
LANES: tuple[Lane, ...] = ("roll", "judge", "sequence", "spread", "count", "compare", "civic")


class RegisterImported(msgspec.Struct, frozen=True, tag_field="event", tag=True):
    """A municipality's register was replaced by a new file."""

    lane: ClassVar[Lane] = "roll"
    municipality_id: UUID


class RoundDrafted(msgspec.Struct, frozen=True, tag_field="event", tag=True):
    """A round was created or its draft was edited: who may vote where may have changed."""

    lane: ClassVar[Lane] = "roll"
    round_id: UUID


class PersonAdmitted(msgspec.Struct, frozen=True, tag_field="event", tag=True):
    """A round has somebody to let in. Who it is stands on the roll side.

    ``due_at``: until when others may gather beside them; None for at once.
    """

    lane: ClassVar[Lane] = "roll"
    round_id: UUID
    due_at: datetime | None = None


class VotingEnded(msgspec.Struct, frozen=True, tag_field="event", tag=True):
    """A round was closed: who took part in it can be added up by area."""

    lane: ClassVar[Lane] = "roll"
    round_id: UUID


class CodesVoided(msgspec.Struct, frozen=True, tag_field="event", tag=True):
    """Codes that name nobody were made void: who holds one and has not voted is an elector no more.

    ``due_at``: until when somebody may still be coming in with one; None where nobody votes yet.
    """

    lane: ClassVar[Lane] = "roll"
    round_id: UUID
    due_at: datetime | None = None


class ActNoted(msgspec.Struct, frozen=True, tag_field="event", tag=True):
    """An entry came into the audit log and waits for its place in this ledger."""

    lane: ClassVar[Lane] = "roll"
    ledger_id: UUID


class BallotsCast(msgspec.Struct, frozen=True, tag_field="event", tag=True):
    """Ballot revisions of one round were accepted together and wait for their verdicts."""

    lane: ClassVar[Lane] = "judge"
    round_id: UUID
    ballot_ids: tuple[UUID, ...]


class RoundScheduled(msgspec.Struct, frozen=True, tag_field="event", tag=True):
    """A round was frozen: its ledger begins, empty."""

    lane: ClassVar[Lane] = "sequence"
    round_id: UUID


class BallotsAccepted(msgspec.Struct, frozen=True, tag_field="event", tag=True):
    """Ballot revisions of one round were accepted together and wait for their places in its ledger."""

    lane: ClassVar[Lane] = "sequence"
    round_id: UUID
    ballot_ids: tuple[UUID, ...]


class HeadSigned(msgspec.Struct, frozen=True, tag_field="event", tag=True):
    """A ledger has a new head, or a place that wants its heads: the newest goes where it is not yet.

    ``round_id``: or the ledger of an audit log.
    """

    lane: ClassVar[Lane] = "spread"
    round_id: UUID


class RoundClosed(msgspec.Struct, frozen=True, tag_field="event", tag=True):
    """Voting ended: nothing committed after this counts, nothing committed before it is dropped."""

    lane: ClassVar[Lane] = "count"
    round_id: UUID


class RoundPublished(msgspec.Struct, frozen=True, tag_field="event", tag=True):
    """The outcomes of a round were published: its auditors may have what they need."""

    lane: ClassVar[Lane] = "count"
    round_id: UUID


class AuditorNamed(msgspec.Struct, frozen=True, tag_field="event", tag=True):
    """A round has a further auditor."""

    lane: ClassVar[Lane] = "count"
    round_id: UUID


class PotCounted(msgspec.Struct, frozen=True, tag_field="event", tag=True):
    """A pot's outcome was kept as a snapshot: other rules may be tried on its ballots."""

    lane: ClassVar[Lane] = "compare"
    pot_id: UUID


class BallotsHeld(msgspec.Struct, frozen=True, tag_field="event", tag=True):
    """Whose ballots are in quarantine has changed: what was counted is worked out without them as well."""

    lane: ClassVar[Lane] = "compare"
    round_id: UUID


class BallotsVoided(msgspec.Struct, frozen=True, tag_field="event", tag=True):
    """Two officers voided ballots of a closed round, or gave them back: it is counted anew."""

    lane: ClassVar[Lane] = "count"
    round_id: UUID


class ProposalSubmitted(msgspec.Struct, frozen=True, tag_field="event", tag=True):
    """A resident put forward a proposal."""

    lane: ClassVar[Lane] = "civic"
    proposal_id: UUID


class ProposalEdited(msgspec.Struct, frozen=True, tag_field="event", tag=True):
    """The author changed the text of a proposal."""

    lane: ClassVar[Lane] = "civic"
    proposal_id: UUID


class ProposalWithdrawn(msgspec.Struct, frozen=True, tag_field="event", tag=True):
    """The author took a proposal back."""

    lane: ClassVar[Lane] = "civic"
    proposal_id: UUID


class ProposalPictured(msgspec.Struct, frozen=True, tag_field="event", tag=True):
    """The author added a picture to a proposal."""

    lane: ClassVar[Lane] = "civic"
    proposal_id: UUID


class ProposalUnpictured(msgspec.Struct, frozen=True, tag_field="event", tag=True):
    """The author took a picture of a proposal away."""

    lane: ClassVar[Lane] = "civic"
    proposal_id: UUID


class ProposalShortlisted(msgspec.Struct, frozen=True, tag_field="event", tag=True):
    """An officer put a proposal on the ballot as a project with a cost."""

    lane: ClassVar[Lane] = "civic"
    proposal_id: UUID


class ProposalDeclined(msgspec.Struct, frozen=True, tag_field="event", tag=True):
    """A reviewer found that a proposal cannot be done."""

    lane: ClassVar[Lane] = "civic"
    proposal_id: UUID


class ProposalHidden(msgspec.Struct, frozen=True, tag_field="event", tag=True):
    """A moderator hid a proposal that breaks the rules of conduct."""

    lane: ClassVar[Lane] = "civic"
    proposal_id: UUID


class ProposalReopened(msgspec.Struct, frozen=True, tag_field="event", tag=True):
    """An officer took back that a proposal was declined or hidden."""

    lane: ClassVar[Lane] = "civic"
    proposal_id: UUID


class ProposalSupported(msgspec.Struct, frozen=True, tag_field="event", tag=True):
    """Someone's support was given. Who gave it is not said."""

    lane: ClassVar[Lane] = "civic"
    proposal_id: UUID


class ProposalUnsupported(msgspec.Struct, frozen=True, tag_field="event", tag=True):
    """Someone's support was taken back."""

    lane: ClassVar[Lane] = "civic"
    proposal_id: UUID


class ArgumentWritten(msgspec.Struct, frozen=True, tag_field="event", tag=True):
    """A resident argued about a proposal or asked, or its author or the municipality answered. Who is not said."""

    lane: ClassVar[Lane] = "civic"
    proposal_id: UUID
    argument_id: UUID


class ArgumentWithdrawn(msgspec.Struct, frozen=True, tag_field="event", tag=True):
    """Whoever wrote an argument or an answer took it back."""

    lane: ClassVar[Lane] = "civic"
    proposal_id: UUID
    argument_id: UUID


class ArgumentHidden(msgspec.Struct, frozen=True, tag_field="event", tag=True):
    """A moderator hid an argument or an answer that breaks the rules of conduct."""

    lane: ClassVar[Lane] = "civic"
    proposal_id: UUID
    argument_id: UUID


class ArgumentReopened(msgspec.Struct, frozen=True, tag_field="event", tag=True):
    """A moderator took back that an argument or an answer was hidden."""

    lane: ClassVar[Lane] = "civic"
    proposal_id: UUID
    argument_id: UUID


Event = (
    RegisterImported
    | RoundDrafted
    | PersonAdmitted
    | VotingEnded
    | CodesVoided
    | ActNoted
    | BallotsCast
    | RoundScheduled
    | BallotsAccepted
    | HeadSigned
    | RoundClosed
    | RoundPublished
    | AuditorNamed
    | PotCounted
    | BallotsHeld
    | BallotsVoided
    | ProposalSubmitted
    | ProposalEdited
    | ProposalWithdrawn
    | ProposalPictured
    | ProposalUnpictured
    | ProposalShortlisted
    | ProposalDeclined
    | ProposalHidden
    | ProposalReopened
    | ProposalSupported
    | ProposalUnsupported
    | ArgumentWritten
    | ArgumentWithdrawn
    | ArgumentHidden
    | ArgumentReopened
)

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


def encode_event(event: Event) -> str:
    """The one JSON text of an event, as ``post.outbox`` keeps it."""
    return _encoder.encode(event).decode()


def parts(event: Event) -> tuple[Event, ...]:
    """The event cut into the smallest ones that say the same together, so that a bad part holds up no other."""
    if isinstance(event, BallotsCast):
        return tuple(BallotsCast(event.round_id, (ballot_id,)) for ballot_id in event.ballot_ids)
    return (event,)


def decode_event(text: str) -> Event:
    """Read an event back. Raises msgspec.ValidationError on anything that is not one."""
    return _decoder.decode(text)
