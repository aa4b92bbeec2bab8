"""Pictures of proposals: shown to everybody, added and taken away by their authors."""

import re
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath

from schema.errors import (
    Malformed,
    NotFound,
    NotInPhase,
    PicturesFull,
    PictureTooLarge,
    Refusal,
    Settled,
    TooFast,
    TooLarge,
    UnknownForm,
)
from schema.passes import Pass
from service.caching import cached
from service.house import House
from service.languages import _, marked
from service.pages.forms import Fields, read_files, read_form, shaped
from service.pages.passes import civic_pass
from service.pages.problems import problem_page
from service.pages.shell import HEADERS, POLICY, Page, form_page, see_other
from service.people import TheHouse, TheOfficer, take_pass
from service.pictures import LIMIT, MEGABYTES, MEGAPIXELS
from service.reading import AnyRequest
from service.verbs import pictures as verbs
from service.verbs import proposals as proposal_verbs
from service.verbs import rounds as round_verbs
from service.verbs.pictures import MOST, PICTURED, PictureDraft
from service.verbs.rounds import RoundView

_ADDRESS = re.compile(r"([0-9a-f]{64})(-small)?\.jpg")
_UPLOAD = 2 * LIMIT
"""Bytes of a form with a picture. After one that is somewhat too large the form comes back with what was written."""

KEPT_HEADERS = HEADERS | {
    POLICY: "default-src 'none'; sandbox; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, max-age=31536000, immutable",
}
"""On a picture. A browser may keep it for ever, since another one has another name; what lies between browser and house
may not, so that nobody else sees a picture that was hidden.
"""

_MENDABLE = (Malformed, NotInPhase, PictureTooLarge, PicturesFull, Settled, TooFast, TooLarge, UnknownForm)


@get("/proposals/{proposal_id:uuid}/pictures/{picture:str}")
async def view_picture(
    request: AnyRequest, house: TheHouse, proposal_id: FromPath[UUID], picture: FromPath[str]
) -> Page:
    """A picture, or the small one, for as long as its proposal is shown."""
    return _sent(request, await verbs.view_picture(house, proposal_id, *_named(picture)))


@get("/proposals/{proposal_id:uuid}/pictures/{picture:str}")
async def view_queued_picture(
    request: AnyRequest, house: TheHouse, officer: TheOfficer, proposal_id: FromPath[UUID], picture: FromPath[str]
) -> Page:
    """A picture as officers see it, also of a proposal that is hidden."""
    answer = _sent(request, await verbs.view_queued_picture(house, officer, proposal_id, *_named(picture)))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _named(picture: str) -> tuple[str, bool]:
    found = _ADDRESS.fullmatch(picture)
    if found is None:
        raise NotFound(what="picture")
    return found[1], found[2] is not None


def _sent(request: AnyRequest, content: bytes) -> Page:
    answer = cached(request, content, "image/jpeg")
    answer.headers.update(KEPT_HEADERS)
    return answer


@get([f"/proposals/{{proposal_id:uuid}}/{form}" for form in ("pictures", "pictures/new", "pictures/removal")])
async def lead_to_proposal(proposal_id: FromPath[UUID]) -> Page:
    """Pictures are changed with a pass; who types the address is shown the proposal."""
    return see_other(f"/proposals/{proposal_id}")


@post("/proposals/{proposal_id:uuid}/pictures")
async def open_pictures(request: AnyRequest, house: TheHouse, proposal_id: FromPath[UUID]) -> Page:
    """The pictures of one's own proposal, with what can be done with them."""
    return await _changed(house, proposal_id, await read_form(request))


@post("/proposals/{proposal_id:uuid}/pictures/new", request_max_body_size=_UPLOAD)
async def add_picture(request: AnyRequest, house: TheHouse, proposal_id: FromPath[UUID]) -> Page:
    """Add a picture; what it shows has to be said."""
    try:
        files, fields = await read_files(request, _UPLOAD)
    except TooLarge:
        # The pass was in what was not read, so the form cannot come back.
        too_large = PictureTooLarge(megabytes=MEGABYTES, megapixels=MEGAPIXELS)
        return problem_page(too_large, (f"/proposals/{proposal_id}", _("Back to the proposal")))

    async def added(claims: Pass) -> str:
        draft = shaped({"alt": fields.text("alt").strip()}, PictureDraft)
        if "picture" not in files:
            raise Malformed(fault=marked("no file was chosen"))
        await verbs.add_picture(house, claims, proposal_id, draft, files["picture"].file)
        return _("The picture is added.")

    return await _changed(house, proposal_id, fields, added)


@post("/proposals/{proposal_id:uuid}/pictures/removal")
async def take_picture_away(request: AnyRequest, house: TheHouse, proposal_id: FromPath[UUID]) -> Page:
    """Delete a picture; twice is once."""
    fields = await read_form(request)

    async def taken(claims: Pass) -> str:
        await verbs.take_picture_away(house, claims, proposal_id, fields.text("name"))
        return _("The picture is deleted.")

    return await _changed(house, proposal_id, fields, taken)


async def _changed(
    house: House, proposal_id: UUID, fields: Fields, change: Callable[[Pass], Awaitable[str]] | None = None
) -> Page:
    """The page after a change, which says what was done; a refusal is told beside the form, with what was written."""
    proposal, _activity = await proposal_verbs.view_proposal(house, proposal_id)
    view = await round_verbs.public_round(house, proposal.round_id)
    claims = await civic_pass(house, fields, view.round, "pictures", proposal_id)
    said, refused = None, None
    try:
        said = await change(claims) if change else None
    except _MENDABLE as refusal:
        refused = refusal
    alt = fields.text("alt") if refused else ""
    return await pictures_page(house, view, fields.text("pass"), proposal_id, alt, said, refused)


async def pictures_page(
    house: House,
    view: RoundView,
    token: str,
    proposal_id: UUID,
    alt: str = "",
    said: str | None = None,
    refusal: Refusal | None = None,
) -> Page:
    """The pictures of a proposal, for its author: ``alt`` is the description that was written so far."""
    claims = await take_pass(token, house, "civic")
    proposal = await proposal_verbs.view_own_proposal(house, claims, proposal_id)
    return form_page(
        "pictures.html",
        refusal,
        view.round.currency,
        round=view.round,
        proposal=proposal,
        token=token,
        alt=alt,
        said=said,
        most=MOST,
        megabytes=MEGABYTES,
        can_add=proposal.state == "submitted" and view.round.phase in PICTURED,
    )


handlers: list[Any] = [view_picture, lead_to_proposal, open_pictures, add_picture, take_picture_away]
officer_handlers: list[Any] = [view_queued_picture]
