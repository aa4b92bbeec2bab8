"""Officers sign in with their municipality's directory over HTTP, and every way in which it must not work."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import msgspec
import pytest
from joserfc import jwt
from msgspec.structs import replace

from schema.keys import Keys
from schema.settings import Settings
from service.limits import OFFICER_ADDRESS
from service.verbs.directories import CodeOwed
from service.verbs.providers import Attempt
from service.verbs.totp import SECONDS, code_at
from tests.builders import ADDRESS, KEYS, MASTER_KEY
from tests.pages.visitor import HTML, Visit, Visitor
from tests.people import owner
from tests.provider import KEYS as SIGNING
from tests.provider import STRONG, Bank, Json, bank, half_hash
from tests.service.directories import (
    HALL,
    at_once,
    bind,
    come_back,
    enter,
    go_there,
    hall_town,
    link_for,
    lives,
    officer_id,
    password,
    sign_in,
    token_of,
)
from tests.service.test_providers import FORGED, encoded
from tests.town import PASSWORD, Ground, Town, open_town


@pytest.fixture
def directory() -> Iterator[Bank]:
    """A directory."""
    with bank() as there:
        yield there


@pytest.fixture
async def town(database_url: str, redis_url: str, directory: Bank) -> AsyncIterator[Town]:
    """A town that has the directory, and Dagny, who signed in with her password."""
    async with hall_town(database_url, redis_url, directory) as opened:
        await opened.hire("Dagny")
        yield opened


def is_refused(seen: Visit, status: int, said: str) -> bool:
    """Whether this page refuses, with these words, leaves a way on, and begins no session."""
    assert token_of(seen) == ""
    assert "/officer" in {link["href"] for link in seen.page.all("a")}
    return seen.status == status and said in seen.text


async def count(town: Town, table: str) -> int:
    """How many rows there are."""
    [row] = await owner(town, f"select count(*) from {table}")
    found: int = row["count"]
    return found


# Binding an account.


async def test_the_first_sign_in_binds_an_account_and_later_ones_need_no_link(town: Town, directory: Bank) -> None:
    """From then on the account opens what its officer may do."""
    await town.hire("Gunnar")
    seen = await bind(town, directory, "Gunnar", "g-1")
    assert (seen.status, seen.title) == (200, "You are signed in")
    assert "Hagaby Hall says that you are Gunnar." in seen.text
    again = await sign_in(town)
    assert "Gunnar" in again.text
    assert await lives(town, token_of(again))


async def test_what_opens_the_session_is_a_page_and_no_redirect(town: Town, directory: Bank) -> None:
    """The session's cookie is strict: a browser would not take it along from the directory through a redirect."""
    seen = await bind(town, directory, "Dagny", "d-1")
    cookie = next(each for each in seen.headers.get_list("set-cookie") if each.startswith("officer="))
    assert {"httponly", "samesite=strict", "path=/"} <= {each.lower() for each in cookie.split("; ")}
    assert (seen.status, "location" in seen.headers) == (200, False)
    assert "/officer/rounds" in {link["href"] for link in seen.page.all("a")}


async def test_nobody_is_known_by_a_name_or_an_address(town: Town, directory: Bank) -> None:
    """An account that says that it is Dagny, and has her address, is nobody's before it is bound."""
    directory.claims = {"sub": "other", "name": "Dagny", "email": "dagny@hagaby.example", "email_verified": True}
    assert is_refused(await sign_in(town), 403, "that account is no officer’s here")


async def test_a_link_works_once(town: Town, directory: Bank) -> None:
    """Whoever finds it later binds nothing."""
    await town.hire("Gunnar")
    link = await link_for(town, "Gunnar")
    directory.claims = {"sub": "g-1"}
    address = await go_there(town, link + "/sign-in")
    kept = town.client.cookies["officer-sign-in"]
    assert (await come_back(town, address)).status == 200
    assert is_refused(Visit(await town.client.get(link, headers=HTML)), 410, "used already")
    directory.claims = {"sub": "thief"}
    town.client.cookies.set("officer-sign-in", kept)
    assert is_refused(await come_back(town, address), 400, "used already")


async def test_two_who_use_a_link_at_once_are_one(town: Town, directory: Bank) -> None:
    """The second comes too late, and is nobody."""
    await town.hire("Gunnar")
    link = await link_for(town, "Gunnar")
    ways = [(await go_there(town, link + "/sign-in"), town.client.cookies["officer-sign-in"]) for _ in range(2)]

    async def back(address: str, cookie: str) -> int:
        headers = HTML | {"Cookie": f"officer-sign-in={cookie}"}
        return (await town.client.get(address, headers=headers)).status_code

    town.client.cookies.clear()
    assert sorted(await at_once(*(back(*way) for way in ways))) == [200, 410]
    assert await count(town, "roll.officer_binding") == 1


async def test_looking_at_a_link_uses_nothing_up(town: Town) -> None:
    """Programs open links in letters before people do."""
    await town.hire("Gunnar")
    link = await link_for(town, "Gunnar")
    for _ in range(3):
        seen = Visit(await town.client.get(link, headers=HTML))
        assert (seen.status, seen.title) == (200, "Your way in as an officer")
    assert "This link is for Gunnar." in seen.text
    assert await count(town, "roll.officer_invitation") == 1


async def test_a_link_ends_after_three_days(town: Town, directory: Bank) -> None:
    """Also for who had it open until then."""
    await town.hire("Gunnar")
    link = await link_for(town, "Gunnar")
    address = await go_there(town, link + "/sign-in")
    await owner(town, "update roll.officer_invitation set expires_at = expires_at - interval '3 days'")
    assert is_refused(await come_back(town, address), 410, "older than three days")
    assert is_refused(Visit(await town.client.get(link + "/sign-in", headers=HTML)), 410, "older than three days")
    assert await count(town, "roll.officer_binding") == 0


async def test_a_new_link_ends_what_was_before(town: Town, directory: Bank) -> None:
    """The old link, the account that was bound, and its sessions."""
    await town.hire("Gunnar")
    old = await link_for(town, "Gunnar")
    token = await enter(town, directory, "Gunnar", "g-1")
    assert is_refused(Visit(await town.client.get(old, headers=HTML)), 410, "replaced by another one")
    await link_for(town, "Gunnar")
    assert not await lives(town, token)
    assert is_refused(await sign_in(town), 403, "no officer’s here")


async def test_one_account_is_one_officer(town: Town, directory: Bank) -> None:
    """Who is Gunnar already cannot be Hanna as well; her link still waits for herself."""
    for name in ("Gunnar", "Hanna"):
        await town.hire(name)
    await enter(town, directory, "Gunnar", "g-1")
    link = await link_for(town, "Hanna")
    assert is_refused(await sign_in(town, link + "/sign-in"), 409, "one person cannot be two")
    directory.claims = {"sub": "h-1"}
    assert (await sign_in(town, link + "/sign-in")).status == 200


async def test_the_table_refuses_one_account_for_two_officers(town: Town, db: asyncpg.Connection) -> None:
    """Whoever writes it: so two officers of an act are two people."""
    for name in ("Gunnar", "Hanna"):
        await town.hire(name)
    add = "insert into roll.officer_binding (officer_id, issuer, subject) values ($1, 'https://x', 'one')"
    await db.execute(add, await officer_id(town, "Gunnar"))
    with pytest.raises(asyncpg.UniqueViolationError, match="officer_binding_of_one"):
        await db.execute(add, await officer_id(town, "Hanna"))


async def test_binding_stands_in_the_audit_log(town: Town, directory: Bank) -> None:
    """Who gave the link, who bound which account with it; no link, and, as with passwords, no sign-in."""
    await town.hire("Gunnar")
    before = await count(town, "roll.audit")
    link = await link_for(town, "Gunnar")
    directory.claims = {"sub": "g-1"}
    seen = await sign_in(town, link + "/sign-in")
    await sign_in(town)
    rows = (await town.client.get("/api/audit", headers=town.badge())).json()["items"]
    assert await count(town, "roll.audit") == before + 3
    assert [(row["officer"], row["action"], row["subject"]) for row in rows[:3]] == [
        ("Gunnar", "bind_account", "officer_binding"),
        ("Gunnar", "bind_account", "officer_invitation"),
        ("Dagny", "invite_member", "officer_invitation"),
    ]
    assert rows[0]["request_id"] == seen.headers["x-request-id"]
    assert (rows[0]["after"]["issuer"], rows[0]["after"]["subject"]) == (directory.issuer, "g-1")
    assert set(rows[2]["after"]) == {"officer_id", "issuer", "expires_at"}


async def test_who_left_does_not_come_back_by_the_directory(database_url: str, redis_url: str, directory: Bank) -> None:
    """Also where it goes on giving them a role: the account is bound to nobody any more."""
    mapped: Json = {"claim": "roles", "roles": {"Byalag.Clerk": ("clerk",)}}
    async with hall_town(database_url, redis_url, directory, **mapped) as town:
        await town.hire("Dagny")
        await town.hire("Gunnar")
        directory.claims = {"roles": "Byalag.Clerk"}
        token = await enter(town, directory, "Gunnar", "g-1")
        await owner(town, "update roll.officer set roles = '{}' where name = 'Gunnar'")
        assert not await lives(town, token)
        assert is_refused(await sign_in(town), 403, "no officer’s here")
        path = f"/officer/staff/{await officer_id(town, 'Gunnar')}/invitation"
        answer = await town.client.post(path, data={"directory": "hall"}, headers=HTML | town.badge())
        assert answer.status_code == 404


# What the directory's answer must be. The checks are those of residents' providers, looked at once more at this door.


GOOD: dict[str, Json] = {
    "clocks that differ by half a minute": {"iat": 30, "nbf": 30, "exp": 600, "auth_time": 30},
    "proven almost eight hours ago": {"auth_time": -28_700},
    "a list of audiences": {"aud": ["hagaby"]},
    "the hash of the access token": {"at_hash": half_hash("an access token")},
}
WEAK = "less surely than this house asks for"
STALE = "longer ago than this house takes, or it does not say when"
BAD: dict[str, tuple[Json, str]] = {
    "another issuer": ({"iss": "https://other.example"}, "it comes from another issuer"),
    "another audience": ({"aud": "other"}, "it is meant for somebody else"),
    "several audiences, no party": ({"aud": ["hagaby", "other"]}, "it is meant for somebody else"),
    "another party": ({"azp": "other"}, "it is meant for somebody else"),
    "another nonce": ({"nonce": "other"}, "it answers another sign-in"),
    "no nonce": ({"nonce": None}, "it answers another sign-in"),
    "another way of proving": ({"acr": "urn:weak"}, WEAK),
    "no way of proving": ({"acr": None}, WEAK),
    "one means of two": ({"amr": ["pwd"]}, WEAK),
    "no means": ({"amr": None}, WEAK),
    "means that are no list": ({"amr": "pwd mfa"}, WEAK),
    "proven too long ago": ({"auth_time": -29_000}, STALE),
    "proven in the future": ({"auth_time": 600}, STALE),
    "no time of proof": ({"auth_time": None}, STALE),
    "a time that is none": ({"auth_time": float("nan")}, STALE),
    "a time that is text": ({"auth_time": "now"}, STALE),
    "an end two minutes ago": ({"exp": -120}, "it has ended"),
    "made in the future": ({"iat": 600}, "it comes from the future"),
    "good from the future on": ({"nbf": 600}, "it comes from the future"),
    "no subject": ({"sub": None}, "it lacks something that every proof says"),
    "an empty subject": ({"sub": " "}, "it does not say who you are"),
    "a subject without end": ({"sub": "x" * 256}, "it does not say who you are"),
    "a subject that is no text": ({"sub": "a\0b"}, "it does not say who you are"),
    "the hash of another token": ({"at_hash": half_hash("another")}, "it does not belong to what came with it"),
}


@pytest.fixture
async def strict(database_url: str, redis_url: str, directory: Bank) -> AsyncIterator[Town]:
    """A town that demands a way and two means; Gunnar has a link."""
    strong: Json = {"acr": (STRONG,), "amr": ("pwd", "mfa")}
    async with hall_town(database_url, redis_url, directory, **strong) as opened:
        await opened.hire("Dagny")
        await opened.hire("Gunnar")
        yield opened


@pytest.mark.parametrize("claims", GOOD.values(), ids=GOOD)
async def test_what_proves_who_an_officer_is(strict: Town, directory: Bank, claims: Json) -> None:
    """Honest tokens, however they are made."""
    directory.claims = claims
    assert (await bind(strict, directory, "Gunnar", "g-1")).status == 200


@pytest.mark.parametrize(("claims", "said"), BAD.values(), ids=BAD)
async def test_what_proves_nothing_of_an_officer(strict: Town, directory: Bank, claims: Json, said: str) -> None:
    """One thing is wrong with the token: nobody is in, nothing is bound, and the link still waits."""
    link = await link_for(strict, "Gunnar")
    directory.claims = {"sub": "g-1"} | claims
    before = await count(strict, "roll.officer_session")
    assert is_refused(await sign_in(strict, link + "/sign-in"), 502, said)
    assert await count(strict, "roll.officer_binding") == 0
    assert await count(strict, "roll.officer_invitation") == 1
    assert await count(strict, "roll.officer_session") == before


@pytest.mark.parametrize(("sign", "said"), FORGED.values(), ids=FORGED)
async def test_a_forged_token_makes_no_officer(
    town: Town, directory: Bank, sign: Callable[[Json, Json], str], said: str
) -> None:
    """The token does not choose how, or with what, it is checked."""
    await enter(town, directory, "Dagny", "d-1")
    directory.sign = sign
    assert is_refused(await sign_in(town), 502, said)


async def test_a_subject_that_was_changed_after_signing_proves_nothing(town: Town, directory: Bank) -> None:
    """Nobody makes herself Dagny with her own genuine signature."""
    await enter(town, directory, "Dagny", "d-1")

    def changed(header: Json, claims: Json) -> str:
        head, _, signature = jwt.encode(header, claims | {"sub": "other"}, SIGNING["ES256"]).split(".")
        return f"{head}.{encoded(claims)}.{signature}"

    directory.sign = changed
    assert is_refused(await sign_in(town), 502, "its signature is not genuine")


async def test_a_rotated_key_is_fetched_and_a_withdrawn_one_not_believed(town: Town, directory: Bank) -> None:
    """As the directory publishes them."""
    directory.published, directory.algorithm = [SIGNING["RS256"]], "RS256"
    await enter(town, directory, "Dagny", "d-1")
    directory.published, directory.algorithm = [SIGNING["ES256"]], "ES256"
    assert (await sign_in(town)).status == 200
    assert directory.asked.count("/keys") == 2
    directory.algorithm = "RS256"
    assert is_refused(await sign_in(town), 502, "a key that nobody published")


async def test_what_is_asked_of_the_directory(strict: Town, directory: Bank) -> None:
    """A code by PKCE for the officers' address, a fresh proof of the strength that the house wants, not too old."""
    await go_there(strict)
    fixed = {name: directory.requested[name] for name in directory.requested if name not in {"state", "nonce"}}
    assert len(fixed.pop("code_challenge")) == 43
    assert fixed == {
        "tenant": "1",
        "response_type": "code",
        "client_id": "hagaby",
        "redirect_uri": f"{ADDRESS}/officer/callback",
        "scope": "openid",
        "code_challenge_method": "S256",
        "acr_values": STRONG,
        "prompt": "login",
        "max_age": "28800",
    }


async def test_another_state_and_another_browser_are_refused(town: Town, directory: Bank) -> None:
    """An answer to what this browser did not ask signs nobody in, here or as somebody else."""
    await enter(town, directory, "Dagny", "d-1")
    directory.besides = {"state": "other"}
    assert is_refused(await sign_in(town), 400, "begun in another browser")
    directory.besides = {}
    address = await go_there(town)
    town.client.cookies.clear()
    assert is_refused(await come_back(town, address), 400, "begun in another browser")


async def test_an_attempt_of_ones_own_making_or_of_another_door_is_refused(town: Town, directory: Bank) -> None:
    """It is sealed under a key of the house, for this door: what a resident began ends nothing here."""
    await enter(town, directory, "Dagny", "d-1")
    for keys, door in ((Keys(bytes(32)), "officer-sign-in"), (KEYS, "sign-in")):
        address = await go_there(town)
        state = parse_qs(urlsplit(address).query)["state"][0]
        forged = msgspec.json.encode(Attempt("hall", "", state, "", "", int(time.time()) + 900))
        town.client.cookies.set("officer-sign-in", keys.seal_cookie(door, forged))
        assert is_refused(await come_back(town, address), 400, "begun in another browser")
        town.client.cookies.clear()


async def test_an_officers_sign_in_ends_after_a_quarter_of_an_hour(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes back later begins again."""
    monkeypatch.setattr("service.verbs.providers.MINUTES", -1)
    assert is_refused(await sign_in(town), 400, "longer than a quarter of an hour")


async def test_an_answer_of_the_directory_works_once(town: Town, directory: Bank) -> None:
    """The browser forgets the attempt, and whoever kept it is refused there."""
    await enter(town, directory, "Dagny", "d-1")
    address = await go_there(town)
    kept = town.client.cookies["officer-sign-in"]
    assert (await come_back(town, address)).status == 200
    assert "officer-sign-in" not in town.client.cookies
    town.client.cookies.set("officer-sign-in", kept)
    assert is_refused(await come_back(town, address), 400, "this sign-in was used already or has ended")


async def test_a_directory_that_refuses_says_so_in_our_words(town: Town, directory: Bank) -> None:
    """Its own are not shown, and nobody is told of a letter that officers do not have."""
    directory.error, directory.besides = "access_denied", {"error_description": "<b>Pay here</b>"}
    seen = await sign_in(town)
    assert is_refused(seen, 400, "Hagaby Hall did not sign you in: the sign-in was stopped there.")
    assert "Pay here" not in seen.html
    assert "letter" not in seen.text


@pytest.mark.parametrize("path", ["/token", "/keys", "/.well-known/openid-configuration"])
async def test_a_directory_that_is_away_lets_nobody_in(town: Town, directory: Bank, path: str) -> None:
    """And says so before or after somebody went there."""
    directory.down = {path}
    if path == "/.well-known/openid-configuration":
        assert is_refused(Visit(await town.client.get(HALL, headers=HTML)), 503, "does not answer")
    else:
        assert is_refused(await sign_in(town), 503, "does not answer")


async def test_a_code_of_another_issuer_is_not_redeemed_for_an_officer(town: Town, directory: Bank) -> None:
    """What came with the code says who made it (RFC 9207)."""
    directory.besides = {"iss": "https://other.example"}
    assert is_refused(await sign_in(town), 502, "it comes from another issuer")
    assert "/token" not in directory.asked


async def test_a_document_of_another_issuer_is_not_believed_of_officers(town: Town, directory: Bank) -> None:
    """Where it is found is who it is."""
    directory.document = {"issuer": "https://other.example"}
    assert is_refused(Visit(await town.client.get(HALL, headers=HTML)), 502, "another issuer's document")


async def test_a_house_that_the_directory_does_not_know_lets_nobody_in(
    database_url: str, redis_url: str, directory: Bank
) -> None:
    """A wrong secret is our fault, and said to be."""
    async with hall_town(database_url, redis_url, directory, client_secret="wrong") as town:
        assert is_refused(await sign_in(town), 400, "it does not take what this house asks")


async def test_a_directory_that_nobody_named_leads_nowhere(town: Town) -> None:
    """Whatever word stands in the address."""
    seen = Visit(await town.client.get("/officer/sign-in/other", headers=HTML))
    assert is_refused(seen, 404, "No directory of this name")


async def test_a_directory_is_not_asked_without_end(database_url: str, redis_url: str, directory: Bank) -> None:
    """From one address as often as passwords are tried, and then one has to wait."""
    settings = Settings(database_url, redis_url, MASTER_KEY, ADDRESS, directories={"hall": directory.directory()})
    async with open_town(settings) as town:
        answers = [
            (await town.client.get(HALL, headers=HTML, follow_redirects=False)).status_code
            for _ in range(OFFICER_ADDRESS.burst + 1)
        ]
    assert (set(answers[:-1]), answers[-1]) == ({303}, 429)


async def test_no_log_line_and_no_row_holds_a_link_or_a_secret(
    town: Town, directory: Bank, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither who signed in, nor code, state, link or session, also where a line says that something was refused."""
    link = await link_for(town, "Dagny")
    directory.claims = {"sub": "CANARY-SUB", "nonce": "other"}
    address = await go_there(town, link + "/sign-in")
    await come_back(town, address)
    code = parse_qs(urlsplit(address).query)["code"][0]
    said = "\n".join(record.getMessage() for record in caplog.records)
    assert "provider's answer proves nothing" in said
    secrets = [link.rpartition("/")[2], "CANARY-SUB", code, directory.requested["state"], "a secret: with a colon"]
    rows = str(await owner(town, "select * from roll.officer_invitation")) + str(
        await owner(town, "select * from roll.audit")
    )
    assert [secret for secret in secrets if secret in said + rows] == []


# Roles.


MAPPED: Json = {
    "claim": "groups",
    "roles": {"g-admin": ("admin", "officer"), "g-clerk": ("clerk",), "g-mod": ("moderator",)},
}


@pytest.fixture
async def mapped(database_url: str, redis_url: str, directory: Bank) -> AsyncIterator[Town]:
    """A town where the directory says who is what. Dagny is its admin; Gunnar a clerk by hand."""
    async with hall_town(database_url, redis_url, directory, **MAPPED) as opened:
        await opened.hire("Dagny")
        await opened.hire("Gunnar")
        yield opened


async def roles(town: Town, name: str) -> list[str]:
    """What an officer is."""
    [row] = await owner(town, "select roles from roll.officer where name = $1", name)
    return sorted(row["roles"])


async def test_without_a_mapping_roles_are_the_houses(town: Town, directory: Bank) -> None:
    """What the directory says of groups means nothing."""
    await town.hire("Gunnar")
    directory.claims = {"groups": ["g-admin"]}
    await enter(town, directory, "Gunnar", "g-1")
    assert await roles(town, "Gunnar") == ["clerk"]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (["g-clerk", "g-mod"], ["clerk", "moderator"]),
        ("g-mod", ["moderator"]),
        (["g-mod", "g-other", 7], ["moderator"]),
    ],
)
async def test_roles_are_what_the_directory_says(mapped: Town, directory: Bank, said: Any, meant: list[str]) -> None:
    """One group or several; what stands for nothing gives nothing."""
    directory.claims = {"groups": said}
    await enter(mapped, directory, "Gunnar", "g-1")
    assert await roles(mapped, "Gunnar") == meant


async def test_other_groups_are_other_roles_at_the_next_sign_in(mapped: Town, directory: Bank) -> None:
    """Sessions with the old ones end, and the change is noted as the officer's own sign-in."""
    directory.claims = {"groups": ["g-clerk"]}
    old = await enter(mapped, directory, "Gunnar", "g-1")
    directory.claims |= {"groups": ["g-mod"]}
    new = token_of(await sign_in(mapped))
    mapped.client.cookies.clear()
    assert (await lives(mapped, old), await lives(mapped, new)) == (False, True)
    row = (await mapped.client.get("/api/audit", headers=mapped.badge())).json()["items"][0]
    assert (row["officer"], row["action"], row["after"]) == (
        "Gunnar",
        "sign_in_with_directory",
        {"roles": ["moderator"]},
    )


@pytest.mark.parametrize("said", [[], ["g-other"], None, {"g-clerk": 1}])
async def test_who_has_no_role_there_any_more_is_out(mapped: Town, directory: Bank, said: Any) -> None:
    """They do not come in, and where they were in they are not any more."""
    directory.claims = {"groups": ["g-clerk"]}
    token = await enter(mapped, directory, "Gunnar", "g-1")
    directory.claims |= {"groups": said}
    assert is_refused(await sign_in(mapped), 403, "gives you no role here")
    assert not await lives(mapped, token)


async def test_a_directory_does_not_take_the_last_admin(mapped: Town, directory: Bank) -> None:
    """Dagny is told what to do first, is not in as something else, and stays what she was."""
    directory.claims = {"groups": ["g-clerk"]}
    assert is_refused(await bind(mapped, directory, "Dagny", "d-1"), 409, "Make somebody else an admin first")
    assert await roles(mapped, "Dagny") == ["admin", "officer"]
    assert await count(mapped, "roll.officer_binding") == 0


async def test_a_directory_is_for_its_own_municipalities(database_url: str, redis_url: str, directory: Bank) -> None:
    """Officers of another one get no link to it, and come in by it no more once it is not theirs."""
    async with hall_town(database_url, redis_url, directory, municipalities=("Hagaby",)) as town:
        await town.hire("Dagny")
        egil = await town.hire("Egil", "Elsewhere")
        path = f"/officer/staff/{await officer_id(town, 'Egil')}/invitation"
        answer = await town.client.post(path, data={"directory": "hall"}, headers=HTML | town.badge(egil))
        assert answer.status_code == 404
        await enter(town, directory, "Dagny", "d-1")
        house = town.client.app.state.house
        house.directories["hall"].provider = replace(house.directories["hall"].provider, municipalities=("Other",))
        assert is_refused(await sign_in(town), 403, "no officer’s here")


# Sessions.


async def test_a_session_ends_when_its_proof_is_too_old(town: Town, directory: Bank, db: asyncpg.Connection) -> None:
    """Eight hours after the officer proved who she is, not after she came here, however often it is used."""
    directory.claims = {"auth_time": -28_800 + 600}
    token = await enter(town, directory, "Dagny", "d-1")
    left = "select max(expires_at) - clock_timestamp() between '8 minutes' and '10 minutes' from roll.officer_session"
    left += " where issuer is not null"
    assert await db.fetchval(left)
    await db.execute("update roll.officer_session set seen_at = seen_at - interval '5 minutes'")
    assert await lives(town, token)
    assert await db.fetchval(left)
    await db.execute("update roll.officer_session set expires_at = expires_at - interval '10 minutes'")
    assert not await lives(town, token)


async def test_changing_a_password_or_an_app_does_not_lengthen_it(
    town: Town, directory: Bank, db: asyncpg.Connection
) -> None:
    """The session that follows is as good as the one before: by the same proof, until the same time."""
    held = "select issuer, proven_until from roll.officer_session where issuer is not null"
    await bind(town, directory, "Dagny", "d-1")
    before = await db.fetch(held)
    browser = Visitor(town.client)
    await browser.open("/officer/account")
    new = "four words make one"
    page = await browser.press("Change the password", old=PASSWORD, new=new, again=new)
    assert "You have another password now" in page.text
    assert await db.fetch(held) == before
    page = await browser.press("Set up an app")
    secret = base64.b32decode(page.page.all("code")[0].text.replace(" ", ""))
    await browser.press("Ask for codes", totp=code_at(secret, int(time.time()) // SECONDS).decode())
    assert await db.fetch(held) == before
    assert (await browser.open("/officer/rounds")).status == 200


async def test_who_has_no_password_is_asked_for_none(town: Town, directory: Bank) -> None:
    """Nor can anybody sign in with an empty one."""
    await town.hire("Gunnar")
    await owner(town, "update roll.officer set password_hash = null where name = 'Gunnar'")
    await bind(town, directory, "Gunnar", "g-1")
    page = await Visitor(town.client).open("/officer/account")
    assert "You signed in with Hagaby Hall" in page.text
    assert "Change the password" not in page.buttons
    for typed in ("", PASSWORD):
        answer = await town.client.post("/api/officer/sessions", json={"name": "Gunnar", "password": typed})
        assert answer.status_code == 401


# Codes of an app.


async def with_app(town: Town, name: str = "Dagny") -> bytes:
    """Give an officer an app for codes; answers its secret."""
    secret = bytes(range(20))
    who = await officer_id(town, name)
    await owner(
        town,
        "insert into roll.officer_totp (officer_id, wrapped, confirmed_at) values ($1, $2, now())",
        who,
        KEYS.wrap_totp(who.bytes, secret),
    )
    return secret


def shown(secret: bytes) -> str:
    """What an app shows now."""
    return code_at(secret, int(time.time()) // SECONDS).decode()


async def test_who_has_an_app_is_asked_for_its_code(town: Town, directory: Bank) -> None:
    """The directory alone opens nothing then; a wrong code brings the form back; the right one opens."""
    secret = await with_app(town)
    seen = await bind_by_hand(town, directory)
    assert (seen.status, seen.title, token_of(seen)) == (200, "The code of your app", "")
    browser = Visitor(town.client)
    browser.at, browser.seen = "/officer/callback", seen
    wrong = await browser.press("Sign in", totp="000000" if shown(secret) != "000000" else "000001")
    assert (wrong.status, wrong.title) == (401, "The code of your app")
    assert "not the code that your app shows now" in wrong.alert
    assert (await browser.press("Sign in", totp=shown(secret))).title == "You are signed in"
    assert (await browser.open("/officer/rounds")).status == 200


async def bind_by_hand(town: Town, directory: Bank) -> Visit:
    """Dagny, whose account was bound before, signs in."""
    await owner(
        town,
        "insert into roll.officer_binding (officer_id, issuer, subject) values ($1, $2, 'd-1')",
        await officer_id(town, "Dagny"),
        directory.issuer,
    )
    directory.claims = {"sub": "d-1"}
    return await sign_in(town)


async def test_what_owes_a_code_is_sealed_and_short(
    town: Town, directory: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody makes it, takes another seal for it, or finds it good later."""
    secret = await with_app(town)
    monkeypatch.setattr("service.verbs.directories.CODE_MINUTES", -1)
    late = (await bind_by_hand(town, directory)).form("Sign in")[0].all("input")[0]["value"]
    plain = msgspec.json.encode(CodeOwed(directory.issuer, "d-1", time.time() + 900, int(time.time()) + 900))
    made_up = Keys(bytes(32)).seal_cookie("officer-code", plain)
    another = KEYS.seal_cookie("officer-sign-in", plain)
    for sealed in (late, made_up, another, "", "x"):
        sent = {"sealed": sealed, "totp": shown(secret)}
        assert is_refused(Visit(await town.client.post("/officer/code", data=sent, headers=HTML)), 400, "has ended")


async def test_an_app_is_locked_after_ten_wrong_codes_here_as_well(town: Town, directory: Bank) -> None:
    """They are counted with those that came after a password."""
    secret = await with_app(town)
    sealed = (await bind_by_hand(town, directory)).form("Sign in")[0].all("input")[0]["value"]

    async def give(code: str) -> int:
        sent = {"sealed": sealed, "totp": code}
        return (await town.client.post("/officer/code", data=sent, headers=HTML)).status_code

    assert {await give(f"{number:07}") for number in range(10)} == {401}
    assert await give(shown(secret)) == 403


async def test_a_code_is_not_taken_from_another_site(town: Town, directory: Bank) -> None:
    """A page elsewhere cannot make a browser somebody else's."""
    secret = await with_app(town)
    sealed = (await bind_by_hand(town, directory)).form("Sign in")[0].all("input")[0]["value"]
    sent = {"sealed": sealed, "totp": shown(secret)}
    headers = HTML | {"Sec-Fetch-Site": "cross-site"}
    answer = await town.client.post("/officer/code", data=sent, headers=headers)
    assert (answer.status_code, answer.headers.get_list("set-cookie")) == (403, [])


async def test_a_directory_that_proves_two_factors_stands_for_the_app(
    database_url: str, redis_url: str, directory: Bank
) -> None:
    """Neither is the code asked for, nor must somebody have an app where the municipality demands one."""
    async with hall_town(database_url, redis_url, directory, amr=("mfa",), two_factors=True) as town:
        await town.hire("Dagny")
        await with_app(town)
        seen = await bind_by_hand(town, directory)
        assert seen.title == "You are signed in"
        await owner(town, "update roll.municipality set totp_demanded = true")
        await owner(town, "delete from roll.officer_totp")
        browser = Visitor(town.client)
        await sign_in(town)
        assert (await browser.open("/officer/rounds")).title == "Your rounds"
        directory.claims |= {"amr": ["pwd"]}
        assert is_refused(await sign_in(town), 502, WEAK)


async def test_without_two_factors_the_demand_for_an_app_stays(town: Town, directory: Bank) -> None:
    """Whoever comes from the directory is led to where one is set up."""
    await bind(town, directory, "Dagny", "d-1")
    await owner(town, "update roll.municipality set totp_demanded = true")
    assert (await Visitor(town.client).open("/officer/rounds")).title == "Your account"


# A municipality that demands it.


async def demand(town: Town, token: str, demanded: str = "yes") -> int:
    """An admin says whether passwords are taken."""
    sent = {"demanded": demanded}
    path = "/officer/staff/directory"
    answer = await town.client.post(path, data=sent, headers=HTML | town.badge(token), follow_redirects=False)
    return answer.status_code


async def test_only_who_came_that_way_can_shut_the_other(town: Town, directory: Bank) -> None:
    """So that nobody shuts herself out with a directory that does not work."""
    assert await demand(town, town.officer_token) == 409
    assert await password(town) == "in"
    token = await enter(town, directory, "Dagny", "d-1")
    assert await demand(town, token) == 303
    assert await password(town) == "directory-demanded"


async def test_passwords_open_nothing_from_then_on(town: Town, directory: Bank) -> None:
    """Neither new ones nor sessions that one began before; a wrong one is not told from any other."""
    fatima = await town.hire("Fatima")
    token = await enter(town, directory, "Dagny", "d-1")
    await demand(town, token)
    assert [await lives(town, each) for each in (fatima, town.officer_token, token)] == [False, False, True]
    assert await password(town, "Fatima") == "directory-demanded"
    answer = await town.client.post("/api/officer/sessions", json={"name": "Fatima", "password": "wrong"})
    assert answer.json()["type"] == "/problems/wrong-password"
    page = await Visitor(town.client).open("/officer")
    assert "Sign in with Hagaby Hall" in page.text
    browser = Visitor(town.client)
    await browser.open("/officer")
    page = await browser.press("Sign in", name="Fatima", password=PASSWORD)
    assert (page.status, "a password opens nothing here" in page.alert) == (403, True)
    assert await demand(town, token, "no") == 303
    assert await password(town, "Fatima") == "in"


async def test_another_municipality_goes_on_as_before(town: Town, directory: Bank) -> None:
    """Each demands it of its own officers."""
    await town.hire("Egil", "Elsewhere")
    await demand(town, await enter(town, directory, "Dagny", "d-1"))
    assert await password(town, "Egil") == "in"


BREAK_GLASS = "update roll.municipality set break_glass_id = $1 where name = 'Hagaby'"


async def test_one_admin_still_gets_in_by_password(town: Town, directory: Bank) -> None:
    """Whom the operator named, while she is an admin; and she can have passwords taken again."""
    await town.hire("Fatima", roles=["admin"])
    await owner(town, BREAK_GLASS, await officer_id(town, "Fatima"))
    await demand(town, await enter(town, directory, "Dagny", "d-1"))
    assert await password(town, "Fatima") == "in"
    assert await demand(town, await town.sign_in("Fatima"), "no") == 303
    await owner(town, "update roll.municipality set directory_demanded = true")
    await owner(town, "update roll.officer set roles = '{officer}' where name = 'Fatima'")
    assert await password(town, "Fatima") == "directory-demanded"


async def test_whom_another_municipality_employs_breaks_no_glass(town: Town) -> None:
    """The table refuses it."""
    await town.hire("Egil", "Elsewhere")
    with pytest.raises(asyncpg.ForeignKeyViolationError, match="municipality_break_glass_of_its_own"):
        await owner(town, BREAK_GLASS, await officer_id(town, "Egil"))


async def asked(town: Town, ground: Ground, token: str) -> Any:
    """An officer asks for an act of two."""
    sent = {"act": {"kind": "close-early"}, "reason": "A storm."}
    return await town.client.post(f"/api/rounds/{ground.id}/acts", json=sent, headers=town.badge(token))


async def test_two_officers_are_two_people_of_the_directory(town: Town, directory: Bank) -> None:
    """Where it is demanded, both came in by it: who also holds the password for emergencies is not her own second."""
    ground = await town.open_round()
    await town.hire("Fatima")
    await town.hire("Egil", roles=["admin"])
    await owner(town, BREAK_GLASS, await officer_id(town, "Egil"))
    dagny, fatima = [await enter(town, directory, name, name) for name in ("Dagny", "Fatima")]
    assert await demand(town, dagny) == 303
    act = (await asked(town, ground, dagny)).json()["id"]
    egil = await town.sign_in("Egil")
    for token, kind in ((egil, "directory-demanded"), (dagny, "same-officer")):
        answer = await town.client.post(f"/api/acts/{act}/confirmation", headers=town.badge(token))
        assert (answer.status_code, answer.json()["type"]) == (403, f"/problems/{kind}")
    assert (await asked(town, ground, egil)).json()["type"] == "/problems/directory-demanded"
    answer = await town.client.post(f"/api/acts/{act}/confirmation", headers=town.badge(fatima))
    assert answer.is_success


async def test_a_session_that_claims_two_factors_without_a_directory_is_refused_by_the_table(
    town: Town, db: asyncpg.Connection
) -> None:
    """A slip in a program lets nobody past the app."""
    with pytest.raises(asyncpg.CheckViolationError, match="officer_session_proven"):
        await db.execute("update roll.officer_session set two_factors = true")


async def test_sessions_by_the_directory_at_once(town: Town, directory: Bank) -> None:
    """Several sign-ins of one account at the same moment are each a session."""
    await enter(town, directory, "Dagny", "d-1")
    ways = [(await go_there(town), town.client.cookies["officer-sign-in"]) for _ in range(3)]
    town.client.cookies.clear()
    answers = await asyncio.gather(
        *(town.client.get(address, headers=HTML | {"Cookie": f"officer-sign-in={cookie}"}) for address, cookie in ways)
    )
    assert [answer.status_code for answer in answers] == [200] * 3
