"""Answers that a reader keeps: an ETag, and 304 for whoever has it already."""

import hashlib
from typing import Any

import msgspec
from litestar import Response
from litestar.openapi.datastructures import ResponseSpec

from service.reading import AnyRequest

NOT_MODIFIED = {304: ResponseSpec(data_container=None, description="You have it already", generate_examples=False)}


def cached(request: AnyRequest, content: object, media_type: str = "application/json") -> Response[Any]:
    """An answer with an ETag, or 304 when the reader has it already."""
    body = content if isinstance(content, bytes) else msgspec.json.encode(content)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    known = {part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")}
    if tag in known:
        return Response(content=b"", status_code=304, headers=headers, media_type=media_type)
    return Response(content=body, headers=headers, media_type=media_type)
