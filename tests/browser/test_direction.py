"""Sentences on a page from right to left, whatever they begin with: where a browser puts what stands in them."""

from datetime import UTC, datetime

import pytest
from playwright.async_api import Browser, Page

from service.languages import speak, translated
from service.pages import words
from service.pages.shell import STATIC

pytestmark = pytest.mark.asyncio(loop_scope="package")

ORDER = """parts => {
  const text = document.querySelector('p').firstChild, range = document.createRange();
  return parts.map(part => {
    const at = text.data.indexOf(part);
    range.setStart(text, at);
    range.setEnd(text, at + part.length);
    return range.getBoundingClientRect().right;
  });
}"""
STYLE = STATIC["byalag.css"].decode()
LATE = datetime(2026, 12, 7, 14, 2, tzinfo=UTC)


async def order(browser: Browser, sentence: str, parts: list[str]) -> list[str]:
    """The parts of a sentence as they are read from right to left."""
    page: Page = await browser.new_page()
    await page.set_content(f'<html dir="rtl"><style>{STYLE}</style><body><p>{sentence}</p></body></html>')
    stands = await page.evaluate(ORDER, parts)
    await page.close()
    return [part for _at, part in sorted(zip(stands, parts, strict=True), reverse=True)]


async def test_a_sentence_that_begins_with_an_amount_is_read_from_the_right(browser: Browser) -> None:
    """The letters of a currency are Latin, and do not turn the sentence round."""
    speak("ar")
    got, cost = words.money(316_000_00, "SEK"), words.money(350_000_00, "SEK")
    sentence = f"{translated('%(got)s of %(cost)s') % {'got': got, 'cost': cost}}."
    assert await order(browser, sentence, ["316\xa0000", "من", "350\xa0000", "."]) == [
        "316\xa0000",
        "من",
        "350\xa0000",
        ".",
    ]


async def test_an_amount_is_read_as_it_is_written(browser: Browser) -> None:
    """From left to right: first the number, then the currency, wherever in a sentence it stands."""
    speak("ar")
    for before in ("", "يذهب "):
        sentence = f"{before}{words.money(316_000_00, 'SEK')} من."
        assert await order(browser, sentence, ["316\xa0000", "kr", "من"]) == ["kr", "316\xa0000", "من"]


async def test_a_full_stop_after_a_date_is_the_last_that_is_read(browser: Browser) -> None:
    """Though the name of a time zone is Latin."""
    speak("ar")
    sentence = f"{words.money(100, 'SEK')} {words.moment(LATE)}."
    assert await order(browser, sentence, ["kr", "2026", "UTC", "."]) == ["kr", "2026", "UTC", "."]
