"""The table of refusals in every language: each has a title and a sentence with its facts."""

import ast
import re
from string import Formatter
from typing import get_args

import pytest

from schema import errors as e
from schema.bootstrap import ROOT
from schema.errors import Refusal
from schema.faults import Fault, Faults
from service.languages import LANGUAGES, ORIGINAL, speak
from service.pages.words import ROLES, SIGNS, sentence
from service.problems import details
from service.refusals import PROBLEMS, THINGS, told
from service.rights import OfficerRole
from service.verbs.desk import VERY_OLD

CASES = [(language, kind) for language in LANGUAGES for kind in PROBLEMS]


def facts_of(kind: type[Refusal]) -> set[str]:
    """The facts that a refusal says it has."""
    named = re.search(r"Facts: ([^.]+)\.", re.sub(r"\([^)]*\)", "", kind.__doc__ or ""))
    return {name.strip() for name in named[1].split(",")} if named else set()


def blanks(message: str) -> set[str]:
    """The names in braces of a message."""
    return {name for _text, name, _format, _conversion in Formatter().parse(message) if name}


@pytest.mark.parametrize("kind", PROBLEMS)
def test_a_sentence_has_no_blanks_but_facts(kind: type[Refusal]) -> None:
    """What is not among a refusal's facts could not be said."""
    assert blanks(PROBLEMS[kind].sentence) <= facts_of(kind)
    assert not blanks(PROBLEMS[kind].title)


@pytest.mark.parametrize(("language", "kind"), CASES)
def test_every_refusal_can_be_said_in_every_language(language: str, kind: type[Refusal]) -> None:
    """With each fact in its place, to programs and to who filled in a form."""
    facts: dict[str, str | int] = dict.fromkeys(facts_of(kind), 7041)
    refusal = kind(**facts)
    speak(language)
    try:
        problem, said = details(refusal), sentence(refusal, "SEK")
    finally:
        speak(ORIGINAL)
    assert problem.title
    assert not blanks(problem.detail + said)
    assert problem.detail.count("7041") >= len(blanks(PROBLEMS[kind].sentence))


def test_what_may_be_missing_stands_in_the_table() -> None:
    """A thing that is not there has a name in every language."""
    missing = set()
    for file in (ROOT / "service").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Name(id="NotFound") | ast.Attribute(attr="NotFound"),
                    keywords=[ast.keyword(arg="what", value=ast.Constant(value=what))],
                ):
                    missing.add(what)
    assert missing == set(THINGS)


def test_every_role_has_a_word() -> None:
    """Also one that comes later."""
    assert set(ROLES) == set(get_args(OfficerRole))


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (e.NotInPhase(phase="draft", needed="voting"), {"phase": "Draft", "needed": "Voting"}),
        (
            e.NotInPhase(phase="voting", needed="proposing, reviewing or supporting"),
            {"needed": "Proposing, Reviewing or Supporting"},
        ),
        (
            e.RoleMissing(needed="admin or officer", roles="auditor and clerk"),
            {"needed": "admin or officer", "roles": "auditor and clerk"},
        ),
        (e.NotWhole(missing=Faults([Fault("it has {n}", n=1), Fault("x")])), {"missing": "it has 1; x"}),
        (e.TakesTwo(kind="release"), {"kind": "Release ballots"}),
    ],
)
def test_words_of_the_code_are_said_as_people_say_them(refusal: Refusal, said: dict[str, str]) -> None:
    """One, several, and what is no word of the code."""
    assert said.items() <= told(refusal).items()


@pytest.mark.usefixtures("swedish")
def test_what_somebody_wrote_is_not_translated() -> None:
    """A pot may be called as the house calls something else."""
    speak("sv")
    assert told(e.MarkedBefore(pot="round", place="officer")) == {"pot": "round", "place": "officer"}
    assert told(e.NotFound(what="round")) == {"what": "omgången"}


def test_the_report_names_the_age_it_looks_for() -> None:
    """The word and the query mean the same."""
    assert SIGNS["very-old"] == f"{VERY_OLD} or older"
