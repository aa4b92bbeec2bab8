"""What the API's answers have in common: pages of lists, and the words of the OpenAPI document."""

from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import msgspec
from litestar.params import QueryParameter

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
