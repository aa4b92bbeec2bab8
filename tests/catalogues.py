"""The catalogues beside the code: ``python3 -m tests.catalogues`` brings them up to what the code says.

New messages come in untranslated, unused ones go; translations stay. A test then fails on what is not translated in a
language that is to be whole.
"""

from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from schema.bootstrap import ROOT
from service.languages import CATALOGUES, LANGUAGES, ORIGINAL

KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "marked": None, "counted": (2, 3), "Fault": None}
GROUND = {"Fault": None, "counted": (2, 3)}
"""The ground says nothing but what is wrong."""
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
OPTIONS = {"**/templates/**.html": {"extensions": "jinja2.ext.i18n", "trimmed": "true", "silent": "false"}}


def extracted() -> Catalog:
    """Every message of the service and of the ground, with the files that it stands in."""
    found = Catalog(fuzzy=False)
    for folder, keywords in (("service", KEYWORDS), ("schema", GROUND)):
        for name, _line, message, _comments, context in extract_from_dir(
            ROOT / folder, METHODS, OPTIONS, keywords, strip_comment_tags=True
        ):
            place = name if folder == "service" else f"{folder}/{name}"
            found.add(message, locations=[(place, 0)], context=context)
    return found


def catalogue(language: str) -> Catalog:
    """A language's translations as they stand in its file."""
    file = CATALOGUES / f"{language}.po"
    return read_po(BytesIO(file.read_bytes()), locale=language) if file.exists() else Catalog(locale=language)


def update(language: str) -> Catalog:
    """A language's catalogue with exactly the messages of the code, and with the translations that there are."""
    kept = catalogue(language)
    renewed = Catalog(locale=language, fuzzy=False, creation_date=kept.creation_date)
    for message in extracted():
        if not message.id:
            continue
        known = kept.get(message.id, message.context)
        said = known.string if known is not None else ""
        files = sorted({file for file, _ in message.locations})
        renewed.add(message.id, said, locations=[(file, 0) for file in files], context=message.context)
    return renewed


def write(language: str, found: Catalog) -> None:
    """Write a catalogue so that two branches which add messages seldom touch the same lines."""
    file = CATALOGUES / f"{language}.po"
    with file.open("wb") as opened:
        write_po(opened, found, width=0, sort_output=True, omit_header=False, include_lineno=False, no_location=False)


if __name__ == "__main__":
    for language in LANGUAGES:
        if language != ORIGINAL:
            write(language, update(language))
