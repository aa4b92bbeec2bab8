"""What the API's answers have in common: pages of lists, and the words of the OpenAPI document."""

from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import msgspec
from litestar.params import QueryParameter
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send

from service.reading import AnyRequest, listen

T = TypeVar("T")

PAGE = 100

After = Annotated[UUID | None, QueryParameter(description="the `next` of the page before")]
OFFICER: list[dict[str, list[str]]] = [{"officer": []}]
PASS: list[dict[str, list[str]]] = [{"pass": []}]


class Ready(ASGIResponse):
    """A JSON answer that is ready to be sent, for the busiest door: the framework's own takes longer to make."""

    def __init__(self, status: int, body: bytes) -> None:
        self.status_code, self.body = status, body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(self.body))]
        await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


async def hear(request: AnyRequest) -> None:
    """What comes before a handler whose answer holds sentences, not only what programs read."""
    listen(request)


class Page(msgspec.Struct, Generic[T], frozen=True):
    """One page of a list; ``next`` is null on the last."""

    items: list[T]
    next: UUID | None


def page(items: list[Any], size: int = PAGE) -> Page[Any]:
    """A page of items that were read one over the size."""
    shown = items[:size]
    return Page(shown, shown[-1].id if len(items) > size else None)
