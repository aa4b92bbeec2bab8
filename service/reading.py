"""Reading what was sent: strictly, from bytes, once, with a sentence for every fault.

The framework's own decoding is lenient ("5" would pass for 5), so write paths decode here (strict msgspec decoder,
no duplicate keys, no NUL, a size and a depth that honest requests never reach).
"""

import json
import re
from collections.abc import AsyncIterator
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec
from litestar import Request

from schema.errors import Malformed, NoKey, TooLarge, UnknownForm
from schema.faults import Fault
from schema.settings import Settings
from service.languages import COOKIE, marked, negotiated, speak
from service.refusals.misshapen import fault_in_body

T = TypeVar("T")
AnyRequest = Request[Any, Any, Any]

BODY_LIMIT = 64 * 1024
BALLOT_LIMIT = 16 * 1024
REGISTER_LIMIT = 200 * 1024 * 1024

# Patterns stand in the OpenAPI document too, so they keep to what every dialect of regular expressions knows.
_PROSE = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
_SAID = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
LINE = r"^(?=.*\S)[^\x00-\x1f\x7f]*$(?!\n)"
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=LINE)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=120, pattern=LINE)]
Prose = Annotated[str, msgspec.Meta(max_length=20_000, pattern=_PROSE)]
Said = Annotated[str, msgspec.Meta(min_length=1, max_length=1500, pattern=_SAID)]
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=2000, pattern=_PROSE)]

KEY_FORM = "[A-Za-z0-9_-]{8,128}"
_KEY = re.compile(KEY_FORM)


def listen(request: AnyRequest) -> None:
    """Answer this request in its reader's language: ``?lang=`` first, then the cookie, then Accept-Language."""
    settings: Settings = request.app.state.settings
    asked, kept = request.query_params.get("lang"), request.cookies.get(COOKIE)
    speak(negotiated(asked, kept, request.headers.get("accept-language", ""), settings.language), settings.zone)


async def read_body(request: AnyRequest, media_type: str, limit: int) -> bytes:
    """The body, when it is of this media type and within ``limit`` bytes."""
    return b"".join([piece async for piece in body_pieces(request, media_type, limit)])


async def body_pieces(request: AnyRequest, media_type: str, limit: int) -> AsyncIterator[bytes]:
    """The same as it comes, of which nothing is kept."""
    if header(request, b"content-type").partition(";")[0].strip().lower() != media_type:
        raise UnknownForm(expected=media_type)
    size, more = 0, True
    while more:
        message: Any = await request.receive()
        if message["type"] == "http.disconnect":
            raise Malformed(fault=marked("it is cut off"))
        piece: bytes = message.get("body", b"")
        size += len(piece)
        if size > limit:
            raise TooLarge(limit=limit)
        yield piece
        more = message.get("more_body", False)


def decode_json(body: bytes, shape: msgspec.json.Decoder[T]) -> T:
    """The one reading of a JSON body. Raises Malformed with what is wrong and where."""
    try:
        _LOOK.decode(body.decode())
        return shape.decode(body)
    except UnicodeError:
        raise Malformed(fault=marked("it is not UTF-8 text")) from None
    except msgspec.ValidationError as error:
        raise Malformed(fault=fault_in_body(error)) from None
    except (msgspec.DecodeError, json.JSONDecodeError):
        raise Malformed(fault=marked("it is not JSON")) from None
    except RecursionError:
        raise Malformed(fault=marked("it is nested too deeply")) from None
    except Fault as fault:
        raise Malformed(fault=fault) from None
    except ValueError:
        raise Malformed(fault=marked("a number is too large")) from None


async def read_json(request: AnyRequest, shape: msgspec.json.Decoder[T], limit: int = BODY_LIMIT) -> T:
    """A JSON body as ``shape``."""
    return decode_json(await read_body(request, "application/json", limit), shape)


def header(request: AnyRequest, name: bytes) -> str:
    """A header by its name in small letters; empty when it is not there. The framework's own look copies them all."""
    for each, value in request.scope["headers"]:
        if each == name:
            return value.decode("latin-1")
    return ""


def _refuse_twice(pairs: list[tuple[str, object]]) -> None:
    if len(dict(pairs)) < len(pairs):
        # Readers differ in which of two they take, so what was meant is not known.
        names = [name for name, _ in pairs]
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        raise Fault("the name {name} stands twice in one object", name=ascii(twice[:40]))


_LOOK = json.JSONDecoder(object_pairs_hook=_refuse_twice)


def idempotency_key(sent: str) -> str:
    """The key of a request that must not count twice."""
    if not _KEY.fullmatch(sent):
        raise NoKey()
    return sent


def uuid_or_malformed(text: str, what: str) -> UUID:
    """An id that came in a query or a form. Raises Malformed; ``what`` is a message."""
    try:
        return UUID(text)
    except ValueError:
        raise Malformed(fault=Fault("{what} is not an id", what=Fault(what))) from None
