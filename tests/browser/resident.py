"""Somebody with a browser: presses what is there by what it does, not by its words, which differ by language."""

from playwright.async_api import Locator, Page

from tests.browser.eyes import FOCUS


class Resident:
    """A page and a hand that taps or clicks on it."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def press(self, found: Locator) -> None:
        """Press the first of these."""
        async with self.page.expect_navigation():
            await found.first.click()

    async def follow(self, ending: str) -> None:
        """Follow the link to an address that ends like this."""
        await self.press(self.page.locator(f"main a[href$='{ending}']"))

    async def send(self, action: str) -> None:
        """Send the form that goes to an address that ends like this, by its own button."""
        await self.press(self.page.locator(f"main form[action$='{action}'] button:not([formaction], .unseen)"))

    async def fill(self, **fields: str) -> None:
        """Type into fields, by name."""
        for name, text in fields.items():
            await self.page.locator(f"main [name={name}]:not([type=hidden])").first.fill(text)

    async def tick(self, *numbers: int) -> None:
        """Choose these projects and no others."""
        for box in await self.page.locator("input[name=choices]").all():
            await box.set_checked(int(await box.get_attribute("value") or 0) in numbers)

    async def cast(self) -> None:
        """Cast the ballot, and say so again where it is shown once more first; unless it is refused."""
        button = self.page.locator("main form > .buttons > button:not(.plain)")
        await self.press(button)
        if not await self.page.locator(".receipt, .alert:not([hidden])").count():
            await self.press(button)

    async def ticked(self) -> list[str | None]:
        """The projects that are chosen."""
        return [
            await box.get_attribute("value") for box in await self.page.locator("input[name=choices]:checked").all()
        ]


class Typist(Resident):
    """Somebody who has a keyboard and nothing else. What has the focus is seen, and has a ring."""

    async def reach(self, found: Locator) -> None:
        """Go on with Tab until one of these has the focus."""
        for _ in range(60):
            await self.page.keyboard.press("Tab")
            at = await self.page.evaluate(FOCUS)
            assert at["seen"], f"the focus is out of sight: {at['what']}"
            assert at["ring"] >= 2, f"no ring: {at['what']}"
            if await found.first.evaluate("each => each === document.activeElement"):
                return
        raise AssertionError(f"no way by Tab to {found}")

    async def press(self, found: Locator) -> None:
        """Enter follows links and presses buttons."""
        await self.reach(found)
        async with self.page.expect_navigation():
            await self.page.keyboard.press("Enter")

    async def fill(self, **fields: str) -> None:
        """Type into fields, by name."""
        for name, text in fields.items():
            await self.reach(self.page.locator(f"main [name={name}]:not([type=hidden])"))
            await self.page.keyboard.press("ControlOrMeta+A")
            await self.page.keyboard.type(text)

    async def tick(self, *numbers: int) -> None:
        """Space changes what is not yet as it should be, from the first to the last."""
        for box in await self.page.locator("input[name=choices]").all():
            if (int(await box.get_attribute("value") or 0) in numbers) != await box.is_checked():
                await self.reach(box)
                await self.page.keyboard.press("Space")
