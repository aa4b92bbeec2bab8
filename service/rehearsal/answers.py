"""What the API answers, as far as rehearsals read it. A stranger would write the same from the OpenAPI document."""

from uuid import UUID

import msgspec

from schema.ballots import Receipt


class Session(msgspec.Struct, frozen=True):
    """An officer's session."""

    token: str


class Act(msgspec.Struct, frozen=True):
    """What an officer asked for."""

    id: UUID


class Import(msgspec.Struct, frozen=True):
    """A register that was compared, or applied."""

    id: UUID


class Argument(msgspec.Struct, frozen=True):
    """An argument or an answer; of an argument also what was answered to it."""

    id: UUID
    answers: tuple["Argument", ...] = ()


class Said(msgspec.Struct, frozen=True):
    """A page of what is said about a proposal."""

    items: list[Argument]


class TurnoutLine(msgspec.Struct, frozen=True):
    """How many of these areas' electors took part."""

    areas: tuple[str, ...]
    electors: int
    took_part: int


class Turnout(msgspec.Struct, frozen=True):
    """Who took part in a round, by area."""

    lines: list[TurnoutLine]


class Delivery(msgspec.Struct, frozen=True):
    """What was told of a funded project."""

    id: UUID


class Original(msgspec.Struct, frozen=True):
    """What can be translated; a delivery has no title."""

    of_id: UUID
    noun: str
    title: str


class Translation(msgspec.Struct, frozen=True):
    """A text in another language, of something with this id."""

    of_id: UUID
    language: str


class RoundHead(msgspec.Struct, frozen=True):
    """A round itself."""

    id: UUID
    name: str
    revision: int
    phase: str


class Pot(msgspec.Struct, frozen=True):
    """A pot of a round."""

    id: UUID
    name: str


class Project(msgspec.Struct, frozen=True):
    """A project on a ballot; ``cost`` in minor units."""

    id: UUID
    pot_id: UUID
    number: int
    title: str
    cost: int


class RoundView(msgspec.Struct, frozen=True):
    """A round with its pots, projects and, where it is read as everybody reads it, translations."""

    round: RoundHead
    pots: list[Pot]
    projects: list[Project]
    translations: list[Translation] = []


class Roll(msgspec.Struct, frozen=True):
    """A round's roll: how many persons, how many may vote, and whether it is up to date."""

    persons: int
    entitled: int
    fresh: bool


class RollView(msgspec.Struct, frozen=True):
    """The roll, once there is one."""

    roll: Roll | None


class PotPass(msgspec.Struct, frozen=True):
    """A pass for one pot, or why there is none."""

    pot_id: UUID
    pot: str
    token: str | None
    reason: str | None


class Passes(msgspec.Struct, frozen=True):
    """What a resident's sign-in gives."""

    civic: str
    pots: list[PotPass]


class Accepted(msgspec.Struct, frozen=True):
    """The answer to an accepted ballot; ``revision`` is what a change must name as its base."""

    receipt: Receipt
    revision: int


class Proposal(msgspec.Struct, frozen=True):
    """A proposal as everybody sees it; of its pictures only that they are there."""

    id: UUID
    title: str
    supports: int
    theme: str | None = None
    point: tuple[int, int] | None = None
    pictures: tuple[msgspec.Raw, ...] = ()


class Page(msgspec.Struct, frozen=True):
    """A page of proposals."""

    items: list[Proposal]
    next: UUID | None


class Key(msgspec.Struct, frozen=True):
    """A public key of the house (Ed25519, hex)."""

    key_id: str
    public_key: str


class Ledger(msgspec.Struct, frozen=True):
    """A round's ledger: the keys that signed its heads, and the size of the newest."""

    verification_keys: tuple[str, ...]
    size: int


class Head(msgspec.Struct, frozen=True):
    """A signed head of a ledger."""

    size: int
    note: str


class Standing(msgspec.Struct, frozen=True):
    """Where a receipt's ballot stands, and the hashes (hex) from there to the head in ``checkpoint``."""

    commitment: str
    status: str
    position: int | None
    proof: tuple[str, ...]
    checkpoint: str | None


class Consistency(msgspec.Struct, frozen=True):
    """The hashes (hex) that show that a ledger began as an older one."""

    proof: tuple[str, ...]


class Problem(msgspec.Struct, frozen=True):
    """Problem details (RFC 9457)."""

    type: str
    detail: str
