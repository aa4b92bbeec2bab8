"""The ledger over HTTP: where a receipt stands, proofs as JSON, and the log itself as C2SP tlog-tiles has it."""

import re
from typing import Annotated, Any
from uuid import UUID

from litestar import MediaType, Response, Router, get
from litestar.params import FromPath, PathParameter, QueryParameter

from schema.errors import Malformed, NotFound, Unavailable
from schema.tree import WIDTH
from service.people import TheHouse
from service.problems import answers
from service.store.ledger import Checkpoint
from service.verbs import ledger as verbs
from service.verbs.ledger import Consistency, LedgerView, Standing

READ = answers(NotFound, Malformed, Unavailable)
TILE = re.compile(r"(?P<index>(?:/x[0-9]{3})*/[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?", re.ASCII)
"""A tile's place in C2SP's writing: ``/x001/x234/067`` is 1,234,067, and ``.p/5`` the first five hashes of it."""

Commitment = Annotated[str, PathParameter(schema_extra={"pattern": "^[0-9a-f]{64}$"})]
Size = Annotated[int, QueryParameter(ge=1, le=2**40, description="a number of leaves")]
After = Annotated[int, QueryParameter(ge=-1, le=2**40, description="the size of the last head you have")]

BRIEF = {"Cache-Control": "public, max-age=2"}
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}


@get("/rounds/{round_id:uuid}/ledger", responses=READ, tags=["ledger"])
async def view_ledger(house: TheHouse, round_id: FromPath[UUID]) -> LedgerView:
    """The newest signed head of a round's ledger, and the key to check it with."""
    return await verbs.view_ledger(house, round_id)


@get("/rounds/{round_id:uuid}/checkpoints", responses=READ, tags=["ledger"])
async def list_checkpoints(house: TheHouse, round_id: FromPath[UUID], after: After = -1) -> list[Checkpoint]:
    """Signed heads of more than ``after`` leaves, a thousand at a time, the smallest first."""
    return await verbs.list_checkpoints(house, round_id, after)


@get("/rounds/{round_id:uuid}/consistency", responses=READ, tags=["ledger"])
async def view_consistency(house: TheHouse, round_id: FromPath[UUID], older: Size, newer: Size) -> Consistency:
    """The proof that the ledger of ``newer`` leaves began as that of ``older``."""
    return await verbs.view_consistency(house, round_id, older, newer)


@get("/audit-ledgers/{ledger_id:uuid}", responses=READ, tags=["ledger"])
async def view_audit_ledger(house: TheHouse, ledger_id: FromPath[UUID]) -> LedgerView:
    """The newest signed head of the audit log of a municipality, or of the house (zeros), and the key to check it."""
    return await verbs.view_ledger(house, ledger_id)


@get("/audit-ledgers/{ledger_id:uuid}/consistency", responses=READ, tags=["ledger"])
async def view_audit_consistency(house: TheHouse, ledger_id: FromPath[UUID], older: Size, newer: Size) -> Consistency:
    """The proof that the audit log of ``newer`` entries began as that of ``older``."""
    return await verbs.view_consistency(house, ledger_id, older, newer)


@get("/receipts/{commitment:str}", responses=READ, tags=["ledger"])
async def view_standing(house: TheHouse, commitment: Commitment) -> Standing:
    """Whether the ballot of a receipt is in the ledger, with the proof."""
    return await verbs.view_standing(house, commitment)


@get("/{round_id:uuid}/checkpoint", media_type=MediaType.TEXT)
async def view_checkpoint(house: TheHouse, round_id: FromPath[UUID]) -> Response[str]:
    """The newest signed head as a note."""
    return Response((await verbs.last_checkpoint(house, round_id)).note, headers=BRIEF)


@get("/{round_id:uuid}/tile/entries/{place:path}")
async def view_entries(house: TheHouse, round_id: FromPath[UUID], place: FromPath[str]) -> Response[bytes]:
    """Commitments, as an entry bundle."""
    index, width = _placed(place)
    content = await verbs.view_entries(house, round_id, index, width)
    return Response(content, media_type="application/octet-stream", headers=FOR_EVER)


@get("/{round_id:uuid}/tile/{level:int}/{place:path}")
async def view_tile(
    house: TheHouse, round_id: FromPath[UUID], level: FromPath[int], place: FromPath[str]
) -> Response[bytes]:
    """Hashes, as a tile."""
    if not 0 <= level <= 63:
        raise NotFound(what="tile")
    index, width = _placed(place)
    content = await verbs.view_tile(house, round_id, level, index, width)
    return Response(content, media_type="application/octet-stream", headers=FOR_EVER)


def _placed(place: str) -> tuple[int, int]:
    """The number of a tile and how many of its hashes are asked for. Raises NotFound for another writing of it."""
    found = TILE.fullmatch(place)
    if found is None:
        raise NotFound(what="tile")
    digits = found["index"].replace("/x", "").replace("/", "")
    width = int(found["width"] or WIDTH)
    if width > WIDTH or (len(digits) > 3 and digits.startswith("000")) or len(digits) > 18:
        raise NotFound(what="tile")
    return int(digits), width


_log: Any = Router(path="/log", route_handlers=[view_checkpoint, view_tile, view_entries], include_in_schema=False)
router: Any = Router(
    path="",
    route_handlers=[
        view_ledger,
        list_checkpoints,
        view_consistency,
        view_audit_ledger,
        view_audit_consistency,
        view_standing,
        _log,
    ],
)
