"""A round from the first draft to its outcome, through pages alone: two officers, a register, two voters."""

from collections.abc import Awaitable
from typing import Any

from tests.pages.visitor import HTML, Fields, Visit, Visitor
from tests.town import PASSWORD, REGISTER, Town

ROUND: dict[str, Any] = {
    "name": "Vår gård 2027",
    "currency": "SEK",
    "voting_at": "2030-05-01T08:00",
    "closes_at": "2030-05-14T20:00",
    "areas": "North\nSouth",
}
POT: dict[str, Any] = {
    "name": "Gården",
    "money": "1 000",
    "style": "approval",
    "approval-max_choices": "2",
    "rule": "equal-shares",
}
REASON = "The board decided so, KS 2027/4."


class Browser(Visitor):
    """A browser with cookies of its own, though all of them share one client."""

    def __init__(self, town: Town) -> None:
        super().__init__(town.client)
        self.jar: dict[str, str] = {}

    async def open(self, path: str, **headers: str) -> Visit:
        """Open an address with the own cookies."""
        return await self._own(super().open(path, **headers))

    async def send(self, action: str, fields: Fields, files: dict[str, bytes] | None = None) -> Visit:
        """Send a form with the own cookies."""
        return await self._own(super().send(action, fields, files))

    async def _own(self, visiting: Awaitable[Visit]) -> Visit:
        self.client.cookies.clear()
        self.client.cookies.update(self.jar)
        seen = await visiting
        self.jar = dict(self.client.cookies)
        return seen


async def signed_in(town: Town, name: str) -> Browser:
    """An officer's browser."""
    await town.hire(name)
    browser = Browser(town)
    await browser.open("/officer")
    await browser.press("Sign in", name=name, password=PASSWORD)
    return browser


async def agree(asking: Visitor, confirming: Visitor, at: str, what: str) -> Visit:
    """One officer asks, and has no button to confirm it herself; the other one confirms."""
    await asking.open(at)
    asked = await asking.press(f"Ask for it: {what}", reason=REASON)
    assert not [button for button in asked.buttons if button.startswith("Confirm")]
    await confirming.open(at)
    return await confirming.press("Confirm")


async def codes(officer: Visitor, at: str) -> dict[str, str]:
    """The file of codes that an officer gets for her file of people."""
    people = "\n".join(["identity", *(line.partition(",")[0] for line in REGISTER.splitlines()[1:])])
    files = {"file": ("people.csv", people.encode(), "text/csv")}
    answer = await officer.client.post(f"{at}/codes", files=files, headers=HTML)
    return dict(line.split(",") for line in answer.text.splitlines()[1:])


async def vote(resident: Visitor, at: str, code: str, choices: list[int]) -> Visit:
    """Sign in, choose, look once more, cast."""
    await resident.open(f"{at}/sign-in")
    await resident.press("Go on", code=code)
    await resident.press("Open the ballot")
    return await resident.cast(choices)


async def test_two_officers_run_a_whole_round_through_pages(town: Town) -> None:
    """Nothing but forms and links, from an empty house to the outcome that everybody reads."""
    dagny, fatima, resident = await signed_in(town, "Dagny"), await signed_in(town, "Fatima"), Browser(town)
    await dagny.open("/officer/rounds/new")
    drafted = await dagny.press("Draft the round", **ROUND)
    at = drafted.answer.url.path
    await dagny.open(f"{at}/pots/new")
    seen = await dagny.press("Add the pot", **POT)
    await dagny.open(next(a["href"] for a in seen.page.all("a") if a["href"].endswith("/projects")))
    for title, cost in (("Bänkar", "600"), ("Lampor", "500"), ("Gungor", "300")):
        await dagny.press("Put on the ballot", title=title, cost=cost)
    await fatima.open("/officer/register")
    await fatima.press("Compare the file", files={"file": REGISTER.encode()})
    await fatima.press("Apply it")
    await town.work("roll")
    await dagny.open(at)
    await dagny.press("Announce the round")
    await dagny.open(at)
    assert "voting opens by itself" in (await dagny.press("Schedule the round")).text
    code = await codes(dagny, at)
    assert "Voting is open until" in (await agree(dagny, fatima, at, "Open voting now")).text

    public = at.removeprefix("/officer")
    assert "Your ballot was accepted" in (await vote(resident, public, code["AMINA-1"], [1, 3])).text
    await vote(resident, public, code["BJORN-2"], [3])
    await agree(fatima, dagny, at, "Close voting now")
    await town.work("judge", "sequence", "count")
    assert "The outcome is published" in (await agree(dagny, fatima, at, "Publish the outcome")).text

    page = await resident.open(public)
    results = next(a["href"] for a in page.page.all("a") if a["href"].endswith("/results"))
    told = (await resident.open(results)).text
    assert "2 of 3 residents on the roll took part" in told
    assert "Gungor" in told
