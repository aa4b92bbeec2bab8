"""The service: routes, the house they share, and what happens when it starts and stops."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from importlib.metadata import version
from typing import Any

import structlog
from litestar import Litestar, Router
from litestar.datastructures import MutableScopeHeaders
from litestar.di import Provide
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from schema.database import Role, pool
from schema.keys import Keys
from schema.settings import Settings
from service.access_log import AccessLog
from service.api import auditors, ballots, heads, health, ledger, projects, proposals, rounds, sign_in, snapshots
from service.casting import Casting
from service.doorbell import Doorbell
from service.house import House
from service.limits import Limits
from service.openapi import add_bodies, document
from service.pages import routes as pages
from service.people import provide_house, provide_officer
from service.problems import answer_problem
from service.reading import BODY_LIMIT
from service.ring import Ring
from service.room import Room
from service.verbs.auditors import AuditorDraft
from service.verbs.ballots import Ballot, Withdrawal
from service.verbs.heads import WebhookDraft
from service.verbs.projects import ProjectDraft
from service.verbs.proposals import ProposalDraft, Shortlisting
from service.verbs.rounds import RoundDraft
from service.verbs.sign_in import CodeSignIn, OfficerSignIn

log = structlog.get_logger("service")

ROLES: tuple[Role, ...] = ("byalag_roll", "byalag_box", "byalag_civic")
BODIES: list[type[Any]] = [
    *(RoundDraft, ProjectDraft, ProposalDraft, Shortlisting, AuditorDraft, WebhookDraft),
    *(Ballot, Withdrawal, CodeSignIn, OfficerSignIn),
]

api = Router(
    path="/api",
    route_handlers=[
        module.router for module in (rounds, projects, proposals, ballots, sign_in, snapshots, ledger, heads, auditors)
    ],
    exception_handlers={Exception: answer_problem},
)


@contextlib.asynccontextmanager
async def open_house(app: Litestar) -> AsyncIterator[None]:
    """Connect the rooms, tell Redis and look for keys in the background, and put all of it in ``app.state.house``."""
    settings: Settings = app.state.settings
    async with contextlib.AsyncExitStack() as stack:
        pools = [await pool(settings.database_url, role) for role in ROLES]
        # Casting has connections of its own, so that no crowd of voters keeps an officer from closing the round. When
        # the database stands still, voters hear of it soon.
        pools.append(await pool(settings.database_url, "byalag_box", size=4, seconds=2))
        for opened in pools:
            stack.push_async_callback(opened.close)
        roll, box, civic, ballot_box = (Room(opened) for opened in pools)
        keys = Keys(settings.master_key)
        doorbell = Doorbell(settings.redis_url)
        ring = Ring(keys, settings.public_url, roll, box)
        await ring.load()
        limits = Limits(settings.redis_url, keys, settings.limits)
        stack.push_async_callback(limits.close)
        telling = [asyncio.create_task(teller.serve()) for teller in (doorbell, limits, ring)]
        app.state.house = House(
            settings=settings,
            keys=keys,
            ring=ring,
            roll=roll,
            box=box,
            civic=civic,
            doorbell=doorbell,
            casting=Casting(ballot_box),
            limits=limits,
        )
        log.info("open", address=settings.public_url)
        yield
        for task in telling:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


def name_methods(app: ASGIApp) -> ASGIApp:
    """Complete the framework's answer to OPTIONS, which names no method but those of the address's first handler."""

    async def named(scope: Scope, receive: Receive, send: Send) -> None:
        fields: dict[str, Any] = dict(scope)
        if fields.get("method") != "OPTIONS":
            await app(scope, receive, send)
            return
        methods = {
            method
            for route in fields["litestar_app"].routes
            if isinstance(route, HTTPRoute) and route.path_format == fields.get("path_template")
            for method in route.methods
        }

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start" and methods:
                MutableScopeHeaders(message)["Allow"] = ", ".join(sorted(methods))
            await send(message)

        await app(scope, receive, completed)

    return named


def make_app(settings: Settings) -> Litestar:
    """The ASGI application of one service process."""
    log_of_requests = AccessLog()
    app = Litestar(
        route_handlers=[api, health.router, *pages.handlers],
        dependencies={
            "house": Provide(provide_house, sync_to_thread=False),
            "officer": Provide(provide_officer),
        },
        exception_handlers={Exception: pages.answer_problem_page},
        lifespan=[open_house],
        middleware=[log_of_requests.wrap, name_methods],
        on_shutdown=[log_of_requests.write],
        openapi_config=document(version("byalag")),
        request_max_body_size=BODY_LIMIT,
        logging_config=None,
    )
    app.state.settings = settings
    add_bodies(app, BODIES)
    return app
