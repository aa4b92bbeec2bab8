"""Bad questions to the ledger: each is refused with its problem type and a sentence, and none answers 5xx."""

from uuid import uuid4

import pytest

from tests.service.test_malformed import person_understands
from tests.town import Ground, Town

QUESTIONS: dict[str, tuple[str, str]] = {
    "a ledger of no round": ("/api/rounds/{other}/ledger", "not-found"),
    "a ledger of a round that is no id": ("/api/rounds/7/ledger", "not-found"),
    "consistency in no round": ("/api/rounds/{other}/consistency?older=1&newer=1", "not-found"),
    "consistency without sizes": ("/api/rounds/{round}/consistency", "malformed"),
    "a size that is a word": ("/api/rounds/{round}/consistency?older=one&newer=1", "malformed"),
    "a size below one": ("/api/rounds/{round}/consistency?older=-1&newer=1", "malformed"),
    "a size beyond all": ("/api/rounds/{round}/consistency?older=1&newer=9223372036854775808", "malformed"),
    "heads after a word": ("/api/rounds/{round}/checkpoints?after=first", "malformed"),
    "heads after less than nothing": ("/api/rounds/{round}/checkpoints?after=-2", "malformed"),
    "heads after too much": ("/api/rounds/{round}/checkpoints?after=99999999999999999999", "malformed"),
    "a log of no round": ("/api/log/{other}/checkpoint", "not-found"),
    "a tile of no round": ("/api/log/{other}/tile/0/000.p/1", "not-found"),
    "entries of no round": ("/api/log/{other}/tile/entries/000.p/1", "not-found"),
    "a level above all": ("/api/log/{round}/tile/64/000", "not-found"),
    "a level that is a word": ("/api/log/{round}/tile/top/000", "not-found"),
    "a tile with a path": ("/api/log/{round}/tile/0/..%2f..%2fcheckpoint", "not-found"),
    "a receipt with a slash": ("/api/receipts/ab/cd", "not-found"),
    "a receipt with a NUL": ("/api/receipts/%00", "malformed"),
    "a receipt that is a command": ("/api/receipts/'%20or%201=1--", "malformed"),
    "no receipt": ("/api/receipts/", "not-found"),
}


@pytest.fixture
async def voting(town: Town) -> Ground:
    """A round with one ballot in its ledger."""
    ground = await town.open_round()
    assert (await (await ground.voter("AMINA-1")).cast(1)).status_code == 201
    await town.work("sequence")
    return ground


@pytest.mark.parametrize(("path", "slug"), QUESTIONS.values(), ids=QUESTIONS)
async def test_a_bad_question_is_refused_in_words(voting: Ground, path: str, slug: str) -> None:
    """With a sentence that says what to do."""
    answer = await voting.town.client.get(path.format(round=voting.id, other=uuid4()))
    person_understands(answer, slug)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "path", ["/api/rounds/{round}/ledger", "/api/log/{round}/checkpoint", "/api/log/{round}/tile/0/000.p/1"]
)
async def test_nobody_writes_to_the_ledger(voting: Ground, method: str, path: str) -> None:
    """Not even an officer: it is written by a worker and read by all."""
    asked = path.format(round=voting.id)
    answer = await voting.town.client.request(method, asked, headers=voting.town.badge(), json={})
    person_understands(answer, "wrong-method")


async def test_a_round_without_a_ledger_has_no_heads(voting: Ground) -> None:
    """Its list is empty, as that of a round that does not exist."""
    drawn = await voting.town.draw_round(register=None)
    lists = [await voting.town.client.get(f"/api/rounds/{each}/checkpoints") for each in (drawn.id, uuid4())]
    assert [answer.json() for answer in lists] == [[], []]
