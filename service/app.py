"""The service: routes, the rooms they are in, the house they share, and what happens when it starts and stops."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from importlib.metadata import version
from typing import Any

import structlog
from litestar import Litestar, Request, Router
from litestar.datastructures import MutableScopeHeaders
from litestar.di import Provide
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp, Message, Middleware, Receive, Scope, Send

from schema.database import Role, pool
from schema.errors import Elsewhere
from schema.keys import Keys
from schema.settings import Settings, SettingsError
from service.access_log import AccessLog
from service.admission import admit
from service.api import (
    acts,
    appeals,
    arguments,
    audit,
    auditors,
    ballots,
    codes,
    declarations,
    deliveries,
    desk,
    heads,
    health,
    ledger,
    paper,
    pictures,
    projects,
    proposals,
    register,
    roll,
    rounds,
    sign_in,
    snapshots,
    translations,
    turnout,
)
from service.brand import read_brand
from service.casting import Casting
from service.doorbell import Doorbell
from service.floorplan import ROLES, Part, is_here
from service.hints import Hints
from service.house import House
from service.languages import LANGUAGES
from service.limits import Limits
from service.openapi import add_bodies, document
from service.openid import OpenId, new_client
from service.pages import routes as pages
from service.people import provide_house, provide_officer, provide_session
from service.problems import answer_problem
from service.reading import BODY_LIMIT, AnyRequest
from service.ring import Ring
from service.room import Room
from service.traces import Traces
from service.verbs.acts import ActDraft
from service.verbs.appeals import AppealAnswer, AppealDraft, AppealQuestion, BallotAppealDraft
from service.verbs.arguments import AnswerDraft, ArgumentDraft, Report
from service.verbs.assisted import Assistance
from service.verbs.auditors import AuditorDraft
from service.verbs.ballots import Ballot, Withdrawal
from service.verbs.booth import Marking, Unmarking
from service.verbs.codes import CodeList, Void
from service.verbs.contact_codes import Contact
from service.verbs.declarations import Declaration
from service.verbs.deliveries import DeliveryDraft
from service.verbs.desk import QuarantineDraft
from service.verbs.heads import WebhookDraft
from service.verbs.moderation import ArgumentReviewDraft, OfficialAnswer
from service.verbs.paper import BatchDraft, Decided, Keyed, Totals
from service.verbs.projects import ProjectDraft
from service.verbs.proposals import ProposalDraft, Shortlisting
from service.verbs.reviews import ReviewDraft
from service.verbs.roll import Sought
from service.verbs.rounds import RoundDraft
from service.verbs.setup import RoundSettings
from service.verbs.sign_in import CodeSignIn, OfficerSignIn
from service.verbs.translations import TranslationDraft

log = structlog.get_logger("service")

BODIES: list[type[Any]] = [
    *(RoundDraft, ProjectDraft, ProposalDraft, Shortlisting, ReviewDraft, AuditorDraft, WebhookDraft, ActDraft),
    *(ArgumentDraft, AnswerDraft, OfficialAnswer, ArgumentReviewDraft, Report),
    *(RoundSettings, Ballot, Withdrawal, CodeSignIn, OfficerSignIn, CodeList, Void),
    *(QuarantineDraft, AppealDraft, AppealQuestion, AppealAnswer, BallotAppealDraft, Sought, Declaration, Contact),
    *(DeliveryDraft, TranslationDraft, BatchDraft, Totals, Marking, Unmarking, Keyed, Decided, Assistance),
]

api = Router(
    path="/api",
    route_handlers=[
        module.router
        for module in (
            rounds,
            projects,
            deliveries,
            translations,
            proposals,
            arguments,
            pictures,
            ballots,
            sign_in,
            codes,
            snapshots,
            turnout,
            ledger,
            heads,
            auditors,
            audit,
            desk,
            appeals,
            register,
            paper,
            acts,
            declarations,
            roll,
        )
    ],
    exception_handlers={Exception: answer_problem},
)


@contextlib.asynccontextmanager
async def open_house(app: Litestar) -> AsyncIterator[None]:
    """Connect this process's rooms, tell Redis and look for keys, and put all of it in ``app.state.house``."""
    settings: Settings = app.state.settings
    part: Part = app.state.part
    async with contextlib.AsyncExitStack() as stack:

        async def connect(role: Role, size: int = 8, seconds: int = 5) -> Room:
            opened = await pool(settings.database_url, role, size, seconds)
            stack.push_async_callback(opened.close)
            return Room(opened)

        rooms = {role: await connect(role) for role in ROLES[part]}
        # Casting has connections of its own, so that no crowd of voters keeps an officer from closing the round. When
        # the database stands still, voters hear of it soon.
        ballot_box = None if part == "roll" else Casting(await connect("byalag_box", size=4, seconds=2))
        keys = Keys(settings.master_key)
        doorbell = Doorbell(settings.redis_url)
        ring = Ring(keys, settings.public_url, rooms.get("byalag_roll"), rooms["byalag_box"], part != "roll")
        await ring.load()
        limits = Limits(settings.redis_url, keys, settings.limits)
        stack.push_async_callback(limits.close)
        traces = Traces(rooms["byalag_box"], keys, settings.traces)
        stack.push_async_callback(traces.write)
        hints = Hints(rooms["byalag_box"])
        stack.callback(hints.close)
        client = await stack.enter_async_context(new_client())
        telling = [asyncio.create_task(teller.serve()) for teller in (doorbell, limits, ring, traces, hints)]
        app.state.house = House(
            settings=settings,
            keys=keys,
            ring=ring,
            rooms=rooms,
            ballot_box=ballot_box,
            doorbell=doorbell,
            limits=limits,
            traces=traces,
            hints=hints,
            providers={word: OpenId(provider, client) for word, provider in settings.providers.items()},
            directories={word: OpenId(directory, client) for word, directory in settings.directories.items()},
        )
        log.info("open", room=part, address=settings.box_url if part == "box" else settings.public_url)
        yield
        for task in telling:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


def stay_in(part: Part) -> Middleware:
    """Refuse what the other room answers, before anything of the request is read, and say where that room is."""

    def kept(app: ASGIApp) -> ASGIApp:
        async def answered(scope: Scope, receive: Receive, send: Send) -> None:
            fields: Any = scope
            if is_here(part, fields["method"], fields["path_template"]):
                await app(scope, receive, send)
                return
            request: AnyRequest = Request(scope, receive, send)
            settings: Settings = request.app.state.settings
            refusal = Elsewhere(address=settings.public_url if part == "box" else settings.box_url)
            answer = pages.answer_problem_page(request, refusal).to_asgi_response(app=None, request=request)
            await answer(scope, receive, send)

        return answered

    return kept


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


def make_app(settings: Settings, part: Part = "both") -> Litestar:
    """The ASGI application of one service process.

    Raises SettingsError for one room without an address of its own, for a brand that cannot be read, and for a language
    that nobody has written pages in.
    """
    read_brand(settings.brand)
    if settings.language not in LANGUAGES:
        raise SettingsError(f"BYALAG_LANGUAGE must be one of {', '.join(LANGUAGES)}, not {settings.language!r}")
    if part != "both" and settings.separate_box_url is None:
        # Behind one address a browser would show the box the officers' cookie.
        raise SettingsError("one room of two needs an address of its own: set BYALAG_BOX_URL to that of the box")
    log_of_requests = AccessLog()
    rooms = [] if part == "both" else [stay_in(part)]
    app = Litestar(
        route_handlers=[api, health.router, *pages.handlers],
        dependencies={
            "house": Provide(provide_house, sync_to_thread=False),
            "officer": Provide(provide_officer, sync_to_thread=False),
            "session": Provide(provide_session, sync_to_thread=False),
        },
        exception_handlers={Exception: pages.answer_problem_page},
        lifespan=[open_house],
        middleware=[log_of_requests.wrap, *rooms, admit, name_methods],
        on_shutdown=[log_of_requests.write],
        openapi_config=document(version("byalag")),
        request_max_body_size=BODY_LIMIT,
        logging_config=None,
    )
    app.state.settings = settings
    app.state.part = part
    add_bodies(app, BODIES)
    return app
