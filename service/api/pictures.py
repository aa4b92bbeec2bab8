"""Pictures of proposals over HTTP. They are read where pages read them: ``/proposals/{id}/pictures/{name}.jpg``."""

from io import BytesIO
from typing import Annotated, Any
from uuid import UUID

from litestar import Router, delete, post
from litestar.di import Provide
from litestar.params import FromPath, QueryParameter

from schema.errors import NotInPhase, NotYours, PicturesFull, PictureTooLarge, Settled, TooFast, TooLarge, UnknownForm
from service.api.proposals import BEARER
from service.api.replies import PASS
from service.openapi import bytes_body
from service.people import TheHouse, ThePass, provide_civic_pass
from service.pictures import LIMIT
from service.problems import answers
from service.reading import LINE, AnyRequest, read_body
from service.verbs import pictures as verbs
from service.verbs.pictures import PictureDraft
from service.verbs.proposals import ProposalView

ADD = answers(
    *(*BEARER, NotInPhase, TooLarge, UnknownForm, NotYours, Settled, TooFast, PictureTooLarge, PicturesFull),
)
TAKE_AWAY = answers(*BEARER, NotYours, Settled, TooFast)

_BYTES = "application/octet-stream"

Alt = Annotated[
    str, QueryParameter(min_length=1, max_length=300, pattern=LINE, description="what the picture shows, in words")
]


@post(
    "/proposals/{proposal_id:uuid}/pictures",
    operation_class=bytes_body(_BYTES),
    responses=ADD,
    security=PASS,
    tags=["proposals"],
    request_max_body_size=LIMIT,
)
async def add_picture(
    request: AnyRequest, house: TheHouse, claims: ThePass, proposal_id: FromPath[UUID], alt: Alt
) -> ProposalView:
    """Add a picture to one's own proposal. Body: the bytes of a JPEG, PNG or WebP.

    It is made anew, without what its file says of place and time. The same bytes again are the same picture.
    """
    sent = await read_body(request, _BYTES, LIMIT)
    return await verbs.add_picture(house, claims, proposal_id, PictureDraft(alt), BytesIO(sent))


@delete(
    "/proposals/{proposal_id:uuid}/pictures/{picture:str}",
    status_code=200,
    responses=TAKE_AWAY,
    security=PASS,
    tags=["proposals"],
)
async def take_picture_away(
    house: TheHouse, claims: ThePass, proposal_id: FromPath[UUID], picture: FromPath[str]
) -> ProposalView:
    """Delete a picture of one's own proposal, by its name; twice is once."""
    return await verbs.take_picture_away(house, claims, proposal_id, picture)


router: Any = Router(
    path="",
    route_handlers=[add_picture, take_picture_away],
    dependencies={"claims": Provide(provide_civic_pass)},
)
