"""Voters who come at a given rate, change their minds or take back what they cast, and write down every answer."""

import asyncio
import secrets
import time
from contextlib import suppress
from random import Random
from typing import Any

import msgspec

from schema.styles import check_choices
from service.rehearsal.wire import Answer, NoAnswer, Wire
from service.verbs.ballots import Accepted
from tests.faults.log import Asked, Kind, Log, Outcome, Try
from tests.faults.rounds import Place, Round

CHANGES = 0.22
WITHDRAWN = 0.03
STALE = 0.03
AGAIN = 0.03
REUSED = 0.01
"""Of what is sent: changes; withdrawals; with an old base; the same key and ballot again; with another ballot."""

WEIGHTS: dict[Kind, float] = {
    "change": CHANGES,
    "withdraw": WITHDRAWN,
    "stale": STALE,
    "again": AGAIN,
    "reused": REUSED,
}

PATIENCE = 60.0
"""Seconds that a voter goes on asking for an answer."""

_accepted = msgspec.json.Decoder(Accepted)


class Voter:
    """One pseudonym in one pot. They send one ballot after the other; ``revision`` is the last acknowledged."""

    def __init__(self, tag: bytes, pot: Place, token: str) -> None:
        self.tag, self.pot, self.token = tag, pot, token
        self.revision = 0
        self.past: list[Try] = []


class Recorder:
    """The voters and the officer of one round, and two wires to two service processes."""

    def __init__(self, at: Round, log: Log, wires: tuple[Wire, ...], chance: Random) -> None:
        self._round, self._log, self._wires, self._chance = at, log, wires, chance
        self._fresh = [(tag, pot) for tag in at.tags for pot in at.pots]
        chance.shuffle(self._fresh)
        self._idle: list[Voter] = []

    async def come(self, rate: float, over: asyncio.Event) -> None:
        """Let voters come, ``rate`` ballots a second, until it is over; then wait until each has an answer."""
        loop, began, sent = asyncio.get_running_loop(), time.monotonic(), 0
        tasks: set[asyncio.Task[None]] = set()
        while not over.is_set():
            while sent < (time.monotonic() - began) * rate:
                sent += 1
                task = loop.create_task(self.act())
                tasks.add(task)
                task.add_done_callback(tasks.discard)
            await asyncio.sleep(0.005)
        await asyncio.gather(*tasks)

    async def crowd(self, size: int, over: asyncio.Event) -> None:
        """Let ``size`` voters at a time vote as fast as they are answered, until it is over."""

        async def queue() -> None:
            while not over.is_set():
                await self.act()

        await asyncio.gather(*(queue() for _ in range(size)))

    async def act(self) -> None:
        """One voter comes, or comes again, and sends one ballot until it has an answer."""
        if self._idle and (not self._fresh or self._chance.random() < sum(WEIGHTS.values())):
            voter = self._idle.pop(self._chance.randrange(len(self._idle)))
            kind = self._chance.choices([*WEIGHTS], [*WEIGHTS.values()])[0] if voter.past else "change"
            if kind == "withdraw" and voter.past[-1].choices is None:
                kind = "change"  # of mind: they vote again
        elif self._fresh:
            tag, pot = self._fresh.pop()
            voter, kind = Voter(tag, pot, self._round.sealed(pot, tag)), "first"
        else:
            return
        if await self._cast(voter, kind):
            self._idle.append(voter)

    async def _cast(self, voter: Voter, kind: Kind) -> bool:
        """Send one ballot; whether the voter knows what became of it, and so what to build the next one on."""
        key, base = secrets.token_hex(8), voter.revision
        choices = None if kind == "withdraw" else self._choices(voter.pot)
        if kind in {"again", "reused"}:
            old = self._chance.choice(voter.past)
            key, base, choices = old.key, old.base, old.choices if kind == "again" else _other(old.choices)
        elif kind == "stale":
            base = max(base - 1, 0)
        last = await self._send_until_known(voter, kind, key, base, choices)
        if last.outcome == "ok" and kind != "again":
            voter.revision = last.revision
            voter.past.append(last)
        return last.outcome != "unknown"

    async def _send_until_known(
        self, voter: Voter, kind: Kind, key: str, base: int, choices: tuple[int, ...] | None
    ) -> Try:
        """Send it; without an answer send the same with the same key to the other process, as a good client does."""
        what = "withdrawals" if choices is None else "ballots"
        body = msgspec.json.encode({"base_revision": base} | ({} if choices is None else {"choices": choices}))
        headers = {"authorization": f"Bearer {voter.token}", "content-type": "application/json", "idempotency-key": key}
        at, pause, end = self._chance.randrange(2), 0.02, time.monotonic() + PATIENCE
        while True:
            sent_at = time.time()
            answer: Answer | None = None
            with suppress(NoAnswer):
                answer = await self._wires[at].ask("POST", f"/api/pots/{voter.pot.id}/{what}", body, headers)
            noted = Try(voter.tag.hex(), voter.pot.id, key, base, choices, kind, sent_at, time.time(), **_read(answer))
            self._log.tries.append(noted)
            if noted.outcome != "unknown" or time.monotonic() > end:
                return noted
            await asyncio.sleep(self._chance.uniform(0.5, 1) * pause)
            at, pause = 1 - at, min(pause * 2, 4.0)

    def _choices(self, pot: Place) -> tuple[int, ...]:
        """A ballot that the pot's style takes."""
        costs = dict(enumerate(pot.costs, 1))
        while True:
            drawn = self._chance.sample(sorted(costs), self._chance.randrange(4))
            if check_choices(pot.style, costs, drawn) is None:
                return tuple(sorted(drawn))

    async def close(self, *at: int) -> None:
        """The second officer closes the round, through these processes at once, again until it is known."""
        await asyncio.gather(*(self._close(one) for one in at))

    async def _close(self, at: int) -> None:
        path, headers = f"/api/acts/{self._round.act}/confirmation", {"authorization": f"Bearer {self._round.token}"}
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            sent_at, status = time.time(), 0
            with suppress(NoAnswer):
                status = (await self._wires[at].ask("POST", path, b"", headers)).status
            self._log.closes.append(Asked(sent_at, time.time(), status))
            if status and status < 500:
                return
            at = 1 - at
            await asyncio.sleep(0.05)


def _other(choices: tuple[int, ...] | None) -> tuple[int, ...]:
    """Another ballot that is as good in any style; in place of a withdrawal as well."""
    return choices[1:] if choices else (5,)


def _read(answer: Answer | None) -> dict[str, Any]:
    """What an answer says, as fields of a Try."""
    outcome: Outcome = "unknown"
    if answer is None:
        return {"outcome": outcome}
    if answer.status in {200, 201}:
        accepted = _accepted.decode(answer.body)
        return {"outcome": "ok", "status": answer.status, "revision": accepted.revision, "receipt": accepted.receipt}
    if answer.status < 500:
        outcome = "refused"
    problem = answer.headers.get("content-type", "").startswith("application/problem+json")
    return {
        "outcome": outcome,
        "status": answer.status,
        "type": msgspec.json.decode(answer.body)["type"] if problem else "",
    }
