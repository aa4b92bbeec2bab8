"""What every page is wrapped in: templates, security headers, and how long a browser may keep it."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Litestar, Response, get
from litestar.params import FromPath, FromQuery
from litestar.response.base import ASGIResponse
from markupsafe import Markup

from schema.errors import NotAllowed, NotFound, NotSignedIn, Refusal, RoleMissing
from schema.settings import Settings
from service.brand import Brand, read_brand
from service.caching import cached
from service.languages import (
    COOKIE,
    LANGUAGES,
    Text,
    _,
    counted,
    grouped,
    language_name,
    listed,
    spoken,
    translated,
    translated_number,
)
from service.pages import words
from service.problems import details, retry_after
from service.reading import AnyRequest
from service.refusals import said
from service.rights import may

FOLDER = Path(__file__).parent
HTML = "text/html; charset=utf-8"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

Page = Response[Any]

POLICY = "Content-Security-Policy"
HEADERS = {
    POLICY: "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""On every answer: the page runs no script, tells nobody where it was read, and cannot be framed."""

RUNS: dict[object, str] = {"ballot.js": "; script-src 'self'", "live.js": "; script-src 'self'; connect-src 'self'"}
"""What a page's policy says beyond that when it names a ``script`` of ours."""

STATIC = {file.name: file.read_bytes() for file in (FOLDER / "static").iterdir() if file.suffix in TYPES}
VERSIONS = {name: hashlib.sha256(content).hexdigest()[:12] for name, content in STATIC.items()}

_templates = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    extensions=["jinja2.ext.i18n"],
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


class Ways(msgspec.Struct, frozen=True):
    """How residents sign in beside the code of their letter: ``providers`` by the word in their address and name."""

    mail: bool = False
    phone: bool = False
    providers: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.mail or self.phone or self.providers)


class Addresses(msgspec.Struct, frozen=True):
    """Where the house's rooms are, which ways lead into it, and how it looks.

    ``origins`` are those of the roll and of the box, nothing while one address is both. ``language`` is the one that
    the reader chose: a cookie stays behind in the room that set it, so every way into the other one takes it along.
    """

    ways: Ways = Ways()
    origins: tuple[str, str] | None = None
    brand: Brand = Brand()
    language: str = ""

    def roll(self, path: str) -> str:
        """The address of a path in the roll."""
        return self.there(self.origins[0], path) if self.origins else path

    def box(self, path: str) -> str:
        """The address of a path in the box."""
        return self.there(self.origins[1], path) if self.origins else path

    def there(self, origin: str, path: str) -> str:
        """The address of a path in the room of this origin, to be read in the reader's language."""
        asked = f"{'&' if '?' in path else '?'}lang={self.language}" if self.language else ""
        return f"{origin}{path}{asked}"


def addresses(settings: Settings) -> Addresses:
    """Where this house's rooms are, and which ways lead into the roll."""
    names = tuple((word, provider.name) for word, provider in settings.providers.items())
    ways = Ways(settings.mail is not None, settings.texts is not None, names)
    brand = read_brand(settings.brand)
    if settings.separate_box_url:
        return Addresses(ways, (settings.public_url, settings.box_url), brand)
    return Addresses(ways, brand=brand)


def here(request: AnyRequest) -> Addresses:
    """The house's addresses for this reader: to the other room goes the language that she chose."""
    at = addresses(request.app.state.settings)
    chosen = {request.query_params.get("lang"), request.cookies.get(COOKIE)} & LANGUAGES.keys()
    return msgspec.structs.replace(at, language=spoken()) if at.origins and chosen else at


def again(request: AnyRequest) -> str | None:
    """What a page's address asks beside its language, to read it in another one; None for the answer to a form."""
    if request.method != "GET":
        return None
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return "".join(f"{urlencode([pair])}&" for pair in asked)


ELSEWHERE = (NotSignedIn, NotAllowed, NotFound, RoleMissing)
"""Refusals that have pages of their own, because there is nothing to show the form beside."""

ORIGINALS = "original=yes"
"""What an address asks for whose reader wants to see what people wrote as they wrote it."""


def wanted(request: AnyRequest, sent: str = "") -> str:
    """The language in which this reader wants what people wrote; none for whoever wants the originals.

    The address says so first, then what a form ``sent`` as its field of that name.
    """
    return "" if request.query_params.get("original", sent) == "yes" else spoken()


def headers(at: Addresses, script: object = None) -> dict[str, str]:
    """HEADERS for a page that runs a script of ours, if it names one.

    It may hold a form for the box, which takes passes and gives no cookie.
    """
    policy = HEADERS[POLICY]
    if at.origins:
        policy = policy.replace("form-action 'self'", f"form-action 'self' {at.origins[1]}")
    return HEADERS | {POLICY: policy + RUNS.get(script, "")}


def static_address(name: str) -> str:
    """Where a browser finds a static file; another content has another address, so it may be kept for ever."""
    return f"/static/{name}?v={VERSIONS[name]}"


def moment(at: datetime) -> Markup:
    """A time with its zone, for people and machines."""
    return Markup('<time datetime="{}">{}</time>').format(at.strftime("%Y-%m-%dT%H:%MZ"), words.moment(at))


def tongue_of(text: str) -> Markup:
    """The attributes of an element that holds what somebody wrote: its language, if it is not the page's."""
    code = text.language if isinstance(text, Text) else ""
    return _marked_as("" if code == spoken() else code)


@lru_cache(maxsize=64)  # a results page asks seven hundred times, for a few languages
def _marked_as(code: str) -> Markup:
    return Markup('lang="{}" dir="auto"').format(code) if code else Markup('dir="auto"')


def worded(text: str) -> str:
    """The same text for within a sentence: in an element with its language, if that is not the page's."""
    if not isinstance(text, Text) or text.language in {"", spoken()}:
        return text
    return Markup('<span lang="{}">{}</span>').format(text.language, text)


def remarks_on(*texts: str) -> str:
    """What a reader should know of a translation; of a title and its description, which are one, it is said once."""
    text = next((each for each in texts if isinstance(each, Text) and each.language != each.written_in), None)
    if text is None:
        return ""
    said = []
    if text.corrected_at:
        said.append(_("This translation was corrected on {at}.", at=words.moment(text.corrected_at)))
    if text.stale:
        said.append(_("Its original has changed since it was translated."))
    return Markup('<p class="quiet remark">{}</p>').format(" ".join(said)) if said else ""


def tongue_names(codes: Sequence[str]) -> str:
    """Languages by their names."""
    return listed([language_name(code) for code in codes])


# The extension adds this method, which the type of an environment does not know.
_templates.install_gettext_callables(translated, translated_number, newstyle=True)  # type: ignore[attr-defined]
_templates.policies["ext.i18n.trimmed"] = True
_templates.globals.update(
    static=static_address,
    may=may,
    counted=counted,
    remarks_on=remarks_on,
    tongue_names=tongue_names,
    ORIGINALS=ORIGINALS,
)
_templates.filters.update(
    money=words.money,
    moment=moment,
    day=words.day,
    dated=words.dated,
    grouped=grouped,
    groups=words.groups,
    why_refused=words.why_refused,
    said=said,
    lang=tongue_of,
    worded=worded,
)


_templates.tests.update(supportable=words.supportable)


def render(template: str, at: Addresses, again: str | None = "", **facts: object) -> bytes:
    """A template's bytes, with links to the rooms where they are, and to the page ``again`` in other languages."""
    tongue = spoken()
    return (
        _templates.get_template(template)
        .render(at=at, again=again, tongue=tongue, direction=LANGUAGES[tongue].direction, tongues=LANGUAGES, **facts)
        .encode()
    )


def public_page(request: AnyRequest, template: str, **facts: object) -> Page:
    """A page that is the same for everybody who reads its language: with an ETag, and 304 for who has it already."""
    at = here(request)
    return rendered_page(request, at, render(template, at, again(request), **facts), facts.get("script"))


def rendered_page(request: AnyRequest, at: Addresses, body: bytes, script: object = None) -> Page:
    """A public page whose bytes are there already."""
    answer = cached(request, body, HTML)
    answer.headers.update(headers(at, script))
    return answer


class PrivatePage(Response[Any]):
    """A page that is rendered when it is sent: only then does a refusal, too, know in which house it is told."""

    def __init__(self, template: str, status: int, facts: dict[str, object]) -> None:
        super().__init__(b"", status_code=status, media_type=HTML, headers={**HEADERS, "Cache-Control": "no-store"})
        self._template, self._facts = template, facts

    def rendered(self, at: Addresses, again: str | None = "") -> bytes:
        """The page, in a house whose rooms are there."""
        return render(self._template, at, again, **self._facts)

    def to_asgi_response(self, app: Litestar | None, request: AnyRequest, **how: Any) -> ASGIResponse:
        """What is sent."""
        at = here(request)
        self.content = self.rendered(at, again(request))
        self.headers[POLICY] = headers(at, self._facts.get("script"))[POLICY]
        return super().to_asgi_response(app, request, **how)


def private_page(template: str, status: int = 200, /, **facts: object) -> PrivatePage:
    """A page that holds a pass or an officer's view, or tells of a refusal: nobody keeps it."""
    return PrivatePage(template, status, facts)


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


def officer_form(template: str, refusal: Refusal | None, currency: str, /, **facts: object) -> Page:
    """An officers' page with a form, as ``form_page`` is one for residents. Raises a refusal of ELSEWHERE."""
    if isinstance(refusal, ELSEWHERE):
        raise refusal
    answer = form_page(template, refusal, currency, **facts)
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer


def see_other(address: str) -> Page:
    """Lead the browser to another page, to be read with GET."""
    told = {**HEADERS, "Cache-Control": "no-store", "Location": address}
    return Response(b"", status_code=303, media_type=HTML, headers=told)


@get(["/static/brand.css", "/static/logo"])
async def view_brand(request: AnyRequest, v: FromQuery[str] = "") -> Page:
    """The house's own colours, or its logo."""
    brand = read_brand(request.app.state.settings.brand)
    colours = request.url.path.endswith(".css")
    content = brand.style if colours else brand.logo
    if not content:
        raise NotFound(what="file of that name")
    return _kept(request, content, TYPES[".css"] if colours else brand.logo_type, v == brand.version)


@get("/static/{name:str}")
async def view_static(request: AnyRequest, name: FromPath[str], v: FromQuery[str] = "") -> Page:
    """A stylesheet, a script or a picture of our own."""
    if name not in STATIC:
        raise NotFound(what="file of that name")
    return _kept(request, STATIC[name], TYPES[Path(name).suffix], v == VERSIONS[name])


def _kept(request: AnyRequest, content: bytes, media_type: str, for_ever: bool) -> Page:
    answer = cached(request, content, media_type)
    answer.headers.update(HEADERS)
    if for_ever:
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer
