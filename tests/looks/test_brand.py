"""A house's own colours: moved as far as they must be to be read, and never further from what was asked for."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.bootstrap import ROOT
from schema.settings import SettingsError
from service.brand import PAPERS, READABLE, Brand, contrast, read_brand, styled

CSS = (ROOT / "service" / "pages" / "static" / "byalag.css").read_text(encoding="utf-8")
COLOURS = st.tuples(*[st.integers(0, 255)] * 3).map(lambda rgb: "#{:02x}{:02x}{:02x}".format(*rgb))
TEXT_ON = {
    "--ink": ("--paper", "--card", "--wash"),
    "--quiet": ("--paper", "--card", "--wash"),
    "--act": ("--paper", "--card", "--wash"),
    "--act-ink": ("--act", "--act-hover"),
    "--wash-ink": ("--wash",),
    "--band-ink": ("--band",),
    "--alert": ("--paper", "--card", "--alert-wash"),
}
"""Which token is read on which."""

BLOCK = re.compile(r"\{\s*((?:[^{}]|\n)*?--paper(?:[^{}]|\n)*?)\}")


def tokens(text: str) -> dict[str, str]:
    """The tokens of one block of a stylesheet that are colours, each in six digits."""
    found = dict(re.findall(r"(--[a-z-]+): (#[0-9a-f]{3,6});", text))
    return {
        name: "#" + "".join(2 * each for each in value[1:]) if len(value) == 4 else value
        for name, value in found.items()
    }


def schemes(own: str = "") -> dict[str, dict[str, str]]:
    """The tokens in force in each scheme, with a house's own stylesheet after ours."""
    light, dark = (tokens(block) for block in BLOCK.findall(CSS)[:2])
    own_light, _, own_dark = own.partition("@media")
    return {"light": light | tokens(own_light), "dark": light | dark | tokens(own_light) | tokens(own_dark)}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "behind"), [(text, on) for text, all_on in TEXT_ON.items() for on in all_on])
def test_our_own_colours_can_be_read(scheme: str, text: str, behind: str) -> None:
    """Text has a contrast of 4.5 with all that it stands on."""
    named = schemes()[scheme]
    assert contrast(named[text], named[behind]) >= READABLE


@given(COLOURS, st.none() | COLOURS)
def test_any_colour_a_house_asks_for_can_be_read(colour: str, band: str | None) -> None:
    """Whatever a municipality's colours are, links, buttons and masthead are readable in both schemes."""
    for named in schemes(styled(colour, band)).values():
        for text, behind in ((text, on) for text, all_on in TEXT_ON.items() for on in all_on):
            if "--quiet" not in text and "--alert" not in text:
                assert contrast(named[text], named[behind]) >= READABLE, (text, behind)


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    """Nobody's colour is changed for nothing."""
    assert "--act: #0a5b9c;" in styled("#0a5b9c", None)


def test_black_on_white_has_the_greatest_contrast() -> None:
    """21 to 1 (WCAG 2.2)."""
    assert round(contrast("#000000", "#ffffff"), 2) == 21


def test_the_papers_are_those_of_the_stylesheet() -> None:
    """What a brand is measured against is what pages are painted with."""
    assert {scheme: (named["--paper"], named["--card"]) for scheme, named in schemes().items()} == PAPERS


def test_without_a_file_a_house_looks_like_byalag() -> None:
    """The name is ours, and there is no second stylesheet."""
    assert read_brand(None) == Brand("Byalag", b"", b"", "", "")


FAULTS = {
    'colour = "#0a5b9c"': "name",
    'name = "Hagaby"\ncolour = "blue"': "must be written like #1d5a4c, not 'blue'",
    'name = "Hagaby"\nlogo = "logo.gif"': "logo.gif",
    'name = "Hagaby"\ncolor = "#0a5b9c"': "color",
    "name = ": "Invalid value",
}


@pytest.mark.parametrize(("text", "said"), FAULTS.items())
def test_a_file_with_a_fault_is_refused_with_its_name(tmp_path: Path, text: str, said: str) -> None:
    """Whoever set it up reads what is wrong, and where."""
    file = tmp_path / "brand.toml"
    file.write_text(text, encoding="utf-8")
    (tmp_path / "logo.gif").write_bytes(b"GIF89a")
    with pytest.raises(SettingsError, match=re.escape(said)):
        read_brand(file)


@pytest.mark.parametrize("scheme", PAPERS)
def test_ink_is_readable_far_beyond_what_is_asked(scheme: str) -> None:
    """What people read longest has a contrast of at least 7."""
    named = schemes()[scheme]
    assert contrast(named["--ink"], named["--paper"]) >= 7
