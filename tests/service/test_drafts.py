"""Drafts over HTTP: kept under an id that a program chose, changed at the revision that it saw, read by nobody else."""

from typing import Any
from uuid import uuid4

import pytest
from httpx import Response

from tests.service.test_proposals import send
from tests.service.test_themes import round_with
from tests.town import Ground, Town

WORDS: dict[str, Any] = {"title": "En bastu", "about": "", "author_name": "", "language": "sv"}


@pytest.fixture
async def street(town: Town) -> Ground:
    """A round that takes proposals."""
    return await round_with(town)


async def keep(street: Ground, draft_id: str, revision: int = 0, who: str = "AMINA-1", **changes: Any) -> Response:
    """Save a draft."""
    path = f"/api/rounds/{street.id}/drafts/{draft_id}?revision={revision}"
    return await send(street, who, "PUT", path, WORDS | changes)


async def drafts(street: Ground, who: str = "AMINA-1") -> list[dict[str, Any]]:
    """What somebody has begun."""
    found: list[dict[str, Any]] = (await send(street, who, "GET", f"/api/rounds/{street.id}/drafts")).json()
    return found


async def test_what_was_saved_is_there_for_its_author_alone(street: Ground) -> None:
    """With its revision; the same again is the same draft."""
    draft_id = str(uuid4())
    first, again = await keep(street, draft_id), await keep(street, draft_id)
    assert (first.json()["revision"], again.json()) == (1, first.json())
    assert [each["id"] for each in await drafts(street)] == [draft_id]
    assert await drafts(street, "BJORN-2") == []


async def test_a_draft_that_was_changed_elsewhere_is_not_overwritten(street: Ground) -> None:
    """Whoever saw an older revision is told the one that stands."""
    draft_id = str(uuid4())
    await keep(street, draft_id)
    changed = await keep(street, draft_id, 1, about="Vid viken.")
    late = await keep(street, draft_id, 1, about="På berget.")
    assert (changed.json()["revision"], late.status_code, late.json()["facts"]) == (2, 409, {"revision": 2})


async def test_a_sixth_draft_is_refused(street: Ground) -> None:
    """There is room for five."""
    answers = [(await keep(street, str(uuid4()), title=f"En idé {number}")).status_code for number in range(6)]
    assert answers == [200] * 5 + [409]


async def test_a_draft_is_deleted_once_however_often_it_is_sent(street: Ground) -> None:
    """By its author; anybody else deletes nothing."""
    draft_id = str(uuid4())
    await keep(street, draft_id)
    path = f"/api/rounds/{street.id}/drafts/{draft_id}"
    await send(street, "BJORN-2", "DELETE", path)
    there = len(await drafts(street))
    answers = [(await send(street, "AMINA-1", "DELETE", path)).status_code for _ in range(2)]
    assert (there, answers, await drafts(street)) == (1, [204, 204], [])


async def test_a_pass_of_another_round_reads_nothing(town: Town, street: Ground) -> None:
    """Nor saves or deletes."""
    other = await round_with(town)
    path = f"/api/rounds/{street.id}/drafts"
    answers = [
        await send(other, "AMINA-1", "GET", path),
        await send(other, "AMINA-1", "PUT", f"{path}/{uuid4()}", WORDS),
        await send(other, "AMINA-1", "DELETE", f"{path}/{uuid4()}"),
    ]
    assert {answer.status_code for answer in answers} == {401}
