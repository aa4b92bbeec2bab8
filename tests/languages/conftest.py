"""A small catalogue of its own, so that a test does not hang on what translators write."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service import languages
from service.languages import ORIGINAL, speak

CATALOGUE = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "Hello {name}"
msgstr "Hej {name}"

msgid "{number} project"
msgid_plural "{number} projects"
msgstr[0] "{number} projekt bara"
msgstr[1] "{number} projekt"

msgid "Not found"
msgstr "Finns inte"

msgid "There is no {what} here. Check the address, or start from the front page."
msgstr "Här finns {what} inte. Se efter i adressen, eller börja på första sidan."

msgid "round"
msgstr "omgången"

msgid "This is for {needed}, and you are {roles} here. Let somebody do it who is, or ask an admin for the role."
msgstr "Det här är för {needed}, och du är {roles} här."

msgid "officer"
msgstr "tjänsteman"

msgid "Not readable"
msgstr "Går inte att läsa"

msgid "What was sent cannot be read: {fault}. Nothing was changed; correct it and send it again."
msgstr "Det som kom går inte att läsa: {fault}."

msgid "it is not JSON"
msgstr "det är inte JSON"
"""


@pytest.fixture
def swedish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A house whose Swedish is this catalogue, which has no other language, and which begins in English."""
    (tmp_path / "sv.po").write_text(CATALOGUE, encoding="utf-8")
    monkeypatch.setattr(languages, "CATALOGUES", tmp_path)
    languages._catalogue.cache_clear()
    speak(ORIGINAL)
    yield
    languages._catalogue.cache_clear()
    speak(ORIGINAL)
