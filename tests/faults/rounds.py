"""A round to vote in at once: electors go straight into the box, and passes are sealed with the house's own key."""

import hashlib
import os
import secrets
import time
from uuid import UUID

import asyncpg
import msgspec

from schema.events import BallotsCast, encode_event
from schema.keys import Signer
from schema.passes import ALGORITHM, LIFETIME, Pass, seal_pass
from schema.styles import Approval, Knapsack, Style
from service.verbs.keys import open_signer
from tests import builders
from tests.builders import KEYS

STRANGERS = 0.03
"""The share of voters who hold a pass and are not on the roll: their ballots are taken and do not count."""

PROJECTS = {
    "Gården": (200_00, 300_00, 400_00, 500_00, 100_00, 250_00),
    "Gatan": (150_00, 350_00, 300_00, 450_00, 120_00, 600_00),
}
STYLES: dict[str, Style] = {"Gården": Approval(max_choices=3), "Gatan": Knapsack(max_cost=700_00)}


class Place(msgspec.Struct, frozen=True):
    """A pot: its id, its style, and the costs of its projects, which are numbered from 1."""

    id: UUID
    style: Style
    costs: tuple[int, ...]


class Round(msgspec.Struct, frozen=True):
    """A round that is open until ``due_at`` (seconds since 1970) or until an officer closes it.

    One has asked for that by ``act``, and another confirms it by a ``token``.

    ``tags`` are the pseudonyms of all who will come to vote, ``silent`` of some on the roll who will not. ``signer``
    seals their passes for the house at ``issuer``.
    """

    id: UUID
    pots: tuple[Place, ...]
    tags: tuple[bytes, ...]
    silent: tuple[bytes, ...]
    act: UUID
    token: str
    due_at: float
    issuer: str
    signer: Signer

    def sealed(self, pot: Place, tag: bytes) -> str:
        """A pass for one pot, as the sign-in would seal it."""
        style = "approval" if isinstance(pot.style, Approval) else "knapsack"
        expires = int(time.time()) + LIFETIME
        key_id = self.signer.key_id
        return seal_pass(
            Pass(self.issuer, "box", self.id, pot.id, style, tag.hex(), ALGORITHM, key_id, expires), self.signer
        )


async def open_round(db: asyncpg.Connection, issuer: str, voters: int, seconds: float = 3600) -> Round:
    """A round at the address ``issuer`` with two pots that is open for ``seconds``, and an act to close it by."""
    place = await builders.municipality(db, f"Brf {secrets.token_hex(6)}")
    asking, token = await _officer(db, place, "Dagny"), await _officer(db, place, "Fatima")
    round_id = await builders.draft(db, place, closes=seconds)
    pots = [
        Place(
            await builders.pot(db, round_id, *costs, name=name, style=STYLES[name]),
            STYLES[name],
            costs,
        )
        for name, costs in PROJECTS.items()
    ]
    tags = tuple(os.urandom(32) for _ in range(voters))
    silent = tuple(os.urandom(32) for _ in range(3))
    electors = sorted((*tags[int(voters * STRANGERS) :], *silent))
    for pot in pots:
        await db.execute("insert into box.elector select $1, unnest($2::bytea[])", pot.id, electors)
    assert await db.fetch("select box.schedule_round($1)", round_id) == []
    due_at = await db.fetchval("select extract(epoch from closes_at)::float8 from box.round where id = $1", round_id)
    signer = await open_signer(db, KEYS, "passes")
    act = await db.fetchval(
        "select roll.request_act($1, $2, 'close-early', '{}', 'All have voted.')", _hashed(asking), round_id
    )
    return Round(round_id, tuple(pots), tags, silent, act, token, due_at, issuer, signer)


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


async def _officer(db: asyncpg.Connection, place: UUID, name: str) -> str:
    """An officer who has signed in; answers the session's token."""
    token = secrets.token_urlsafe(32)
    officer = await db.fetchval(
        "insert into roll.officer (municipality_id, name, roles, password_hash)"
        " values ($1, $2, '{officer}', '-') returning id",
        place,
        f"{name} {token[:8]}",
    )
    await db.execute(
        "insert into roll.officer_session (token_hash, officer_id, expires_at)"
        " values ($1, $2, clock_timestamp() + interval '1 hour')",
        _hashed(token),
        officer,
    )
    return token


async def poison(db: asyncpg.Connection, at: Round, choices: tuple[int, ...], tag: bytes) -> str:
    """Put a ballot into the box that no service would take, which tells of itself; answers its key."""
    key = secrets.token_hex(8)
    await db.execute(
        "insert into box.ballot"
        " (round_id, pot_id, tag, revision, idempotency_key, choices, nonce, commitment, accepted_at)"
        " values ($1, $2, $3, 1, $4, $5, $6, $7, date_trunc('minute', clock_timestamp()))",
        at.id,
        at.pots[1].id,
        tag,
        key,
        choices,
        os.urandom(32),
        os.urandom(32),
    )
    return key


async def rubbish(db: asyncpg.Connection) -> set[str]:
    """Leave events in the judges' lane that nobody can act on; answers their texts."""
    mark = secrets.token_hex(8)
    texts = {
        f'{{"{mark}',
        f'{{"event":"BallotEaten","mark":"{mark}"}}',
        encode_event(BallotsCast(UUID(int=0), (UUID(bytes=os.urandom(16), version=4),))),
    }
    await db.executemany("insert into post.outbox (lane, event) values ('judge', $1)", [(text,) for text in texts])
    return texts
