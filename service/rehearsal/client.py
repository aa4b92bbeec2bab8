"""Byalag's public API as a stranger would call it: HTTP only, and every doubt settled by asking again."""

import asyncio
import csv
import io
import time
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from schema.snapshot import Snapshot
from service.rehearsal.answers import (
    Accepted,
    Act,
    Consistency,
    Head,
    Import,
    Key,
    Ledger,
    Page,
    Passes,
    Problem,
    Project,
    Proposal,
    Roll,
    RollView,
    RoundView,
    Session,
    Standing,
)
from service.rehearsal.stage import Login
from service.rehearsal.wire import Answer, NoAnswer, Wire

T = TypeVar("T")

JSON, CSV = "application/json", "text/csv"
PATIENCE, FIRST_PATIENCE = 180.0, 5.0
FIRST_PAUSE, LAST_PAUSE = 0.05, 2.0
"""Seconds until we give up on a house that answered before and on one that never did, and between two tries."""
BUSY = {429, 502, 503, 504}


class Refused(Exception):
    """The house said no: ``code`` is the stable part of the problem's type, and the text its sentence."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code = status, code


class Client:
    """One caller of the API; ``resent`` counts requests that were sent again after no answer or a busy one."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._officer = self._second = ""
        self._patience = FIRST_PATIENCE
        self.resent = 0

    async def _send(
        self, method: str, path: str, body: bytes = b"", *, form: str = JSON, token: str = "", key: str = ""
    ) -> Answer:
        """Ask until the house has said yes or no. Raises Refused, or NoAnswer when patience ends."""
        headers = {"content-type": form} if body else {}
        headers |= {"authorization": f"Bearer {token}"} if token else {}
        headers |= {"idempotency-key": key} if key else {}
        end, pause = time.monotonic() + self._patience, FIRST_PAUSE
        while True:
            try:
                answer = await self._wire.ask(method, path, body, headers)
            except NoAnswer:
                if time.monotonic() > end:
                    raise
            else:
                self._patience = PATIENCE
                if answer.status not in BUSY or time.monotonic() > end:
                    return _accepted(answer)
                pause = max(pause, float(answer.headers.get("retry-after", 0)))
            self.resent += 1
            await asyncio.sleep(pause)
            pause = min(2 * pause, LAST_PAUSE)

    async def _act(self, method: str, path: str, shape: type[T], content: object = None) -> T:
        """What an officer does, and what comes of it."""
        body = b"" if content is None else msgspec.json.encode(content)
        answer = await self._send(method, path, body, token=self._officer)
        return msgspec.json.decode(answer.body, type=shape)

    async def sign_in_officers(self, first: Login, second: Login) -> None:
        """Act as the first officer from now on, and as the second where it takes two."""
        sessions = [await self._act("POST", "/api/officer/sessions", Session, login) for login in (first, second)]
        self._officer, self._second = (session.token for session in sessions)

    async def draft_round(self, draft: dict[str, Any]) -> RoundView:
        """Make a round. Sent twice it makes two drafts, of which one is never used."""
        return await self._act("POST", "/api/rounds", RoundView, draft)

    async def edit_round(self, view: RoundView, draft: dict[str, Any]) -> RoundView:
        """Replace a draft."""
        path = f"/api/rounds/{view.round.id}?revision={view.round.revision}"
        return await self._act("PUT", path, RoundView, draft)

    async def announce(self, round_id: UUID) -> RoundView:
        """Show a round to everybody."""
        return await self._act("POST", f"/api/rounds/{round_id}/announcement", RoundView)

    async def schedule(self, round_id: UUID) -> RoundView:
        """Freeze a round."""
        return await self._act("POST", f"/api/rounds/{round_id}/schedule", RoundView)

    async def close(self, round_id: UUID) -> None:
        """End voting: one officer asks for it, the other confirms."""
        await self._together(round_id, "close-early", "All who wanted to have voted.")

    async def _together(self, round_id: UUID, kind: str, reason: str) -> None:
        """What takes two officers. Sent twice it asks twice, and what was confirmed first is done."""
        content = {"act": {"kind": kind}, "reason": reason}
        act = await self._act("POST", f"/api/rounds/{round_id}/acts", Act, content)
        await self._send("POST", f"/api/acts/{act.id}/confirmation", token=self._second)

    async def publish_when_counted(self, round_id: UUID, seconds: float = 600) -> None:
        """Publish as soon as every pot was counted. Raises Refused when that takes longer than ``seconds``."""
        end = time.monotonic() + seconds
        while True:
            try:
                return await self._together(round_id, "publish", "It is counted, and anybody can check it.")
            except Refused as refusal:
                if refusal.code != "not-counted" or time.monotonic() > end:
                    raise
            await asyncio.sleep(0.1)

    async def add_project(self, round_id: UUID, project: dict[str, Any]) -> None:
        """Put a project with a number on a ballot. A number that is taken says that it was there before."""
        try:
            await self._act("POST", f"/api/rounds/{round_id}/projects", Project, project)
        except Refused as refusal:
            if refusal.code != "name-taken":
                raise

    async def import_register(self, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Replace the register of the officer's municipality."""
        path = "/api/register/imports"
        staged = await self._send("POST", path, _table(columns, rows), form=CSV, token=self._officer)
        await self._act("POST", f"{path}/{msgspec.json.decode(staged.body, type=Import).id}/application", Import)

    async def wait_for_roll(self, round_id: UUID, seconds: float = 120) -> Roll:
        """The roll of the newest register and rules. Raises NoAnswer when it is not built within ``seconds``."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            roll = (await self._act("GET", f"/api/rounds/{round_id}/roll", RollView)).roll
            if roll and roll.fresh:
                return roll
            await asyncio.sleep(0.05)
        raise NoAnswer(f"the roll was not built within {seconds:.0f} seconds: are the workers running?")

    async def issue_codes(self, round_id: UUID, identities: Iterable[str]) -> dict[str, str]:
        """Fresh letter codes by identity; earlier ones stop working."""
        body = _table(["identity"], ([identity] for identity in identities))
        answer = await self._send("POST", f"/api/rounds/{round_id}/codes", body, form=CSV, token=self._officer)
        return {row["identity"]: row["code"] for row in csv.DictReader(io.StringIO(answer.body.decode(), newline=""))}

    async def sign_in(self, round_id: UUID, code: str) -> Passes:
        """Sign a resident in by the code of their letter."""
        body = msgspec.json.encode({"code": code})
        answer = await self._send("POST", f"/api/rounds/{round_id}/sign-in", body)
        return msgspec.json.decode(answer.body, type=Passes)

    async def propose(self, token: str, round_id: UUID, proposal: dict[str, Any]) -> Proposal:
        """Put a proposal forward."""
        body = msgspec.json.encode(proposal)
        answer = await self._send("POST", f"/api/rounds/{round_id}/proposals", body, token=token)
        return msgspec.json.decode(answer.body, type=Proposal)

    async def support(self, token: str, proposal_id: UUID) -> None:
        """Support a proposal."""
        await self._send("PUT", f"/api/proposals/{proposal_id}/support", token=token)

    async def proposals(self, round_id: UUID) -> list[Proposal]:
        """The first page of a round's proposals."""
        return (await self._act("GET", f"/api/rounds/{round_id}/proposals", Page)).items

    async def shortlist(self, proposal_id: UUID, into: dict[str, Any]) -> Project:
        """Admit a proposal to a ballot."""
        return await self._act("POST", f"/api/proposals/{proposal_id}/shortlisting", Project, into)

    async def cast(
        self,
        token: str,
        pot_id: UUID,
        choices: Sequence[int],
        base_revision: int,
        key: str,
        points: Sequence[int] = (),
    ) -> Accepted:
        """Cast or change a ballot. With the same key, sending again is asking what became of it."""
        body = msgspec.json.encode({"choices": choices, "points": points, "base_revision": base_revision})
        answer = await self._send("POST", f"/api/pots/{pot_id}/ballots", body, token=token, key=key)
        return msgspec.json.decode(answer.body, type=Accepted)

    async def withdraw(self, token: str, pot_id: UUID, base_revision: int, key: str) -> Accepted:
        """Take a ballot back. With the same key, sending again is asking what became of it."""
        body = msgspec.json.encode({"base_revision": base_revision})
        answer = await self._send("POST", f"/api/pots/{pot_id}/withdrawals", body, token=token, key=key)
        return msgspec.json.decode(answer.body, type=Accepted)

    async def snapshot(self, pot_id: UUID) -> Snapshot:
        """A pot's published outcome."""
        return await self._act("GET", f"/api/pots/{pot_id}/snapshot", Snapshot)

    async def download(self, pot_id: UUID) -> bytes:
        """A pot's counted ballots as a ``.pb`` file."""
        return (await self._send("GET", f"/api/pots/{pot_id}/snapshot.pb")).body

    async def bundle(self, round_id: UUID) -> bytes:
        """All that is needed to check a round's outcomes, a ZIP file."""
        return (await self._send("GET", f"/api/rounds/{round_id}/bundle")).body

    async def ledger(self, round_id: UUID) -> Ledger:
        """A round's ledger."""
        return await self._act("GET", f"/api/rounds/{round_id}/ledger", Ledger)

    async def heads(self, round_id: UUID) -> list[Head]:
        """Every signed head of a round's ledger, the smallest first."""
        found: list[Head] = []
        while page := await self._act(
            "GET", f"/api/rounds/{round_id}/checkpoints?after={found[-1].size if found else -1}", list[Head]
        ):
            found += page
        return found

    async def consistency(self, round_id: UUID, older: int, newer: int) -> tuple[str, ...]:
        """The proof that the ledger of the newer size began as that of the older."""
        path = f"/api/rounds/{round_id}/consistency?older={older}&newer={newer}"
        return (await self._act("GET", path, Consistency)).proof

    async def standing(self, commitment: str) -> Standing:
        """Where the ballot of a receipt stands in the ledger."""
        return await self._act("GET", f"/api/receipts/{commitment}", Standing)

    async def keys(self) -> dict[str, str]:
        """The house's public keys (hex) by their ids."""
        return {key.key_id: key.public_key for key in await self._act("GET", "/api/keys", list[Key])}


def _accepted(answer: Answer) -> Answer:
    """The answer when it is a yes; otherwise what the problem says."""
    if answer.status < 400:
        return answer
    try:
        problem = msgspec.json.decode(answer.body, type=Problem)
    except msgspec.DecodeError:
        raise Refused(answer.status, "unknown", f"the house answered {answer.status} without saying why") from None
    raise Refused(answer.status, problem.type.rpartition("/")[2], problem.detail)


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()
