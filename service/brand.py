"""How a house looks: its name, colours and logo, as a TOML file names them; colours nobody could read are moved.

The stylesheet's tokens stay where they are; a brand is a second, small stylesheet that sets some of them anew. Contrast
is that of WCAG 2.2 (relative luminance, success criterion 1.4.3).
"""

import hashlib
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec

from schema.settings import SettingsError

READABLE = 4.5
"""The least contrast of text with what is behind it (WCAG 2.2, 1.4.3)."""

BLACK, WHITE = (0, 0, 0), (255, 255, 255)
PAPERS = {"light": ("#f7f4ec", "#fffdf8"), "dark": ("#121916", "#1a231f")}
"""What links and buttons stand on: ``--paper`` and ``--card`` of the stylesheet."""

LOGOS = {".svg": "image/svg+xml", ".png": "image/png"}
_COLOUR = re.compile(r"#[0-9a-f]{6}")

RGB = tuple[int, int, int]


class Draft(msgspec.Struct, forbid_unknown_fields=True):
    """The file: ``colour`` is that of links and buttons, ``band`` that of the masthead (``colour`` unless named).

    ``logo`` is a picture (SVG or PNG) beside the file.
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    colour: str | None = None
    band: str | None = None
    logo: str | None = None


class Brand(msgspec.Struct, frozen=True):
    """What pages show: a ``name``, the bytes of a stylesheet and of a logo with its media type, and their version."""

    name: str = "Byalag"
    style: bytes = b""
    logo: bytes = b""
    logo_type: str = ""
    version: str = ""


@cache
def read_brand(file: Path | None) -> Brand:
    """The brand that a file names; ours without one. Raises SettingsError with what is wrong in the file."""
    if file is None:
        return Brand()
    try:
        draft = msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), Draft)
        logo = (file.parent / draft.logo).read_bytes() if draft.logo else b""
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise SettingsError(f"the file {file}, which BYALAG_BRAND names, cannot be used: {error}") from None
    suffix = Path(draft.logo).suffix.lower() if draft.logo else ""
    if draft.logo and suffix not in LOGOS:
        raise SettingsError(f"the logo {draft.logo} must be a picture that ends with {' or '.join(LOGOS)}")
    for name, colour in (("colour", draft.colour), ("band", draft.band)):
        if colour is not None and not _COLOUR.fullmatch(colour.lower()):
            raise SettingsError(f"{name} in {file} must be written like #1d5a4c, not {colour!r}")
    style = styled(draft.colour, draft.band).encode()
    version = hashlib.sha256(style + logo).hexdigest()[:12]
    return Brand(draft.name, style, logo, LOGOS.get(suffix, ""), version)


def styled(colour: str | None, band: str | None) -> str:
    """The stylesheet for these colours (``#rrggbb``), each moved as far as it must be to be read; empty for none."""
    light, dark = {}, {}
    if masthead := band or colour:
        light["--band"] = _moved(masthead, ("#f7f4ec",), BLACK)
        dark["--band"] = _moved(_mixed(light["--band"], BLACK, 40), ("#f2eee3",), BLACK)
    if colour:
        light |= _acting(colour, "light", BLACK) | {"--act-ink": "#ffffff"}
        dark |= _acting(colour, "dark", WHITE) | {"--act-ink": "#0c1216"}
    if not light:
        return ""
    return f":root {{{_tokens(light)}}}\n@media (prefers-color-scheme: dark) {{ :root {{{_tokens(dark)}}} }}\n"


def _acting(colour: str, scheme: str, away: RGB) -> dict[str, str]:
    """Tokens of what can be pressed, and of the wash behind what is chosen."""
    paper = PAPERS[scheme][0]
    wash = _mixed(paper, _rgb(colour), 12)
    act = _moved(colour, (*PAPERS[scheme], wash, "#ffffff" if scheme == "light" else "#0c1216"), away)
    return {
        "--act": act,
        "--act-hover": _mixed(act, away, 30),
        "--wash": wash,
        "--wash-ink": act,
    }


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in _rgb(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _moved(colour: str, behind: tuple[str, ...], toward: RGB) -> str:
    """The colour, mixed with as little of another as makes it readable on all that is behind it."""
    mixes = (_mixed(colour, toward, percent) for percent in range(0, 101, 2))
    return next(mix for mix in mixes if all(contrast(mix, other) >= READABLE for other in behind))


def _mixed(colour: str, other: RGB, percent: int) -> str:
    parts = (round(own + (its - own) * percent / 100) for own, its in zip(_rgb(colour), other, strict=True))
    return "#{:02x}{:02x}{:02x}".format(*parts)


def _rgb(colour: str) -> RGB:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _tokens(named: dict[str, str]) -> str:
    return " ".join(f"{name}: {value};" for name, value in named.items())
