"""The catalogues: whole where a language is to be whole, and nowhere a translation that lost its facts."""

import ast
import re
from functools import cache

import pytest
from babel.messages.catalog import Catalog, Message

from schema.bootstrap import ROOT
from service.languages import LANGUAGES, ORIGINAL
from service.refusals import PROBLEMS
from tests.catalogues import KEYWORDS, catalogue, extracted

TRANSLATED = [language for language in LANGUAGES if language != ORIGINAL]
WHOLE = [language for language in TRANSLATED if LANGUAGES[language].whole]
PARTLY = [language for language in TRANSLATED if not LANGUAGES[language].whole]

OFFICERS = re.compile(
    r"pages/templates/(officer_|project_fields)|pages/(officer|acts|assisted|desk|drafting|keying|letters|paper|pots|project_files|register|setup)"
    r"|pages/words/(acts|audit|desk|heads|paper|roll)\.|refusals/officers|room\.|sources/"
    r"|verbs/(acts|addressees|auditors|booth|codes|directories|heads|imports|ledger|paper|printing|projects|reviews|rounds"
    r"|staff|translations)\."
    r"|schema/(rules|styles)\."
)
"""Where messages stand that only officers and their programs read."""

_BLANK = re.compile(r"\{(\w+)\}|%\((\w+)\)[sd]")
_NUMBERS = {"number", "num"}

found = cache(catalogue)


@cache
def messages() -> Catalog:
    """What the code says."""
    return extracted()


def forms(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    """A message or a translation in its plural forms; one without has one."""
    return (text,) if isinstance(text, str) else tuple(text or ())


def blanks(text: str) -> set[str]:
    """The names of the facts in a text."""
    return {first or second for first, second in _BLANK.findall(text)}


def ids(wanted: Catalog) -> set[tuple[str, ...]]:
    """Every message of a catalogue, in its forms."""
    return {forms(message.id) for message in wanted if message.id}


def untranslated(language: str, wanted: list[Message]) -> list[str]:
    """The first forms of those messages that a language does not have in all the forms that it has."""
    known = found(language)

    def is_said(message: Message) -> bool:
        said = known.get(message.id, message.context)
        if said is None or not all(forms(said.string)):
            return False
        return isinstance(message.id, str) or len(forms(said.string)) == known.num_plurals

    return [forms(message.id)[0] for message in wanted if message.id and not is_said(message)]


@pytest.mark.parametrize("language", WHOLE)
def test_a_whole_language_says_everything(language: str) -> None:
    """Every message of the code has a translation in each plural form."""
    assert untranslated(language, list(messages())) == []


@pytest.mark.parametrize("language", PARTLY)
def test_a_resident_reads_every_language(language: str) -> None:
    """What stands on residents' pages is translated everywhere."""
    residents = [
        message for message in messages() if any(not OFFICERS.search(file) for file, _line in message.locations)
    ]
    assert untranslated(language, residents) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_has_no_message_that_nobody_says(language: str) -> None:
    """What the code no longer says is gone."""
    assert ids(found(language)) - ids(messages()) == set()


def test_no_message_hides_within_another_text() -> None:
    """What is said inside an f-string is not found by the extractor, and would stay English in every language."""
    hidden = [
        f"{file.relative_to(ROOT)}:{call.lineno}"
        for file in sorted((ROOT / "service").rglob("*.py"))
        for text in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in KEYWORDS
        if call.args and isinstance(call.args[0], ast.Constant)
    ]
    assert hidden == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_is_a_guess(language: str) -> None:
    """Nothing is marked as fuzzy."""
    assert [message.id for message in found(language) if message.id and message.fuzzy] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_facts_of_its_message(language: str) -> None:
    """Each of them and no other; only the number may be left out, in a form that says it in words."""
    wrong = []
    for message in found(language):
        said = forms(message.string)
        if not message.id or not any(said):
            continue
        needed = blanks(forms(message.id)[-1])
        optional = _NUMBERS if len(said) > 1 else set()
        wrong += [form for form in said if blanks(form) - optional != needed - optional or not blanks(form) <= needed]
        wrong += [said[-1]] if blanks(said[-1]) != needed else []
    assert wrong == []


@pytest.mark.parametrize("language", WHOLE)
def test_every_refusal_has_words_in_a_whole_language(language: str) -> None:
    """A title and a sentence of its own."""
    known = found(language)

    def is_said(message: str) -> bool:
        said = known.get(message)
        return said is not None and bool(said.string)

    silent = [kind.code for kind, row in PROBLEMS.items() if not (is_said(row.title) and is_said(row.sentence))]
    assert silent == []
