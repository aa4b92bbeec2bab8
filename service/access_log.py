"""The access log: method, route template, status, milliseconds, request id. Never a body, a header, a cookie or an id.

The framework's own logging prints bodies and cookies, so it is not used. A route template instead of the path keeps
ids of ballots and codes out as well.
"""

import secrets
import time
from typing import Any

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger("http")


def access_log(app: ASGIApp) -> ASGIApp:
    """Wrap an ASGI app so that every request leaves one line and carries a request id."""

    async def logged(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
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
            log.info(
                "request",
                method=fields["method"],
                route=fields.get("path_template") or "unknown",
                status=status,
                ms=round((time.perf_counter() - began) * 1000, 1),
                request_id=request_id,
            )

    return logged
