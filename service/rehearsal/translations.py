"""What officers translate in Tranviken, and how they bring it; the texts are those of ``translations.toml``."""

import asyncio
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import msgspec

from service.rehearsal.neighbours import Neighbours


class Text(msgspec.Struct, frozen=True):
    """What is to be translated: of a delivery what it says, else the title or the name."""

    noun: str
    id: UUID
    original: str


_READ = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
TRANSLATIONS = msgspec.convert(tomllib.loads(_READ), dict[str, dict[str, dict[str, str]]])
"""Titles and descriptions by their original and their language."""

_YEAR = re.compile(r" \d{4}$")


async def texts_of(client: Neighbours, round_id: UUID) -> list[Text]:
    """What can be translated of a round before its outcome."""
    return [Text(each.noun, each.of_id, each.title) for each in await client.originals(round_id)]


async def translate(client: Neighbours, texts: Sequence[Text]) -> int:
    """Translate each of these into the languages that there are; how many translations that were."""
    todo = [(text, *words) for text in texts for words in _words(text.original)]
    await asyncio.gather(*(client.translate(text.noun, text.id, language, said) for text, language, said in todo))
    return len(todo)


def _words(original: str) -> list[tuple[str, dict[str, str]]]:
    """What a text says in other languages. A round's name ends with its year in all of them."""
    found = _YEAR.search(original)
    year = found[0] if found else ""
    said = TRANSLATIONS[original.removesuffix(year)]
    return [(tongue, words | ({"title": words["title"] + year} if year else {})) for tongue, words in said.items()]
