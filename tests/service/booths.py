"""A booth for tests: clerks who mark people and key papers over HTTP."""

from typing import Any

from httpx import Response

from tests.town import Ground, Town

COLLEAGUES = ("Gunnar", "Fatima")
"""A clerk and a second officer, beside Dagny."""


class Booth:
    """A batch that is open, and those who work at it: Dagny and Gunnar key, Fatima decides."""

    def __init__(self, ground: Ground, batch_id: str, tokens: dict[str, str]) -> None:
        self.ground = ground
        self.id = batch_id
        self.tokens = tokens

    async def send(self, verb: str, what: str, body: Any = None, clerk: str = "Dagny") -> Response:
        """What a clerk asks of the batch."""
        path = f"/api/paper-batches/{self.id}{what}"
        sent = {} if body is None else {"json": body}
        return await self.ground.town.client.request(
            verb, path, headers=self.ground.town.badge(self.tokens[clerk]), **sent
        )

    async def mark(self, person: str, pots: list[str] | None = None, **more: str) -> Response:
        """Mark a person by identity."""
        return await self.send("POST", "/marks", {"person": person, "pots": pots or [], **more})

    async def unmark(self, person: str) -> Response:
        """Take a mark in the first pot back."""
        return await self.send(
            "POST", "/unmarkings", {"person": person, "pots": [self.ground.pot], "reason": "the wrong person"}
        )

    async def key(self, number: int, *choices: int, clerk: str = "Dagny", **more: Any) -> Response:
        """Key a sheet of the first pot."""
        body = {"pot_id": self.ground.pot, "number": number, **({} if "void" in more else {"choices": choices}), **more}
        return await self.send("POST", "/entries", body, clerk)

    async def decide(self, number: int, *choices: int, clerk: str = "Fatima", **more: Any) -> Response:
        """Decide a sheet of the first pot."""
        body = {"pot_id": self.ground.pot, "number": number, **({} if "void" in more else {"choices": choices}), **more}
        return await self.send("POST", "/decisions", body, clerk)

    async def key_twice(self, number: int, *choices: int, **more: Any) -> None:
        """Two clerks read the same."""
        for clerk, state in (("Dagny", {"keyed"}), ("Gunnar", {"agreed", "void"})):
            answer = await self.key(number, *choices, clerk=clerk, **more)
            assert answer.status_code == 201, answer.text
            assert answer.json()["state"] in state

    async def declare(self, sheets: int) -> Response:
        """Say how many sheets of the first pot were counted by hand."""
        return await self.send("PUT", "/totals", {"totals": [{"pot_id": self.ground.pot, "sheets": sheets}]})

    async def close(self) -> Response:
        """Close the batch."""
        return await self.send("POST", "/close")


async def open_booth(
    ground: Ground, reference: str = "Envelope 1", place: str = "The library", tokens: dict[str, str] | None = None
) -> Booth:
    """A booth of this round; its clerks are hired unless they have their ``tokens``."""
    town: Town = ground.town
    tokens = tokens or {"Dagny": town.officer_token} | {name: await town.hire(name) for name in COLLEAGUES}
    view = await town.act(
        "POST", f"/api/rounds/{ground.id}/paper-batches", json={"reference": reference, "place": place}
    )
    return Booth(ground, view["batch"]["id"], tokens)
