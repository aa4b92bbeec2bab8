"""What neighbours and officers do besides the ballot: put forward, argue, answer, translate, tell. HTTP only."""

import asyncio
import time
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID, uuid4

import msgspec

from service.rehearsal.answers import Argument, Delivery, Original, RoundView, Said, Translation, Turnout
from service.rehearsal.client import Client, Refused

SOON = 60.0
"""Seconds."""
FORM, BYTES = "application/x-www-form-urlencoded", "application/octet-stream"


class Neighbours(Client):
    """The same caller, in the debate and after the vote."""

    async def view_draft(self, round_id: UUID) -> RoundView:
        """A round as its officers see it, with its translations."""
        return await self._act("GET", f"/api/rounds/{round_id}/draft", RoundView)

    async def originals(self, round_id: UUID) -> list[Original]:
        """What can be translated of a round."""
        return await self._act("GET", f"/api/rounds/{round_id}/originals", list[Original])

    async def draw_areas(self, outlines: bytes) -> None:
        """Send a GeoJSON file of the areas. Only the officers' page takes one, so it comes as its form."""
        edge = uuid4().hex
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="areas.geojson"\r\n\r\n'
        body = head.encode() + outlines + f"\r\n--{edge}--\r\n".encode()
        form = f"multipart/form-data; boundary={edge}"
        await self._send("POST", "/officer/areas", body, form=form, token=self._officer)

    async def save_draft(self, token: str, round_id: UUID, words: dict[str, str]) -> None:
        """Keep a proposal that is not put forward yet. Only the residents' page does, so it comes as its form."""
        body = urlencode({"pass": token, "draft": str(uuid4()), **words}).encode()
        await self._send("POST", f"/rounds/{round_id}/drafts", body, form=FORM)

    async def add_picture(self, token: str, proposal_id: UUID, content: bytes, alt: str) -> None:
        """Add a picture to one's own proposal."""
        path = f"/api/proposals/{proposal_id}/pictures?alt={quote(alt)}"
        await self._send("POST", path, content, form=BYTES, token=token)

    async def argue(self, token: str, proposal_id: UUID, argument: dict[str, str]) -> UUID:
        """Argue about a proposal; the argument's id."""
        path, body = f"/api/proposals/{proposal_id}/arguments", msgspec.json.encode(argument)
        answer = await self._send("POST", path, body, token=token, key=uuid4().hex)
        return msgspec.json.decode(answer.body, type=Argument).id

    async def answer(self, token: str, argument_id: UUID, words: dict[str, str]) -> None:
        """Answer what was said about one's own proposal."""
        path, body = f"/api/arguments/{argument_id}/answers", msgspec.json.encode(words)
        await self._send("POST", path, body, token=token, key=uuid4().hex)

    async def answer_officially(self, argument_id: UUID, words: dict[str, str]) -> None:
        """Answer for the municipality."""
        await self._act("POST", f"/api/arguments/{argument_id}/official-answer", Argument, words)

    async def report(self, argument_id: UUID, ground: str) -> None:
        """Tell moderators of an argument, without saying who one is."""
        await self._send("POST", f"/api/arguments/{argument_id}/reports", msgspec.json.encode({"ground": ground}))

    async def translate(self, noun: str, of_id: UUID, language: str, words: dict[str, str]) -> None:
        """Add what a text says in another language."""
        await self._act("PUT", f"/api/translations/{noun}/{of_id}/{language}", Translation, words)

    async def tell(self, project_id: UUID, told: dict[str, Any]) -> UUID:
        """Tell what becomes of a funded project; the id of what was told."""
        return (await self._act("POST", f"/api/projects/{project_id}/deliveries", Delivery, told)).id

    async def arguments(self, proposal_id: UUID) -> list[Argument]:
        """The first page of what is said about a proposal."""
        return (await self._act("GET", f"/api/proposals/{proposal_id}/arguments", Said)).items

    async def turnout_by_area(self, round_id: UUID) -> Turnout:
        """Who took part. The workers add it up on their own, so it may come a moment after the outcome."""
        end = time.monotonic() + SOON
        while True:
            try:
                return await self._act("GET", f"/api/rounds/{round_id}/turnout-by-area", Turnout)
            except Refused as refusal:
                if refusal.code != "not-counted" or time.monotonic() > end:
                    raise
            await asyncio.sleep(0.1)
