"""What exactly is wrong, in whole languages: no word of the English that it is written in is left."""

import ast
import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from schema import errors as e
from schema import styles
from schema.bootstrap import ROOT
from schema.errors import Malformed, Refusal
from schema.faults import Fault, Faults
from service.languages import LANGUAGES, ORIGINAL, speak
from service.pages.words import all_refused, why_refused
from service.problems import details
from service.reading import decode_json
from service.refusals import PROBLEMS, said
from service.verbs.ballots import Ballot
from service.verbs.proposals import ProposalDraft
from service.verbs.rounds import RoundDraft
from tests.languages.test_refusals import blanks, facts_of

WHOLE = [language for language, each in LANGUAGES.items() if each.whole and language != ORIGINAL]

ENGLISH = frozenset(
    re.findall(
        r"\w+",
        "the is are was were not of and or with must has this that there than from which they them what where nobody"
        " somebody it its only too fewer longer shorter known first last file line row rows column sheet sheets people"
        " clerk read keyed names holds stands says word number whole nothing else",
    )
)
"""Words of our messages that no other whole language has."""

UNSURE = {"fault", "faults", "missing", "reason"}
"""The facts of refusals that say what exactly is wrong."""


def written() -> list[Fault]:
    """Every fault of the ground and the service, with a value for each of its facts."""
    found = []
    for folder in ("schema", "service"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                match node:
                    case ast.Call(func=ast.Name(id="Fault"), args=[ast.Constant(value=str(message))]):
                        found.append(Fault(message, **dict.fromkeys(blanks(message), 7041)))
                    case ast.Call(
                        func=ast.Attribute(value=ast.Name(id="Fault"), attr="counted"),
                        args=[_, ast.Constant(value=str(one)), ast.Constant(value=str(more))],
                    ):
                        facts = dict.fromkeys(blanks(more) - {"number"}, 7041)
                        found += [Fault.counted(number, one, more, **facts) for number in (1, 7042)]
    return found


FAULTS = written()


def english(text: str) -> set[str]:
    """The English words that are left in a text."""
    return set(re.findall(r"[a-z]+", re.sub(r"[“”][^“”]*[“”]", "", text.lower()))) & ENGLISH


@pytest.fixture(params=WHOLE)
def language(request: pytest.FixtureRequest) -> Any:
    """Each whole language in turn, with the times of Stockholm."""
    speak(request.param, ZoneInfo("Europe/Stockholm"))
    yield request.param
    speak(ORIGINAL)


def test_there_are_faults() -> None:
    """The look at the code finds them."""
    assert len(FAULTS) > 60


def test_a_value_that_is_refused_is_refused_with_a_fault() -> None:
    """A bare ValueError of a struct would be English alone, so no form and no body would be told it."""
    bare = [
        f"{file.name}:{node.lineno}"
        for folder in ("schema", "service")
        for file in (ROOT / folder).rglob("*.py")
        for method in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(method, ast.FunctionDef) and method.name == "__post_init__"
        for node in ast.walk(method)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "ValueError"
    ]
    assert bare == []


def test_no_fault_is_left_in_english(language: str) -> None:
    """Whoever reads another language reads it whole, with each fact in its place."""
    left = {str(fault): english(said(fault)) for fault in FAULTS if english(said(fault))}
    assert left == {}
    assert [str(fault) for fault in FAULTS if fault.facts and "7041" not in said(fault)] == []


@pytest.mark.parametrize("kind", [kind for kind in PROBLEMS if facts_of(kind) & UNSURE])
def test_no_refusal_is_left_in_english(language: str, kind: type[Refusal]) -> None:
    """With two things that are wrong in it, and one of them within another."""
    wrong = Faults([Fault("line {line}: {fault}", line=2, fault=FAULTS[0]), FAULTS[1]])
    facts: dict[str, Any] = {name: wrong if name in UNSURE else 7041 for name in facts_of(kind)}
    told = details(kind(**facts))
    assert english(told.detail) == set()
    assert told.facts == {name: str(wrong) if name in UNSURE else 7041 for name in facts}


BODIES: list[tuple[type[Any], bytes]] = [
    *((Ballot, body) for body in (b"", b"[1]", b"null", b"{}", b'{"choices":[1]}')),
    (Ballot, b'{"choices":[1],"base_revision":0,"weight":9}'),
    (Ballot, b'{"choices":"1","base_revision":0}'),
    (Ballot, b'{"choices":[1.5],"base_revision":0}'),
    (Ballot, b'{"choices":[-1],"base_revision":0}'),
    (Ballot, b'{"choices":[99999999999999999999],"base_revision":0}'),
    (Ballot, b'{"choices":[%s1],"base_revision":0}' % (b"1," * 1200)),
    (Ballot, b'{"choices":[1],"choices":[2],"base_revision":0}'),
    (ProposalDraft, b'{"title":""}'),
    (ProposalDraft, b'{"title":"%s"}' % (b"x" * 300)),
    (ProposalDraft, b'{"title":"\\u0001"}'),
    (RoundDraft, b'{"voting_at":"now"}'),
    (RoundDraft, b'{"voting_at":"2026-11-27T12:00:00"}'),
    (RoundDraft, b'{"sources":["heaven"]}'),
    (RoundDraft, b'{"sources":[]}'),
    (RoundDraft, b'{"pots":[{"age_on":"soon"}]}'),
    (RoundDraft, b'{"pots":[{"style":{"style":"approval","max_choices":1,"min_choices":2}}]}'),
    (RoundDraft, b'{"pots":[{"ties":["id","id"]}]}'),
    (RoundDraft, b'{"pots":[{"rule":{"rule":"coin"}}]}'),
]


@pytest.mark.parametrize(("shape", "body"), BODIES)
def test_no_fault_of_a_body_is_left_in_english(language: str, shape: type[Any], body: bytes) -> None:
    """The decoder knows no other language, and what it says is said anew; only names and places stay."""
    with pytest.raises(Malformed) as refused:
        decode_json(body, msgspec.json.Decoder(shape))
    assert english(details(refused.value).detail) == set()


def test_where_it_is_wrong_stays() -> None:
    """A program is told the place, as a path into what it sent."""
    with pytest.raises(Malformed) as refused:
        decode_json(b'{"choices":[1,"2"],"base_revision":0}', msgspec.json.Decoder(Ballot))
    assert refused.value.plain_facts == {"fault": "choices[1] must be a whole number, not text"}
    with pytest.raises(Malformed) as refused:
        decode_json(BODIES[-3][1], msgspec.json.Decoder(RoundDraft))
    place = "pots[0].style: at least 2 choices are asked for, and no more than 1 are possible"
    assert refused.value.plain_facts == {"fault": place}


def test_times_are_those_of_the_reader() -> None:
    """In words and in her zone; programs get them as RFC 3339 writes them."""
    refusal = e.KeyDestroyed(destroyed_at=datetime(2026, 12, 7, 14, 2, tzinfo=UTC), decision="a")
    speak("sv", ZoneInfo("Europe/Stockholm"))
    told = details(refusal)
    speak(ORIGINAL)
    assert "7\xa0december\xa02026 kl. 15:02\xa0CET" in told.detail
    assert told.facts == {"destroyed_at": "2026-12-07T14:02:00Z", "decision": "a"}


def test_what_somebody_wrote_is_never_translated(language: str) -> None:
    """Not even where the house would say the same."""
    assert "round" in said(Fault("the pot “{pot}” has no project", pot="round"))


REASONS = {
    each.code
    for each in vars(styles).values()
    if isinstance(each, type) and issubclass(each, Refusal) and each is not Refusal
}
"""What can be wrong with a ballot's choices."""


@pytest.mark.parametrize("code", sorted(REASONS | {"not-on-roll", "voided"}))
def test_a_voter_reads_why_her_ballot_does_not_count(language: str, code: str) -> None:
    """As a sentence of its own, and beside the number of all such ballots."""
    assert why_refused(code).endswith(".")
    assert english(why_refused(code) + all_refused(code)) == set()
