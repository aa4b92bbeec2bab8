"""Hints that turnout has moved: who gets one, who is told not to ask, and that nobody who listens delays a stop."""

import asyncio
import signal
from collections.abc import AsyncIterator
from functools import partial
from uuid import UUID, uuid4

import httpx
import pytest

from schema.database import pool
from schema.local.up import free_port, ready
from service import hints
from service.hints import MOVED, RETRY, STILL_HERE, Hints
from service.room import Room
from tests.town import Ground, Town
from tests.workers.processes import command, ended, eventually


@pytest.fixture
async def street(town: Town) -> Ground:
    """A round in which voting is open."""
    return await town.open_round()


@pytest.fixture
async def hinting(database_url: str) -> AsyncIterator[Hints]:
    """The hints of a process, which looks when it is told to."""
    opened = await pool(database_url, "byalag_box", 2, 5)
    yield Hints(Room(opened))
    await opened.close()


async def heard(hinting: Hints, round_id: str) -> AsyncIterator[bytes]:
    """What somebody hears who listens, from the first look on."""
    listening = hinting.listen(UUID(round_id))
    assert await anext(listening) == RETRY
    async for said in listening:
        yield said


async def at_next_look(hinting: Hints, listening: AsyncIterator[bytes]) -> bytes:
    """What somebody hears at the next look."""
    next_one = asyncio.ensure_future(anext(listening))
    await asyncio.sleep(0.1)  # the first one reads what turnout is before it listens
    await hinting.look()
    return await next_one


async def test_a_ballot_is_a_hint_and_a_look_without_one_a_sign_of_life(street: Ground, hinting: Hints) -> None:
    """Of a voter who changes her ballot there is nothing to tell."""
    listening = heard(hinting, street.id)
    said = [await at_next_look(hinting, listening)]
    for choice in (1, 2):
        await (await street.voter("AMINA-1")).cast(choice)
        said.append(await at_next_look(hinting, listening))
    assert said == [STILL_HERE, MOVED, STILL_HERE]


async def test_a_hint_is_for_its_round(street: Ground, hinting: Hints) -> None:
    """Who listens for another one hears nothing of it."""
    listening = heard(hinting, str(uuid4()))
    await at_next_look(hinting, listening)
    await (await street.voter("AMINA-1")).cast(1)
    assert await at_next_look(hinting, listening) == STILL_HERE


async def test_who_leaves_makes_room(street: Ground, hinting: Hints, monkeypatch: pytest.MonkeyPatch) -> None:
    """One place, taken and given back."""
    monkeypatch.setattr(hints, "MOST", 1)
    listening = hinting.listen(UUID(street.id))
    await anext(listening)
    taken = hinting.has_room
    await listening.aclose()
    assert (taken, hinting.has_room) == (False, True)


async def test_a_stream_ends_after_a_while(street: Ground, hinting: Hints, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its browser opens another one."""
    monkeypatch.setattr(hints, "LONGEST", 0)
    assert [said async for said in heard(hinting, street.id)] == []


async def test_without_a_database_nobody_is_sent_away(street: Ground, hinting: Hints) -> None:
    """They hear that the house is there, and of what has moved once it can be read."""
    listening = heard(hinting, street.id)
    await at_next_look(hinting, listening)
    await hinting._box.pool.close()
    assert await at_next_look(hinting, listening) == STILL_HERE


@pytest.mark.parametrize("phase", ["draft", "closed", "full"])
async def test_who_cannot_hear_anything_is_told_not_to_ask(
    town: Town, phase: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """204: a browser does not come back by itself, and its page is read now and then."""
    street = await (town.draw_round() if phase == "draft" else town.open_round())
    match phase:
        case "draft":
            await street.officer("POST", "announcement")
        case "closed":
            await street.close()
        case _:
            monkeypatch.setattr(hints, "MOST", 0)
    assert (await town.client.get(f"/rounds/{street.id}/hints")).status_code == 204


async def test_who_listens_does_not_delay_a_stop(street: Ground) -> None:
    """The stream ends as it should when its process is told to stop, long before requests would be cut off."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with command(street.town.settings, "service", "--port", str(port)) as process:
        await eventually(partial(asyncio.to_thread, ready, address))
        async with (
            httpx.AsyncClient(base_url=address, trust_env=False, timeout=30) as client,
            client.stream("GET", f"/rounds/{street.id}/hints") as answer,
        ):
            said = answer.aiter_bytes()
            first = await anext(said)
            process.send_signal(signal.SIGTERM)
            async for last in said:
                assert last == STILL_HERE
        assert (answer.headers["content-type"], first) == ("text/event-stream; charset=utf-8", RETRY)
        assert await ended(process, 10) in {0, -signal.SIGTERM}
