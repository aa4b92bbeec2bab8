"""A mail server and an SMS gateway on this machine, which keep what they were given."""

import asyncio
import email
import email.policy
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
from aiosmtpd.smtp import SMTP, AuthResult

from schema.gateways import MailGateway, TextGateway

TOKEN = "a token for texts"
CODE = re.compile(r"^([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})$", re.MULTILINE)


def code_in(text: str) -> str:
    """The code that stands on a line of its own."""
    found = CODE.search(text)
    assert found, text
    return found[1]


class Post:
    """A mail server: what it took, and how it may fail. ``encrypted`` says of each message how it came."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.encrypted: list[bool] = []
        self.answer = "250 taken"

    async def handle_DATA(self, _: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Take a message, or answer something else."""
        if self.answer.startswith("250"):
            message = email.message_from_bytes(envelope.content, policy=email.policy.default)
            assert isinstance(message, EmailMessage)
            self.taken.append(message)
            self.encrypted.append(session.ssl is not None)
        return self.answer

    def text(self, place: int = -1) -> str:
        """What a message says."""
        return str(self.taken[place].get_content()).replace("\r\n", "\n")


@contextmanager
def mail_server(
    tls: ssl.SSLContext | None = None, password: str | None = None, at_once: bool = False
) -> Iterator[tuple[Post, MailGateway]]:
    """A mail server, and how to reach it. With ``tls`` it encrypts, ``at_once`` or by STARTTLS, before any password."""

    def check(*given: Any) -> AuthResult:
        return AuthResult(success=given[-1].password == (password or "").encode())

    post, loop = Post(), asyncio.new_event_loop()  # in a thread of its own: the service's client blocks ours

    def answering() -> SMTP:
        return SMTP(
            post,
            hostname="localhost",
            tls_context=None if at_once else tls,
            authenticator=check if password else None,
            auth_required=password is not None,
            auth_require_tls=tls is not None,
            loop=loop,
        )

    async def begin() -> asyncio.Server:
        return await loop.create_server(answering, "127.0.0.1", 0, ssl=tls if at_once else None)

    async def end() -> None:
        server.close()
        left = asyncio.all_tasks() - {asyncio.current_task()}  # connections that somebody did not close
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(begin(), loop).result()
    try:
        port = server.sockets[0].getsockname()[1]
        name = "byalag" if password else None
        encryption: Any = "at-once" if at_once else "required" if tls else "offered"
        yield post, MailGateway("127.0.0.1", port, name, password, encryption, "vote@hagaby.example")
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class Texts:
    """An SMS gateway: what it took, and the status that it answers."""

    def __init__(self) -> None:
        self.taken: list[dict[str, str]] = []
        self.status = 202


@contextmanager
def text_server() -> Iterator[tuple[Texts, TextGateway]]:
    """An SMS gateway, and how to reach it."""
    texts = Texts()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            known = self.headers["Authorization"] == f"Bearer {TOKEN}"
            if known and texts.status < 300:
                texts.taken.append(msgspec.json.decode(body, type=dict[str, str]))
            self.send_response(texts.status if known else 401)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with served(Handler) as address:
        yield texts, TextGateway(f"{address}/messages", TOKEN)


@contextmanager
def served(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """The address of an HTTP server with this handler."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
