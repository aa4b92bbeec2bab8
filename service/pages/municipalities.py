"""A municipality's page: what is open, what comes next, and what was decided."""

from typing import Any
from uuid import UUID

from litestar import get
from litestar.params import FromPath

from schema.errors import NotFound
from service.pages import words
from service.pages.rounds import SIZE, After
from service.pages.shell import Page, public_page, wanted
from service.people import TheHouse
from service.reading import AnyRequest
from service.verbs import readings
from service.verbs import rounds as verbs
from service.verbs import snapshots as snapshot_verbs


@get("/municipalities/{municipality_id:uuid}")
async def view_municipality(
    request: AnyRequest, house: TheHouse, municipality_id: FromPath[UUID], after: After = None
) -> Page:
    """The rounds of one municipality, newest first, by what they are to a resident today."""
    found = await verbs.list_rounds(house, after, SIZE + 1, municipality_id)
    if not found:
        raise NotFound(what="municipality with rounds")
    shown, texts = await readings.read_rounds(house, found[:SIZE], wanted(request))
    decided = [each for each in shown if each.published_at is not None]
    outcomes = await snapshot_verbs.list_outcomes(house, [each.id for each in decided])
    return public_page(
        request,
        "municipality.html",
        municipality=shown[0].municipality,
        texts=texts,
        address=f"/municipalities/{municipality_id}",
        open_now=[each for each in shown if each.phase in words.OPEN],
        coming=[each for each in shown if each.phase not in words.OPEN and each.published_at is None],
        decided=decided,
        outcomes={outcome.round_id: outcome for outcome in outcomes},
        steps={each.id: words.timeline(each) for each in shown},
        next_acts={each.id: words.next_act(each) for each in shown},
        phases=words.PHASES,
        more=shown[-1].id if len(found) > SIZE else None,
    )


handlers: list[Any] = [view_municipality]
