"""How a page is looked at: what axe finds, how wide it is, what has the focus, and a picture of it."""

import os
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
from playwright.async_api import Page, ViewportSize

PHONE: ViewportSize = {"width": 360, "height": 740}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 320, "height": 740}
"""The smallest telephone; also what is left of 1280 at 400 %."""

TELEPHONE: dict[str, Any] = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
DESK: dict[str, Any] = {"viewport": DESKTOP}

PICTURES = Path(os.environ.get("BYALAG_SCREENSHOTS") or Path(__file__).parents[2] / "screenshots")
GRAVE = {"serious", "critical"}
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")

RUN = "only => axe.run(document, {resultTypes: ['violations'], ...(only && {runOnly: {type: 'rule', values: only}})})"
FOCUS = """() => {
  const at = document.activeElement, box = at.getBoundingClientRect(), style = getComputedStyle(at);
  return {
    what: at.outerHTML.slice(0, 120),
    ring: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
    seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0
      && box.left < innerWidth && Number(style.opacity) > 0 && style.visibility === 'visible',
  };
}"""
ROOT = "() => { const root = document.documentElement; return [root.scrollWidth, root.lang, root.dir] }"
WIDE = """() => [...document.querySelectorAll('body *')].filter(each =>
  each.getBoundingClientRect().right > innerWidth + 1 || each.getBoundingClientRect().left < -1)
  .filter(each => !each.closest('.skip, .unseen, .scroll, pre')).slice(0, 5)
  .map(each => each.outerHTML.slice(0, 90))"""


class Sight(msgspec.Struct):
    """What was seen of a page: what axe finds, its width where that is least and what is too wide, its language."""

    status: int
    faults: list[str]
    width: int
    wide: list[str]
    lang: str
    direction: str


async def faults(page: Page, *only: str) -> list[str]:
    """What axe finds grave on the page as it is: rule, selector, and why."""
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(f"{AXE};0")
    found = await page.evaluate(RUN, list(only) or None)
    return list(_told(found["violations"]))


def _told(violations: list[dict[str, Any]]) -> Iterator[str]:
    for each in violations:
        if each["impact"] in GRAVE:
            for node in each["nodes"]:
                why = " ".join(node["failureSummary"].split()).partition(": ")[2]
                yield f"{each['id']} ({each['impact']}) {' '.join(map(str, node['target']))}: {why}"


async def look(page: Page, status: int, picture: str = "") -> Sight:
    """Look at the page that is open: on a telephone, in the dark, on the narrowest screen; pictures also on a desk."""
    if picture:
        await take(page, f"{picture}-phone")
        await page.set_viewport_size(DESKTOP)
        await take(page, f"{picture}-desktop")
        await page.set_viewport_size(PHONE)
    found = await faults(page)
    await page.emulate_media(color_scheme="dark")
    found += [f"in the dark: {each}" for each in await faults(page, "color-contrast")]
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size(NARROW)
    width, lang, direction = await page.evaluate(ROOT)
    wide = await page.evaluate(WIDE) if width > NARROW["width"] else []
    await page.set_viewport_size(PHONE)
    return Sight(status, found, width, wide, lang, direction)


async def take(page: Page, name: str) -> None:
    """A picture of the whole page."""
    await page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


def named(path: str) -> str:
    """A file's name for the path of a route."""
    return re.sub(r"[^a-z]+", "-", path.replace("_id}", "}").lower()).strip("-") or "front"
