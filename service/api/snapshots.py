"""Published outcomes over HTTP, as stored."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, Router, get, post
from litestar.params import FromPath

from schema.comparison import WhatIf, WithoutHeld
from schema.errors import (
    BallotsWithheld,
    Malformed,
    NotAllowed,
    NotCounted,
    NotFound,
    NotPublished,
    NotShown,
    NotSignedIn,
    Unavailable,
)
from schema.keys import Signing
from schema.snapshot import Snapshot
from service.api.replies import OFFICER
from service.caching import NOT_MODIFIED, cached
from service.people import TheHouse, TheOfficer
from service.problems import answers
from service.reading import AnyRequest
from service.store.snapshots import WhatIfPublication
from service.verbs import keys as key_verbs
from service.verbs import snapshots as verbs

READ = answers(NotFound, NotCounted, Malformed, Unavailable) | NOT_MODIFIED
BALLOTS = answers(NotFound, NotCounted, BallotsWithheld, Malformed, Unavailable) | NOT_MODIFIED
WHAT_IF = answers(NotFound, NotCounted, NotShown, Malformed, Unavailable) | NOT_MODIFIED


class VerificationKey(msgspec.Struct, frozen=True):
    """A public key (Ed25519, hex), what it signs, and from when until when; one that is not retired signs now."""

    key_id: str
    signs: Signing
    public_key: str
    made_at: datetime
    retired_at: datetime | None


@get("/pots/{pot_id:uuid}/snapshot", responses=READ, tags=["outcomes"])
async def view_snapshot(request: AnyRequest, house: TheHouse, pot_id: FromPath[UUID]) -> Response[Snapshot]:
    """The outcome with its rule, order of ties, counts and an explanation of every project."""
    return cached(request, (await verbs.view_snapshot(house, pot_id)).content)


@get("/pots/{pot_id:uuid}/snapshot.pb", responses=BALLOTS, tags=["outcomes"], media_type="text/plain")
async def view_pb(request: AnyRequest, house: TheHouse, pot_id: FromPath[UUID]) -> Response[str]:
    """The counted ballots as a Pabulib file, for any other program to count again."""
    return cached(request, await verbs.view_pb(house, pot_id), "text/plain; charset=utf-8")


@get("/pots/{pot_id:uuid}/outcome.csv", responses=READ, tags=["outcomes"], media_type="text/csv")
async def view_table(request: AnyRequest, house: TheHouse, pot_id: FromPath[UUID]) -> Response[str]:
    """Every project with its cost, votes, what it got, and the name of the reason, for a spreadsheet."""
    return cached(request, await verbs.view_table(house, pot_id), "text/csv")


@get("/rounds/{round_id:uuid}/bundle", responses=READ, tags=["outcomes"], media_type="application/zip")
async def view_bundle(request: AnyRequest, house: TheHouse, round_id: FromPath[UUID]) -> Response[bytes]:
    """All that anybody needs to check a round's outcomes: `byalag verify` reads it, and so can another program."""
    answer = cached(request, await verbs.view_bundle(house, round_id), "application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="byalag-{round_id}.zip"'
    return answer


@get("/pots/{pot_id:uuid}/what-if", responses=WHAT_IF, tags=["outcomes"])
async def view_what_if(request: AnyRequest, house: TheHouse, pot_id: FromPath[UUID]) -> Response[WhatIf]:
    """The same ballots under several rules side by side, the pot's own first. Ready soon after the outcome.

    Shown where the round said so before it was voted on (`shows_what_if`), or once an officer decided it.
    """
    return cached(request, await verbs.view_what_if(house, pot_id))


@post(
    "/rounds/{round_id:uuid}/what-if-publication",
    status_code=200,
    responses=answers(NotSignedIn, NotAllowed, NotFound, NotPublished, Malformed, Unavailable),
    security=OFFICER,
    tags=["outcomes"],
)
async def publish_what_if(house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> WhatIfPublication:
    """Show what other rules would have made of the ballots. One officer decides, and nobody takes it back."""
    return await verbs.publish_what_if(house, officer, round_id)


@get("/pots/{pot_id:uuid}/without-held", responses=READ, tags=["outcomes"])
async def view_without_held(request: AnyRequest, house: TheHouse, pot_id: FromPath[UUID]) -> Response[WithoutHeld]:
    """What the outcome would be without the ballots in quarantine, by the same rule; 404 when none is held."""
    return cached(request, await verbs.view_without_held(house, pot_id))


@get("/keys", tags=["outcomes"], responses=answers(Unavailable))
async def list_keys(house: TheHouse) -> list[VerificationKey]:
    """The public keys with which passes, receipts and checkpoints can be checked, retired ones as well."""
    return [
        VerificationKey(key.key_id, key.purpose, key.public_key.hex(), key.made_at, key.retired_at)
        for key in await key_verbs.public_keys(house)
    ]


router: Any = Router(
    path="",
    route_handlers=[
        view_snapshot,
        view_pb,
        view_table,
        view_bundle,
        view_what_if,
        publish_what_if,
        view_without_held,
        list_keys,
    ],
)
