"""The service as it is, and beside it ``/bare``: an address that reads a ballot and answers, and does nothing else.

``python -m service.bench.server PORT``. What the service reaches of the bare address's rate is what casting costs.
"""

import sys

import msgspec
from litestar import post

from schema.logs import configure_logs
from schema.settings import read_settings
from service.app import make_app
from service.cli.serving import serve
from service.reading import AnyRequest
from service.verbs.ballots import Ballot

_BALLOT = msgspec.json.Decoder(Ballot)


@post("/bare", status_code=202)
async def bare(request: AnyRequest) -> None:
    """Decode a ballot."""
    _BALLOT.decode(await request.body())


def main() -> None:
    """Serve on the port that is named."""
    configure_logs()
    app = make_app(read_settings())
    app.register(bare)
    serve(app, "127.0.0.1", int(sys.argv[1]), proxy="127.0.0.1")


if __name__ == "__main__":
    main()
