"""``byalag service``: one process that serves the API and the pages."""

import asyncio
import gc
from contextlib import suppress
from types import FrameType

import click
import uvicorn
from litestar import Litestar

from schema.heads import refuse_other_database
from schema.keys import Keys
from schema.logs import configure_logs
from schema.migrate import refuse_wrong_version
from schema.settings import Settings, read_settings
from service.app import make_app
from service.cli.connecting import connected
from service.floorplan import ROLES, Part
from service.hints import MOST
from service.verbs.keys import refuse_without_keys

REQUESTS = 512
"""At the same time in one process; whoever comes then is told to come again."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8400, show_default=True, help="Port to listen on.")
@click.option(
    "--proxy", default="127.0.0.1", show_default=True, help="Address of the proxy whose headers are believed."
)
@click.option(
    "--room",
    type=click.Choice(list(ROLES)),
    default="both",
    show_default=True,
    help="What to serve: the roll, where people sign in and officers work; the box, where ballots are cast; or both.",
)
def service(host: str, port: int, proxy: str, room: Part) -> None:
    """Serve the API and the pages."""
    settings = read_settings()
    configure_logs()
    asyncio.run(_refuse_wrong_database(settings, room))
    serve(make_app(settings, room), host, port, proxy)


def serve(app: Litestar, host: str, port: int, proxy: str) -> None:
    """Serve an app until it is told to stop."""
    # What is there now stays for ever, and what a request leaves is seldom a ring: looking for rings a hundred times
    # a second, as Python would, costs a twentieth of all time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        forwarded_allow_ips=proxy,
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=REQUESTS + MOST,
        timeout_graceful_shutdown=20,
    )
    server = Server(config)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        raise SystemExit(1)


class Server(uvicorn.Server):
    """A server that ends its streams when it is told to stop, and then waits for requests only."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop."""
        app = self.config.app
        if isinstance(app, Litestar) and "house" in app.state:
            app.state.house.hints.close()
        super().handle_exit(sig, frame)


async def _refuse_wrong_database(settings: Settings, room: Part) -> None:
    async with connected(settings) as db:
        await refuse_wrong_version(db)
        await refuse_without_keys(db, Keys(settings.master_key), room)
        await refuse_other_database(db, settings.heads)
