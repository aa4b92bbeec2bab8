"""The OpenAPI 3.1 document: what the handlers declare, and the bodies that they decode by themselves."""

from dataclasses import dataclass, field
from typing import Any

import msgspec
from litestar import Litestar
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import (
    Components,
    OpenAPIFormat,
    OpenAPIMediaType,
    OpenAPIType,
    Operation,
    Parameter,
    Reference,
    RequestBody,
    Schema,
    SecurityScheme,
)

_TEMPLATE = "#/components/schemas/{name}"


def json_body(shape: type[Any], *headers: Parameter) -> type[Operation]:
    """The operation of a handler that decodes a JSON body of this shape and reads these headers by itself."""
    return _operation("application/json", Reference(ref=_TEMPLATE.format(name=shape.__name__)), *headers)


def csv_body() -> type[Operation]:
    """The operation of a handler that reads a CSV file."""
    return _operation("text/csv", Schema(type=OpenAPIType.STRING))


def bytes_body(media_type: str) -> type[Operation]:
    """The operation of a handler that reads bytes as they are."""
    return _operation(media_type, Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY))


def needed_header(name: str, pattern: str, description: str) -> Parameter:
    """A header without which a request is refused, and the form that its text must have."""
    schema = Schema(type=OpenAPIType.STRING, pattern=pattern)
    return Parameter(name=name, param_in="header", required=True, schema=schema, description=description)


def _operation(media_type: str, schema: Reference | Schema, *headers: Parameter) -> type[Operation]:
    body = RequestBody(content={media_type: OpenAPIMediaType(schema=schema)}, required=True)

    @dataclass
    class ReadingOperation(Operation):
        request_body: RequestBody | Reference | None = field(default_factory=lambda: body)

        def __post_init__(self) -> None:
            self.request_body = body
            self.parameters = [*(self.parameters or ()), *headers] or None

    return ReadingOperation


def add_bodies(app: Litestar, bodies: list[type[Any]]) -> None:
    """Put the shapes that handlers name with ``json_body`` into the document of an app."""
    _, schemas = msgspec.json.schema_components(bodies, ref_template=_TEMPLATE)
    components = app.openapi_schema.components
    assert components.schemas is not None
    components.schemas |= schemas


def document(version: str) -> OpenAPIConfig:
    """The configuration of the document."""
    return OpenAPIConfig(
        title="Byalag",
        version=version,
        path="/api/openapi.json",
        # The framework's viewers would run scripts of other sites on ours, beside the officers' cookie.
        render_plugins=[JsonRenderPlugin()],
        description="Participatory budgeting: proposals, ballots, and outcomes that anyone can count again.",
        components=Components(
            security_schemes={
                "officer": SecurityScheme(type="http", scheme="bearer", description="an officer's session token"),
                "pass": SecurityScheme(type="http", scheme="bearer", description="a pass from signing in"),
            },
        ),
    )
