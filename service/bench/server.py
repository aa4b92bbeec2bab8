"""The service as it is, and beside it two addresses that show what its parts cost.

``/bare`` reads a ballot and answers, and does nothing else: what the service reaches of its rate is what casting costs.
``/trusting`` casts a ballot as the service does, but believes every pass and signs no receipt.

``python -m service.bench.server PORT``.
"""

import base64
import sys
from functools import lru_cache
from typing import cast

import msgspec
from litestar import post
from msgspec.structs import replace

from schema.logs import configure_logs
from schema.passes import Pass
from schema.settings import read_settings
from service.api.replies import Ready
from service.app import make_app
from service.cli.serving import serve
from service.house import House
from service.people import bearer
from service.reading import BALLOT_LIMIT, AnyRequest, header, idempotency_key, read_json
from service.rights import RIGHTS
from service.ring import Ring
from service.verbs import ballots as verbs
from service.verbs.ballots import Ballot

_BALLOT = msgspec.json.Decoder(Ballot)
_PASS = msgspec.json.Decoder(Pass)


@post("/bare", status_code=202)
async def bare(request: AnyRequest) -> None:
    """Decode a ballot."""
    _BALLOT.decode(await request.body())


class _Unsigned:
    """Signs with zeros."""

    key_id = "0" * 16

    def sign(self, _: bytes) -> bytes:
        """No signature."""
        return bytes(64)


class _Ring:
    """The keys of a house that proves nothing."""

    receipts = _Unsigned()


@lru_cache(maxsize=20_000)
def _believed(token: str) -> Pass:
    body = token.partition(".")[0]
    return _PASS.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


@post("/trusting/{pot_id:uuid}", status_code=201)
async def trusting(request: AnyRequest) -> Ready:
    """Cast a ballot with a pass that nobody verifies, for a receipt that nobody signs."""
    house: House = request.app.state.house
    claims = _believed(bearer(request) or "")
    sent = await read_json(request, _BALLOT, BALLOT_LIMIT)
    key = idempotency_key(header(request, b"idempotency-key"))
    careless = replace(house, ring=cast(Ring, _Ring()))
    accepted, _ = await verbs.cast_ballot(careless, claims, request.path_params["pot_id"], key, sent)
    return Ready(201, msgspec.json.encode(accepted))


def main() -> None:
    """Serve on the port that is named."""
    configure_logs()
    RIGHTS.update(dict.fromkeys(("POST /bare", "POST /trusting/{pot_id}"), "anyone"))
    app = make_app(read_settings())
    app.register(bare)
    app.register(trusting)
    serve(app, "127.0.0.1", int(sys.argv[1]), proxy="127.0.0.1")


if __name__ == "__main__":
    main()
