"""What every page is wrapped in: templates, security headers, and how long a browser may keep it."""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response, get
from litestar.params import FromPath, FromQuery
from markupsafe import Markup

from schema.errors import NotFound, Refusal
from service.caching import cached
from service.pages import words
from service.problems import details, retry_after
from service.reading import AnyRequest

FOLDER = Path(__file__).parent
HTML = "text/html; charset=utf-8"
TYPES = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}

Page = Response[Any]

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""On every answer: the page runs no script, tells nobody where it was read, and cannot be framed."""

STATIC = {file.name: file.read_bytes() for file in (FOLDER / "static").iterdir() if file.suffix in TYPES}
VERSIONS = {name: hashlib.sha256(content).hexdigest()[:12] for name, content in STATIC.items()}

_templates = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


def static_address(name: str) -> str:
    """Where a browser finds a static file; another content has another address, so it may be kept for ever."""
    return f"/static/{name}?v={VERSIONS[name]}"


def moment(at: datetime) -> Markup:
    """A time with its zone, for people and machines."""
    return Markup('<time datetime="{}">{}</time>').format(at.strftime("%Y-%m-%dT%H:%MZ"), words.moment(at))


_templates.globals.update(static=static_address)
_templates.filters.update(
    money=words.money, moment=moment, day=words.day, counted=words.counted, grouped=words.grouped, groups=words.groups
)


def render(template: str, **facts: object) -> bytes:
    """A template's bytes."""
    return _templates.get_template(template).render(**facts).encode()


def public_page(request: AnyRequest, template: str, **facts: object) -> Page:
    """A page that is the same for everybody: with an ETag, and 304 for who has it already."""
    return rendered_page(request, render(template, **facts))


def rendered_page(request: AnyRequest, body: bytes) -> Page:
    """A public page whose bytes are there already."""
    answer = cached(request, body, HTML)
    answer.headers.update(HEADERS)
    return answer


def private_page(template: str, status: int = 200, /, **facts: object) -> Page:
    """A page that holds a pass or an officer's view, or tells of a refusal: nobody keeps it."""
    headers = {**HEADERS, "Cache-Control": "no-store"}
    return Response(render(template, **facts), status_code=status, media_type=HTML, headers=headers)


def form_page(template: str, refusal: Refusal | None, currency: str, /, **facts: object) -> Page:
    """A private page with a form; after a refusal the form again. ``alert`` says why, the headers when to come back."""
    alert = words.sentence(refusal, currency) if refusal else None
    answer = private_page(template, details(refusal).status if refusal else 200, alert=alert, **facts)
    answer.headers.update(retry_after(refusal))
    return answer


def officer_page(template: str, status: int = 200, /, **facts: object) -> Page:
    """A private page with officers' forms, which name their origin when they are sent.

    Under no-referrer a browser sends ``Origin: null``; one that does not send Sec-Fetch-Site either (an old one, or any
    without https) would have its own officer taken for another site.
    """
    answer = private_page(template, status, **facts)
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer


def see_other(address: str) -> Page:
    """Lead the browser to another page, to be read with GET."""
    headers = {**HEADERS, "Cache-Control": "no-store", "Location": address}
    return Response(b"", status_code=303, media_type=HTML, headers=headers)


@get("/static/{name:str}")
async def view_static(request: AnyRequest, name: FromPath[str], v: FromQuery[str] = "") -> Page:
    """A stylesheet or a picture of our own."""
    if name not in STATIC:
        raise NotFound(what="file of that name")
    answer = cached(request, STATIC[name], TYPES[Path(name).suffix])
    answer.headers.update(HEADERS)
    if v == VERSIONS[name]:
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer
