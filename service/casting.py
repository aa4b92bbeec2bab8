"""Casting: the ballots that reach this process are gathered into transactions, and each voter is answered for herself.

While a transaction is under way, the next casts gather; so a lone ballot waits for nobody, and a crowd shares commits.
A batch holds casts of one round, none of two from the same voter. When a batch fails, its casts are tried one by one,
so that one bad row holds up nobody. Nobody waits in a line that is too long, or for a database that does not answer:
who cannot be served soon is told so.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from uuid import UUID

import msgspec

from schema.errors import NotFound, Unavailable
from schema.styles import Style
from service.room import Room
from service.store import ballots
from service.store.ballots import Cast, CastAnswer

BATCH = 128
MOST_WAITING = 1024
TRIES = 5
"""Casts of a transaction; casts that wait; times that a cast may meet another of its tag."""

Waiting = tuple[Cast, asyncio.Future[CastAnswer]]


class Paper(msgspec.Struct, frozen=True):
    """What a ballot of a pot is checked against: its round, its style, and the cost (minor units) of each number."""

    round_id: UUID
    style: Style
    costs: dict[int, int]


class Casting:
    """The casts of one process."""

    def __init__(self, box: Room) -> None:
        self._box = box
        self._papers: dict[UUID, Paper] = {}
        self._lines: dict[UUID, _Line] = {}

    async def paper(self, pot_id: UUID) -> Paper:
        """What ballots of this pot are checked against; once voting has begun it never changes, and is kept.

        Raises NotFound, Unavailable.
        """
        kept = self._papers.get(pot_id)
        if kept:
            return kept
        async with self._box.enter() as db:
            form = await ballots.form(db, pot_id)
        if form is None:
            raise NotFound(what="pot")
        paper = Paper(form.round_id, form.style, dict(zip(form.numbers, form.costs, strict=True)))
        if form.frozen:
            self._papers[pot_id] = paper
        return paper

    async def cast(self, round_id: UUID, cast: Cast) -> CastAnswer:
        """What the database says to a cast, after its commit. Raises Unavailable: then it may be saved or not."""
        for _ in range(TRIES):
            if (line := self._lines.get(round_id)) is None:
                line = self._lines[round_id] = _Line(self._box, round_id)
            answer = await line.join(cast)
            if answer.status != "again":
                return answer
        raise Unavailable()


class _Line:
    """The casts of one round that wait."""

    def __init__(self, box: Room, round_id: UUID) -> None:
        self._box = box
        self._round_id = round_id
        self._waiting: deque[Waiting] = deque()
        self._server: asyncio.Task[None] | None = None
        self._one_by_one = 0

    def join(self, cast: Cast) -> asyncio.Future[CastAnswer]:
        """Wait for an answer. Raises Unavailable when the line is too long."""
        if len(self._waiting) >= MOST_WAITING:
            raise Unavailable()
        future: asyncio.Future[CastAnswer] = asyncio.get_running_loop().create_future()
        self._waiting.append((cast, future))
        if self._server is None or self._server.done():
            self._server = asyncio.create_task(self._serve())
        return future

    async def _serve(self) -> None:
        while self._waiting:
            await self._settle(self._take())

    def _take(self) -> list[Waiting]:
        """The next batch; a second cast of the same voter waits for the next one."""
        batch: dict[bytes, Waiting] = {}
        back: list[Waiting] = []
        while self._waiting and len(batch) < (1 if self._one_by_one else BATCH):
            waiting = self._waiting.popleft()
            if waiting[0].tag in batch:
                back.append(waiting)
            else:
                batch[waiting[0].tag] = waiting
        self._waiting.extendleft(reversed(back))
        self._one_by_one = max(0, self._one_by_one - 1)
        return list(batch.values())

    async def _settle(self, batch: Sequence[Waiting]) -> None:
        """Commit a batch and answer everybody in it; one that fails goes back into the line, to be tried one by one."""
        try:
            async with self._box.enter() as db:
                answers = await ballots.cast_ballots(db, self._round_id, [cast for cast, _ in batch])
        except Unavailable as error:  # who waits would only wait longer
            _refuse([*batch, *self._waiting], error)
            self._waiting.clear()
        except Exception as error:
            if len(batch) == 1:
                _refuse(batch, error)
            else:
                self._waiting.extendleft(reversed(batch))
                self._one_by_one = len(batch)
        else:
            for answer in answers:
                future = batch[answer.place - 1][1]
                if not future.done():  # the voter may have gone
                    future.set_result(answer)


def _refuse(waiting: Sequence[Waiting], error: Exception) -> None:
    for _, future in waiting:
        if not future.done():
            future.set_exception(error)
