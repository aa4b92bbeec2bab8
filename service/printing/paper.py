"""A4 paper: fonts from wheels, text in either direction, and what all that is printed has in common.

Fira Sans has every Latin, Greek and Cyrillic sign, IBM Plex Sans Arabic the Arabic ones; codes are in IBM Plex Mono,
whose zero has a dot. Only Arabic is shaped: that takes six times as long, and Latin letters need none.
"""

from fontpkg import path
from fpdf import FPDF

from service.printing.words import Words, languages

MARGIN = 22.0
"""Millimetres, like all measures here."""

TEXT, ARABIC, CODE = "text", "arabic", "code"
_FONTS = {TEXT: "Fira Sans", ARABIC: "IBM Plex Sans Arabic", CODE: "IBM Plex Mono"}


class Paper(FPDF):
    """Pages of one file, in one language or several: ``speak`` says in which one what follows is written."""

    words: Words

    def __init__(self) -> None:
        super().__init__(format="A4", unit="mm")
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, MARGIN)
        for family, name in _FONTS.items():
            self.add_font(family, "", path(name, 400))
            self.add_font(family, "B", path(name, 600))
        self.set_creator("Byalag")
        self._script = TEXT

    def speak(self, code: str) -> None:
        """Write in this language from here on."""
        self.words = languages()[code]
        rtl = self.words.rtl
        self._script = ARABIC if rtl else TEXT
        self.set_fallback_fonts([TEXT if rtl else ARABIC])
        self.set_text_shaping(rtl)
        self.set_lang(code)

    def say(self, text: str, size: float, bold: bool = False, gap: float = 0.0) -> None:
        """A paragraph at this size (points), with a gap below it."""
        self.script(size, bold)
        side = "R" if self.words.rtl else "L"
        self.multi_cell(0, size * 0.5, text, align=side, new_x="LMARGIN", new_y="NEXT")
        self.ln(gap)

    def script(self, size: float, bold: bool = False) -> None:
        """The font of the language, at this size (points)."""
        self.set_font(self._script, "B" if bold else "", size)

    def closed(self) -> bytes:
        """The file. Nothing can be written on it after this."""
        return bytes(self.output())
