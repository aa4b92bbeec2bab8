"""The OpenAPI document says what the API does."""

from typing import Any

import pytest

from schema.errors import Refusal
from service.problems import PROBLEMS
from tests.town import Town


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


async def test_every_operation_that_reads_a_body_documents_it(document: Any) -> None:
    """POST and PUT with a body say which."""
    bodiless = {"announcement", "schedule", "close", "publication", "support"}
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


async def test_every_protected_operation_says_whom_it_is_for(document: Any) -> None:
    """Whoever writes must show a pass or a session, but for the two ways to get one."""
    open_doors = {"POST /api/officer/sessions", "POST /api/rounds/{round_id}/sign-in"}
    for name, operation in operations(document):
        if not name.startswith("GET") and name not in open_doors:
            assert operation.get("security"), name
