"""The access log: method, route template, status, milliseconds, request id. Never a body, a header, a cookie or an id.

The framework's own logging prints bodies and cookies, so it is not used. A route template instead of the path keeps
ids of ballots and codes out as well. Lines gather for a moment and are written together: one at a time they cost more
than all else that a small request does.
"""

import asyncio
import secrets
import time
from datetime import UTC, datetime
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from schema.logs import write_lines

PAUSE = 0.1
"""Seconds that lines may gather."""


class AccessLog:
    """The access log of one process."""

    def __init__(self) -> None:
        self._events: list[dict[str, Any]] = []

    def wrap(self, app: ASGIApp) -> ASGIApp:
        """Wrap an ASGI app so that every request leaves one line and carries a request id."""

        async def logged(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != ScopeType.HTTP:
                await app(scope, receive, send)
                return
            request: Any = scope
            request_id = request["request_id"] = secrets.token_hex(8)
            began = time.perf_counter()
            status = 500

            async def noted(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                    message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
                await send(message)

            try:
                await app(scope, receive, noted)
            finally:
                fields: dict[str, Any] = dict(scope)
                self._note(
                    timestamp=datetime.now(UTC).isoformat(),
                    level="info",
                    event="request",
                    method=fields["method"],
                    route=fields.get("path_template") or "unknown",
                    status=status,
                    ms=round((time.perf_counter() - began) * 1000, 1),
                    request_id=request_id,
                )

        return logged

    def _note(self, **event: object) -> None:
        if not self._events:
            asyncio.get_running_loop().call_later(PAUSE, self.write)
        self._events.append(event)

    def write(self) -> None:
        """Write what has gathered."""
        events, self._events = self._events, []
        write_lines(events)
