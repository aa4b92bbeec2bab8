"""The pages to which only forms lead, also those that say that something was not taken."""

from collections.abc import AsyncIterator

from playwright.async_api import FilePayload, Page

from tests.browser.gallery import Scene
from tests.browser.resident import Resident
from tests.service.test_pictures import picture
from tests.service.worlds import STYLES


async def walk(page: Page, scene: Scene) -> AsyncIterator[str]:
    """Through a municipality as its residents, with a stop at each page, by name."""
    resident = Resident(page)
    for part in (_refused, _voting, _proposing, _debating, _supporting, _afterwards, _officer):
        async for stop in part(resident, scene):
            yield stop


async def _signs_in(resident: Resident, scene: Scene, name: str, code: str) -> None:
    await resident.page.goto(f"/rounds/{scene.rounds[name].id}/sign-in")
    await resident.fill(code=code)
    await resident.send("/sign-in")


async def _refused(resident: Resident, scene: Scene) -> AsyncIterator[str]:
    """A code that nobody has; then somebody who may vote nowhere and appeals."""
    await _signs_in(resident, scene, "open", "AAAA-AAAA-AAAA-AAAA-A")
    yield "a wrong code"
    await _signs_in(resident, scene, "open", scene.codes["open"]["V23"])
    yield "nobody here"
    await resident.page.locator("details summary").first.click()
    await resident.fill(words="Jag fyller tolv i morgon.")
    await resident.send("/appeals")
    yield "appealed"
    await resident.page.goto(f"/rounds/{scene.rounds['open'].id}/appeals")
    await resident.fill(receipt="AAAA-AAAA-AAAA-AAAA-A")
    await resident.send("/appeal-answers")
    yield "no appeal of this number"


async def _voting(resident: Resident, scene: Scene) -> AsyncIterator[str]:
    """Somebody chooses too much, casts, looks again, takes the ballot back, and stays longer than a pass lives."""
    pot, *others = scene.rounds["open"].pots
    for style, other in zip(STYLES, others, strict=True):
        await _signs_in(resident, scene, "open", scene.codes["open"]["V21"])
        await resident.send(f"/pots/{other}/ballot")
        yield f"ballot {style}"
    await _signs_in(resident, scene, "open", scene.codes["open"]["V21"])
    yield "what can be done"
    await resident.send(f"/pots/{pot}/ballot")
    yield "ballot"
    for chosen, stop in ((range(99), "too many projects"), ((1, 2), "receipt")):
        await resident.tick(*chosen)
        await resident.cast()
        yield stop
    await resident.send(f"/pots/{pot}/ballot")
    yield "ballot as it was cast"
    await resident.send("/withdrawals")
    yield "taken back"
    await resident.send(f"/pots/{pot}/ballot")
    await resident.tick(1)
    await resident.page.locator("form:has([name=choices]) [name=pass]").evaluate("pass => pass.value = 'long ago'")
    await resident.press(resident.page.locator("main form > .buttons > button:not(.plain)"))
    yield "signed in no more"
    await resident.page.goto("/receipts")
    await resident.fill(commitment="nothing")
    await resident.send("/receipts")
    yield "no fingerprint"


async def _proposing(resident: Resident, scene: Scene) -> AsyncIterator[str]:
    """Somebody writes a proposal, first as a draft, then with a cost that is none."""
    await _signs_in(resident, scene, "proposing", scene.codes["proposing"]["V1"])
    yield "what can be done while proposing"
    await resident.send("/proposals/new")
    yield "proposal to be written"
    await resident.fill(about="Vid ån.")
    await resident.press(resident.page.locator("main button[formaction$='/drafts']"))
    yield "drafts"
    await resident.send("/proposals/new")
    await resident.fill(title="Bänkar", about="Vid ån.", author_name="Amina", cost_guess="x")
    await resident.send("/proposals")
    yield "proposal not taken"
    await resident.press(resident.page.locator("input[type=image]:visible"))
    yield "proposal with a point"
    await resident.fill(cost_guess="")
    await resident.send("/proposals")
    if await resident.page.locator("#alike").count():
        yield "others are like it"
        await resident.send("/proposals")
    yield "proposed"
    await resident.send("/pictures")
    yield "pictures to be added"
    sent: FilePayload = {"name": "bench.png", "mimeType": "image/png", "buffer": picture("PNG", (900, 600))}
    await resident.page.set_input_files("[name=picture]", sent)
    await resident.fill(alt="En tom gräsmatta.")
    await resident.send("/pictures/new")
    yield "picture added"


async def _debating(resident: Resident, scene: Scene) -> AsyncIterator[str]:
    """Somebody asks about a proposal; then the author of several answers, changes one, and takes one back."""
    await _signs_in(resident, scene, "proposing", scene.codes["proposing"]["V3"])
    await resident.send("/supports")
    yield "proposals to discuss"
    await resident.send("/arguments/new")
    yield "seat in the debate"
    await resident.page.locator("#side-question").check()
    await resident.fill(words="Hur många?", author_name="Björn")
    await resident.send("/arguments")
    yield "asked in the debate"
    await _signs_in(resident, scene, "proposing", scene.codes["proposing"]["V0"])
    yield "own proposals"
    await resident.send("/arguments/new")
    yield "seat of the author"
    await _signs_in(resident, scene, "proposing", scene.codes["proposing"]["V0"])
    await resident.send("/edit")
    yield "proposal to be changed"
    await _signs_in(resident, scene, "proposing", scene.codes["proposing"]["V0"])
    await resident.send("/withdrawal/new")
    yield "proposal to be taken back"
    await resident.send("/withdrawal")
    yield "proposal taken back"


async def _supporting(resident: Resident, scene: Scene) -> AsyncIterator[str]:
    """Somebody backs a proposal."""
    await _signs_in(resident, scene, "supporting", scene.codes["supporting"]["V1"])
    yield "what can be done while supporting"
    await resident.press(resident.page.locator("form[action*='/support'] button"))
    yield "supported"


async def _afterwards(resident: Resident, scene: Scene) -> AsyncIterator[str]:
    """Somebody asks what became of a ballot."""
    await _signs_in(resident, scene, "published", scene.codes["published"]["V0"])
    yield "what can be done afterwards"
    await resident.send(f"/pots/{scene.rounds['published'].pot}/ballot")
    yield "what became of it"
    await resident.press(resident.page.locator("main a[href*='/receipts?commitment=']"))
    yield "in the ledger"


async def _officer(resident: Resident, scene: Scene) -> AsyncIterator[str]:
    """An officer mistypes her password."""
    await resident.page.goto("/officer")
    yield "officers sign in"
    await resident.fill(name="Dagny", password="wrong")
    await resident.send("/officer")
    yield "officer not known"
