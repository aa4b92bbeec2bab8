"""What the API's answers have in common: ETags, pages, and the words of the OpenAPI document."""

import hashlib
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import QueryParameter

from service.reading import AnyRequest

T = TypeVar("T")

PAGE = 100

After = Annotated[UUID | None, QueryParameter(description="the `next` of the page before")]
OFFICER: list[dict[str, list[str]]] = [{"officer": []}]
PASS: list[dict[str, list[str]]] = [{"pass": []}]


class Page(msgspec.Struct, Generic[T], frozen=True):
    """One page of a list; ``next`` is null on the last."""

    items: list[T]
    next: UUID | None


def page(items: list[Any], size: int = PAGE) -> Page[Any]:
    """A page of items that were read one over the size."""
    shown = items[:size]
    return Page(shown, shown[-1].id if len(items) > size else None)


def cached(request: AnyRequest, content: object, media_type: str = "application/json") -> Response[Any]:
    """An answer with an ETag, or 304 when the reader has it already."""
    body = content if isinstance(content, bytes) else msgspec.json.encode(content)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    known = {part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")}
    if tag in known:
        return Response(content=b"", status_code=304, headers=headers, media_type=media_type)
    return Response(content=body, headers=headers, media_type=media_type)
