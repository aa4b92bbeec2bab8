"""A snapshot: an outcome with all that is needed to repeat it, as one canonical JSON text (P6).

No clock, no chance and no id of its own is in it, so the same published inputs give the same bytes on every machine.
"""

import hashlib
from typing import Literal
from uuid import UUID

import msgspec

from schema.outcome import Outcome
from schema.rules import Rule, TieOrder
from schema.styles import Style


class Group(msgspec.Struct, frozen=True, order=True):
    """One ballot (project numbers, ascending or ranked, and the points beside them) and how many voters' counted it is.

    ``points`` is empty in the styles that give none.
    """

    choices: tuple[int, ...]
    voters: int
    points: tuple[int, ...] = ()


class Inputs(msgspec.Struct, frozen=True):
    """All that an outcome depends on. ``costs``: (number, cost) of each project by number; ``ballots`` in order."""

    money: int
    rule: Rule
    ties: TieOrder
    style: Style
    costs: tuple[tuple[int, int], ...]
    ballots: tuple[Group, ...]


class CountedProject(msgspec.Struct, frozen=True):
    """A project as it stood on the ballot; ``supporters`` is the number of counted ballots that choose it."""

    number: int
    title: str
    cost: int
    supporters: int


Channel = Literal["online", "paper"]
"""How a ballot came."""


class Sums(msgspec.Struct, frozen=True):
    """Where every revision went.

    ``revisions`` = ``counted`` + ``superseded`` + ``withdrawn`` + all of ``refused`` (by reason). ``electors`` might
    vote, ``voters`` sent at least one revision. Of each, the last revision that is not refused is in ``counted`` if it
    is a ballot, and in ``withdrawn`` if it takes one back; those before it are ``superseded``. ``channels``: how many
    of ``counted`` came by each way. Whether a clerk helped somebody at the screen, her ballot does not say.
    """

    electors: int
    voters: int
    revisions: int
    counted: int
    superseded: int
    withdrawn: int
    refused: dict[str, int]
    channels: dict[Channel, int]


class Ledger(msgspec.Struct, frozen=True):
    """The ledger under which a pot was counted: its name, how many leaves, and their root in hex."""

    origin: str
    size: int
    root: str


class Snapshot(msgspec.Struct, frozen=True):
    """The count of one pot. Money in minor units; projects in the outcome are their numbers as text.

    ``ballots_floor``: with fewer counted ballots than this, they are shown to auditors only. ``corrects``: the SHA-256
    of the snapshot that this one takes the place of.
    """

    municipality: str
    round_id: UUID
    round: str
    pot_id: UUID
    pot: str
    currency: str
    money: int
    style: Style
    rule: Rule
    ties: TieOrder
    projects: tuple[CountedProject, ...]
    sums: Sums
    ballots_floor: int
    ledger: Ledger
    input_hash: str
    outcome: Outcome
    corrects: str | None = None
    format: Literal["byalag snapshot 1"] = "byalag snapshot 1"

    @property
    def withheld(self) -> bool:
        """Whether the counted ballots are too few to be shown to everybody."""
        return self.sums.counted < self.ballots_floor


def canonical(value: msgspec.Struct) -> bytes:
    """The one JSON text: fields in the order of their declaration, keys of maps sorted, no white space."""
    return msgspec.json.encode(value, order="deterministic")


def input_hash(inputs: Inputs) -> bytes:
    """SHA-256 (32 bytes) of the canonical text of everything that the outcome depends on."""
    return hashlib.sha256(canonical(inputs)).digest()
