"""Supporting: the proposals with the supports of whoever shows a pass."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import post
from litestar.params import FromPath

from schema.errors import NotInPhase, Settled, TooFast
from service.house import House
from service.languages import _, marked
from service.pages.forms import Fields, read_form
from service.pages.passes import civic_pass
from service.pages.problems import problem_page
from service.pages.rounds import SIZE
from service.pages.shell import Page, private_page, wanted
from service.people import TheHouse, take_pass
from service.reading import AnyRequest, uuid_or_malformed
from service.verbs import proposals as verbs
from service.verbs import readings
from service.verbs.proposals import ProposalView, Sought
from service.verbs.readings import RoundInWords, Texts


class Backing(msgspec.Struct, frozen=True):
    """A page of proposals with the supports of who is asking; ``token`` is their pass, ``more`` the next page."""

    proposals: list[ProposalView]
    supported: set[UUID]
    token: str
    after: UUID | None
    more: UUID | None
    texts: Texts


async def backing(house: House, view: RoundInWords, token: str, after: UUID | None) -> Backing:
    """The round's proposals after the one named, in the bearer's own order, and which of them they support."""
    claims = await take_pass(token, house, "civic")
    own_order = Sought(int.from_bytes(claims.tag_bytes[:4]))
    found = await verbs.find_proposals(house, claims.round_id, own_order, after, SIZE + 1)
    shown, texts = await readings.read_proposals(house, found[:SIZE], view.texts)
    more = shown[-1].id if len(found) > SIZE else None
    return Backing(shown, await verbs.supported_proposals(house, claims), token, after, more, texts)


@post("/rounds/{round_id:uuid}/supports")
async def list_supports(request: AnyRequest, house: TheHouse, round_id: FromPath[UUID]) -> Page:
    """The proposals with buttons to support them, a page at a time."""
    fields = await read_form(request)
    view = await readings.read_round(house, round_id, wanted(request, fields.text("original")))
    await civic_pass(house, fields, view.round, "support")
    return await _support_page(house, fields, view)


@post("/proposals/{proposal_id:uuid}/support")
async def support_proposal(request: AnyRequest, house: TheHouse, proposal_id: FromPath[UUID]) -> Page:
    """Support a proposal; twice is once."""
    return await _change_support(request, house, proposal_id, verbs.support_proposal, marked("You support “{title}”."))


@post("/proposals/{proposal_id:uuid}/unsupport")
async def unsupport_proposal(request: AnyRequest, house: TheHouse, proposal_id: FromPath[UUID]) -> Page:
    """Take a support back; twice is once."""
    return await _change_support(
        request, house, proposal_id, verbs.unsupport_proposal, marked("You no longer support “{title}”.")
    )


async def _change_support(request: AnyRequest, house: House, proposal_id: UUID, verb: Any, said: str) -> Page:
    fields = await read_form(request)
    proposal, view = await readings.read_proposal(house, proposal_id, wanted(request, fields.text("original")))
    claims = await civic_pass(house, fields, view.round, "support")
    try:
        await verb(house, claims, proposal_id)
    except (NotInPhase, Settled, TooFast) as refusal:
        return problem_page(refusal, (f"/rounds/{view.round.id}", view.round.name))
    return await _support_page(house, fields, view, _(said, title=proposal.title))


async def _support_page(house: House, fields: Fields, view: RoundInWords, said: str = "") -> Page:
    after = uuid_or_malformed(fields.text("after"), marked("the place in the list")) if fields.text("after") else None
    shown = await backing(house, view, fields.text("pass"), after)
    return private_page("support.html", round=view.round, backing=shown, said=said)


handlers: list[Any] = [list_supports, support_proposal, unsupport_proposal]
