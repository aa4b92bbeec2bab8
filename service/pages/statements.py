"""What the house says of itself: for whom its pages work, and what it keeps of whom."""

from typing import Any

from litestar import get

from service.pages.shell import Page, public_page
from service.people import TheHouse
from service.reading import AnyRequest


@get("/accessibility")
async def view_accessibility(request: AnyRequest) -> Page:
    """What works for whom, what does not, and whom to tell."""
    return public_page(request, "accessibility.html")


@get("/privacy")
async def view_privacy(request: AnyRequest, house: TheHouse) -> Page:
    """What is stored in which room, for how long, and who sees it."""
    return public_page(request, "privacy.html", traces=house.settings.traces)


handlers: list[Any] = [view_accessibility, view_privacy]
