"""People before their browsers."""

import pytest

from tests.pages.visitor import Visitor
from tests.town import PASSWORD, Town


@pytest.fixture
def visitor(town: Town) -> Visitor:
    """A resident's browser."""
    return Visitor(town.client)


@pytest.fixture
async def dagny(town: Town) -> Visitor:
    """Dagny's browser, after she signed in."""
    await town.hire("Dagny")
    browser = Visitor(town.client)
    await browser.open("/officer")
    await browser.press("Sign in", name="Dagny", password=PASSWORD)
    return browser
