"""Officers' sessions: opaque, hashed, never planted, rotated, idle and absolute ends, and ended when it matters."""

import hashlib

import asyncpg
import pytest

from tests.pages.visitor import HTML
from tests.town import PASSWORD, Town


async def lives(town: Town, token: str) -> bool:
    """Whether a token opens anything."""
    answer = await town.client.get("/api/officer/sessions", headers=town.badge(token))
    return answer.status_code == 200


async def test_only_a_hash_is_stored(town: Town, db: asyncpg.Connection) -> None:
    """The database holds SHA-256 of the token, so a stolen dump signs nobody in."""
    token = await town.hire()
    assert await db.fetchval("select token_hash from roll.officer_session") == hashlib.sha256(token.encode()).digest()
    assert len(token) >= 43


async def test_a_planted_token_is_never_adopted(town: Town) -> None:
    """Whoever puts a cookie into somebody's browser before she signs in is not signed in with her."""
    await town.hire()
    town.client.cookies.set("officer", "planted")
    answer = await town.client.post(
        "/officer", data={"name": "Dagny", "password": PASSWORD}, headers=HTML, follow_redirects=False
    )
    given = answer.headers["set-cookie"].partition("=")[2].partition(";")[0]
    assert given not in {"", "planted"}
    assert not await lives(town, "planted")
    assert await lives(town, given)


async def test_signing_in_again_ends_the_session_before(town: Town) -> None:
    """The token changes at every sign-in, and the one that the browser had is dead."""
    before = await town.hire()
    town.client.cookies.set("officer", before)
    await town.client.post("/officer", data={"name": "Dagny", "password": PASSWORD}, headers=HTML)
    assert not await lives(town, before)


async def test_signing_out_kills_it_in_the_store(town: Town, db: asyncpg.Connection) -> None:
    """Whoever kept the token keeps nothing."""
    token = await town.hire()
    await town.client.delete("/api/officer/sessions", headers=town.badge(token))
    assert not await lives(town, token)
    assert await db.fetchval("select count(*) from roll.officer_session") == 0


async def test_it_ends_when_it_is_not_used_for_two_hours(town: Town, db: asyncpg.Connection) -> None:
    """Use puts the end off; two hours without any are the end."""
    token = await town.hire()
    move = "update roll.officer_session set seen_at = seen_at - $1::interval, expires_at = expires_at - $1::interval"
    for _ in range(3):
        await db.execute(move.replace("$1", "'119 minutes'"))
        assert await lives(town, token)
    await db.execute(move.replace("$1", "'120 minutes'"))
    assert not await lives(town, token)


async def test_it_ends_after_twelve_hours_in_any_case(town: Town, db: asyncpg.Connection) -> None:
    """However often it is used."""
    token = await town.hire()
    await db.execute("update roll.officer_session set began_at = began_at - interval '11 hours 59 minutes'")
    await db.execute("update roll.officer_session set seen_at = seen_at - interval '2 minutes'")
    assert await lives(town, token)
    left = await db.fetchval("select expires_at - clock_timestamp() < interval '2 minutes' from roll.officer_session")
    assert left
    await db.execute("update roll.officer_session set expires_at = expires_at - interval '1 minute'")
    assert not await lives(town, token)


@pytest.mark.parametrize(
    "change",
    [
        "update roll.officer set roles = '{clerk}' where name = 'Gunnar'",
        "update roll.officer set roles = '{}' where name = 'Gunnar'",
        "update roll.officer set password_hash = 'another' where name = 'Gunnar'",
    ],
)
async def test_another_privilege_is_another_session(town: Town, db: asyncpg.Connection, change: str) -> None:
    """With other roles or another password the officer signs in anew; others stay."""
    await town.hire("Dagny")
    token = await town.hire("Gunnar", roles=["clerk", "moderator"])
    await db.execute(change)
    assert not await lives(town, token)
    assert await lives(town, town.officer_token)


async def test_what_stays_the_same_ends_no_session(town: Town, db: asyncpg.Connection) -> None:
    """Whoever is given the roles that they have goes on working."""
    token = await town.hire("Gunnar")
    await db.execute("update roll.officer set roles = '{clerk}'")
    assert await lives(town, token)


async def test_own_sessions_are_listed_and_ended(town: Town) -> None:
    """An officer sees where she is signed in and ends one of them; another's is not found."""
    first = await town.hire("Dagny")
    second = await town.sign_in("Dagny")
    other = await town.hire("Fatima")
    rows = (await town.client.get("/api/officer/sessions", headers=town.badge(second))).json()
    assert [row["current"] for row in rows] == [True, False]
    path = f"/api/officer/sessions/{rows[1]['id']}"
    assert (await town.client.delete(path, headers=town.badge(other))).status_code == 404
    assert await lives(town, first)
    assert (await town.client.delete(path, headers=town.badge(second))).status_code == 204
    assert not await lives(town, first)
    assert await lives(town, second)
