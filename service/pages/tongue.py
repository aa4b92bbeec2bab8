"""Which language a page is in: what its reader asked for, which a cookie keeps, or what her browser asks for."""

from typing import Any

from litestar import Request
from litestar.datastructures import Cookie, MutableScopeHeaders
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from service.languages import COOKIE, LANGUAGES, spoken
from service.reading import AnyRequest, listen

PICTURES = (".jpg", "/map.svg")
"""How addresses end whose answers are in no language."""

YEAR = 365 * 24 * 3600


def speaking(app: ASGIApp) -> ASGIApp:
    """Answer in the reader's language, say which that is, and remember one that was asked for."""

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        fields: Any = scope
        if fields["path"].startswith("/static/") or fields["path"].endswith(PICTURES):
            await app(scope, receive, send)
            return
        request: AnyRequest = Request(scope, receive, send)
        listen(request)

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders(message)
                headers["Content-Language"] = spoken()
                headers["Vary"] = "Accept-Language, Cookie"
                if request.query_params.get("lang") in LANGUAGES:
                    headers.add("Set-Cookie", _kept(request).to_header(header=""))
            await send(message)

        await app(scope, receive, told)

    return answered


def _kept(request: AnyRequest) -> Cookie:
    secure = request.app.state.settings.public_url.startswith("https:")
    return Cookie(COOKIE, value=spoken(), path="/", max_age=YEAR, samesite="lax", secure=secure, httponly=True)
