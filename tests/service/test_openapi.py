"""The OpenAPI document says what the API does."""

import re
from typing import Any
from uuid import UUID

import pytest

from schema.errors import Refusal
from service.refusals import PROBLEMS
from tests.town import Town

OPEN_DOORS = {
    "POST /api/officer/sessions",
    "POST /api/rounds/{round_id}/sign-in",
    "POST /api/rounds/{round_id}/contact-codes",
    "POST /api/rounds/{round_id}/declarations",
    "POST /api/rounds/{round_id}/appeals",
    "POST /api/rounds/{round_id}/appeal-answers",
    "POST /api/proposals/{proposal_id}/reports",
    "POST /api/arguments/{argument_id}/reports",
}
"""Where somebody comes to a session, a pass or a slip, shows a slip in the body, or reports what anybody reads."""


@pytest.fixture
async def document(town: Town) -> Any:
    """The document as it is served."""
    return (await town.client.get("/api/openapi.json")).json()


def operations(document: Any) -> list[tuple[str, Any]]:
    """Every operation with its name."""
    return [
        (f"{verb.upper()} {path}", operation)
        for path, verbs in document["paths"].items()
        if path.startswith("/api/")
        for verb, operation in verbs.items()
    ]


def test_every_refusal_has_its_row_in_the_table() -> None:
    """No refusal can leave without status, title and sentence."""
    assert {kind.__name__ for kind in Refusal.__subclasses__()} <= {kind.__name__ for kind in PROBLEMS}


def test_every_sentence_is_one_that_a_person_understands() -> None:
    """It is long enough to say what to do next, and ends as a sentence does."""
    for problem in PROBLEMS.values():
        assert problem.sentence.endswith(".")
        assert len(problem.sentence.split()) > 4


async def test_the_document_is_openapi_3_1(document: Any) -> None:
    """Readers know what they read."""
    assert document["openapi"].startswith("3.1")


async def test_every_refusal_of_an_operation_is_documented_problem_details(document: Any) -> None:
    """Whatever is not a success answers application/problem+json."""
    for name, operation in operations(document):
        refusals = {status: row for status, row in operation["responses"].items() if int(status) >= 400}
        assert "500" in refusals, name
        for status, row in refusals.items():
            assert list(row["content"]) == ["application/problem+json"], (name, status)


async def test_every_limited_operation_documents_429(document: Any) -> None:
    """Signing in, declaring oneself, and whatever is done with a pass, can come too fast."""
    limited = {name for name, operation in operations(document) if "429" in operation["responses"]}
    with_pass = {name for name, operation in operations(document) if operation.get("security") == [{"pass": []}]}
    assert limited == OPEN_DOORS | {name for name in with_pass if not name.startswith("GET")}


async def test_every_operation_that_reads_a_body_documents_it(document: Any) -> None:
    """POST and PUT with a body say which."""
    bodiless = {"close", "announcement", "schedule", "confirmation", "support", "application", "trial"}
    bodiless.add("what-if-publication")
    for name, operation in operations(document):
        if name.startswith(("POST", "PUT")) and name.rpartition("/")[2] not in bodiless:
            assert operation["requestBody"]["content"], name


async def test_every_reference_in_the_document_leads_somewhere(document: Any) -> None:
    """No schema is named that is not there."""

    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            here = [value["$ref"]] if "$ref" in value else []
            return here + [found for item in value.values() for found in references(item)]
        if isinstance(value, list):
            return [found for item in value for found in references(item)]
        return []

    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(references(document)) <= known


async def test_no_list_in_the_document_may_hold_just_anything(document: Any) -> None:
    """The framework takes the dots of a limited ``tuple[X, ...]`` for a second kind of item, beside X."""

    def loose(value: Any) -> bool:
        if isinstance(value, dict):
            return {} in value.get("oneOf", ()) or any(map(loose, value.values()))
        return isinstance(value, list) and any(map(loose, value))

    assert not loose(document)


async def test_the_document_says_that_a_ballot_needs_its_key(document: Any) -> None:
    """The key is required, in the form that is checked."""
    parameters = document["paths"]["/api/pots/{pot_id}/ballots"]["post"]["parameters"]
    (key,) = [parameter for parameter in parameters if parameter["in"] == "header"]
    assert (key["name"], key["required"], key["schema"]["pattern"]) == (
        "Idempotency-Key", True, "^[A-Za-z0-9_-]{8,128}$",
    )  # fmt: skip


@pytest.mark.parametrize("verb", ["OPTIONS", "PATCH"])
async def test_an_address_names_every_method_that_it_takes(town: Town, verb: str, document: Any) -> None:
    """OPTIONS and a refused method answer the methods of the document in ``Allow`` (RFC 9110)."""
    for path, methods in document["paths"].items():
        there = re.sub(r"{\w+}", str(UUID(int=0)), path)
        answer = await town.client.request(verb, there)
        assert set(answer.headers["allow"].split(", ")) == {"OPTIONS", *map(str.upper, methods)}, path


async def test_every_protected_operation_says_whom_it_is_for(document: Any) -> None:
    """Whoever writes must show a pass or a session, but for the ways to get one, and what takes a slip in its body."""
    for name, operation in operations(document):
        if not name.startswith("GET") and name not in OPEN_DOORS:
            assert operation.get("security"), name


@pytest.mark.parametrize(
    "shown", ["nothing", "a made-up token", "a session", "a pass for casting", "a pass for the debate"]
)
async def test_a_protected_operation_refuses_whoever_it_is_not_for(town: Town, document: Any, shown: str) -> None:
    """Without the session or the pass that it asks for, each answers 401, whatever else is sent."""
    amina = await (await town.open_round()).voter("AMINA-1")
    tokens = {
        "nothing": "",
        "a made-up token": "Bearer made-up",
        "a session": f"Bearer {town.officer_token}",
        "a pass for casting": f"Bearer {amina.token}",
        "a pass for the debate": amina.civic["Authorization"],
    }
    for name, operation in operations(document):
        if "security" in operation and not fits(shown, name, operation):
            verb, path = name.split()
            address = re.sub(r"{\w+}", str(UUID(int=0)), path) + "?revision=1&alt=A+bench"
            answer = await town.client.request(verb, address, headers={"Authorization": tokens[shown]})
            assert answer.status_code == 401, name


def fits(shown: str, name: str, operation: Any) -> bool:
    """Whether this is what the operation asks for."""
    if operation["security"] == [{"officer": []}]:
        return shown == "a session"
    return shown == ("a pass for casting" if "/pots/" in name else "a pass for the debate")
