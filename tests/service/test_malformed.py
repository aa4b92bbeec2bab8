"""Bad input: each malformed request has its problem type and a sentence for a person, and none answers 5xx.

Every row of the tables is sent to one open round; nothing of it may leave a ballot, a proposal or a round behind.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from httpx import Response

from schema.errors import Malformed
from schema.keys import Signer
from schema.passes import Pass, open_pass, seal_pass
from service.reading import decode_json
from tests.town import Ground, Town, Voter, draft, moment, pot

JSON = "application/json"
GOOD = b'{"choices":[1],"base_revision":0}'
DEEP = b'{"choices":' + b"[" * 5000 + b"]" * 5000 + b',"base_revision":0}'

BODIES: list[tuple[str, bytes, str, str]] = [
    ("empty body", b"", JSON, "malformed"),
    ("not JSON", b"choices=1", JSON, "malformed"),
    ("cut off", b'{"choices":[1],', JSON, "malformed"),
    ("trailing text", GOOD + b"x", JSON, "malformed"),
    ("byte order mark", b"\xef\xbb\xbf" + GOOD, JSON, "malformed"),
    ("not UTF-8", b'{"choices":[1],"base_revision":0,"x":"\xff"}', JSON, "malformed"),
    ("an array", b"[1]", JSON, "malformed"),
    ("null", b"null", JSON, "malformed"),
    ("choices missing", b'{"base_revision":0}', JSON, "malformed"),
    ("base revision missing", b'{"choices":[1]}', JSON, "malformed"),
    ("unknown field", b'{"choices":[1],"base_revision":0,"weight":9}', JSON, "malformed"),
    ("choices as text", b'{"choices":"1","base_revision":0}', JSON, "malformed"),
    ("a choice as text", b'{"choices":["1"],"base_revision":0}', JSON, "malformed"),
    ("a choice as float", b'{"choices":[1.0],"base_revision":0}', JSON, "malformed"),
    ("a choice as truth", b'{"choices":[true],"base_revision":0}', JSON, "malformed"),
    ("a choice in exponents", b'{"choices":[1e0],"base_revision":0}', JSON, "malformed"),
    ("a choice of null", b'{"choices":[null],"base_revision":0}', JSON, "malformed"),
    ("not a number", b'{"choices":[NaN],"base_revision":0}', JSON, "malformed"),
    ("infinity", b'{"choices":[Infinity],"base_revision":0}', JSON, "malformed"),
    ("negative choice", b'{"choices":[-1],"base_revision":0}', JSON, "malformed"),
    ("beyond 64 bits", b'{"choices":[99999999999999999999],"base_revision":0}', JSON, "malformed"),
    ("400 digits", b'{"choices":[' + b"9" * 400 + b'],"base_revision":0}', JSON, "malformed"),
    ("5000 digits", b'{"choices":[' + b"9" * 5000 + b'],"base_revision":0}', JSON, "malformed"),
    ("negative revision", b'{"choices":[1],"base_revision":-1}', JSON, "malformed"),
    ("huge revision", b'{"choices":[1],"base_revision":9999999999}', JSON, "malformed"),
    ("choices twice", b'{"choices":[1],"choices":[2],"base_revision":0}', JSON, "malformed"),
    ("choices twice, escaped", b'{"choices":[1],"\\u0063hoices":[2],"base_revision":0}', JSON, "malformed"),
    ("nested deeply", DEEP, JSON, "malformed"),
    ("too many choices", b'{"choices":[' + b"1," * 1200 + b'1],"base_revision":0}', JSON, "malformed"),
    ("points as text", b'{"choices":[1],"points":["1"],"base_revision":0}', JSON, "malformed"),
    ("points below zero", b'{"choices":[1],"points":[-1],"base_revision":0}', JSON, "malformed"),
    ("points beyond all", b'{"choices":[1],"points":[100001],"base_revision":0}', JSON, "malformed"),
    ("points of null", b'{"choices":[1],"points":null,"base_revision":0}', JSON, "malformed"),
    ("too large", b'{"choices":[1],"base_revision":0' + b" " * 20_000 + b"}", JSON, "too-large"),
    ("form encoded", b"choices=1", "application/x-www-form-urlencoded", "unknown-form"),
    ("text", GOOD, "text/plain", "unknown-form"),
    ("no content type", GOOD, "", "unknown-form"),
    ("project not on the ballot", b'{"choices":[77],"base_revision":0}', JSON, "unknown-project"),
    ("a project twice", b'{"choices":[1,1],"base_revision":0}', JSON, "chosen-twice"),
    ("over the number", b'{"choices":[1,2,3,4],"base_revision":0}', JSON, "too-many"),
    ("points where none are asked for", b'{"choices":[1],"points":[1],"base_revision":0}', JSON, "points-amiss"),
    ("a revision nobody saw", b'{"choices":[1],"base_revision":7}', JSON, "stale"),
]


@pytest.fixture
async def amina(town: Town) -> Voter:
    """Amina with a pass for an open round."""
    return await (await town.open_round()).voter("AMINA-1")


def person_understands(answer: Response, slug: str) -> None:
    """The answer is documented problem details: a stable type, and a sentence that ends like one."""
    assert answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == f"/problems/{slug}"
    assert problem["status"] == answer.status_code
    assert len(problem["detail"].split()) >= 5
    assert problem["detail"].endswith(".")
    assert "{" not in problem["detail"]


async def kept_nothing(amina: Voter) -> None:
    """No ballot of Amina's is there."""
    assert (await amina.ballot()).status_code == 404


@pytest.mark.parametrize(("body", "form", "slug"), [row[1:] for row in BODIES], ids=[row[0] for row in BODIES])
async def test_a_malformed_ballot_is_refused_in_words(amina: Voter, body: bytes, form: str, slug: str) -> None:
    """Each malformed body has its problem type, and leaves no ballot."""
    headers = {"Authorization": f"Bearer {amina.token}", "Idempotency-Key": uuid4().hex, "Content-Type": form}
    person_understands(await amina.client.post(amina.path, content=body, headers=headers), slug)
    await kept_nothing(amina)


def test_a_choice_of_kinds_is_said_in_words() -> None:
    """A person reads "a whole number or nothing", not the names that types have in a program."""
    with pytest.raises(Malformed) as refused:
        decode_json(b'{"cost":1.5}', msgspec.json.Decoder(dict[str, int | None]))
    said = "[...] must be a whole number or nothing, not a number with decimals"
    assert str(refused.value.facts["fault"]) == said


KEYS = {"no key": None, "a short key": "short", "a long key": "k" * 129, "a key with spaces": "eight signs and more"}


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
async def test_a_ballot_without_a_good_key_is_refused(amina: Voter, key: str | None) -> None:
    """Without an idempotency key a lost answer could not be asked for again."""
    headers = {"Authorization": f"Bearer {amina.token}", "Content-Type": JSON}
    headers |= {"Idempotency-Key": key} if key else {}
    person_understands(await amina.client.post(amina.path, content=GOOD, headers=headers), "no-key")
    await kept_nothing(amina)


WITHDRAWALS: list[tuple[str, bytes, str]] = [
    ("nothing", b"", "malformed"),
    ("an empty object", b"{}", "malformed"),
    ("a ballot", GOOD, "malformed"),
    ("a revision below zero", b'{"base_revision":-1}', "malformed"),
    ("a revision as text", b'{"base_revision":"1"}', "malformed"),
    ("a revision as a float", b'{"base_revision":1.0}', "malformed"),
    ("a revision beyond 64 bits", b'{"base_revision":99999999999999999999}', "malformed"),
    ("a revision twice", b'{"base_revision":0,"base_revision":1}', "malformed"),
    ("too large", b'{"base_revision":0' + b" " * 20_000 + b"}", "too-large"),
]


@pytest.mark.parametrize(("body", "slug"), [row[1:] for row in WITHDRAWALS], ids=[row[0] for row in WITHDRAWALS])
async def test_a_malformed_withdrawal_is_refused(amina: Voter, body: bytes, slug: str) -> None:
    """It is read as strictly as a ballot."""
    headers = {"Authorization": f"Bearer {amina.token}", "Content-Type": JSON, "Idempotency-Key": "a-key-of-mine"}
    person_understands(await amina.client.post(amina.withdrawals, content=body, headers=headers), slug)
    await kept_nothing(amina)


def _again(amina: Voter, signer: Signer | None = None, **changes: Any) -> str:
    """Amina's pass with other claims, signed by this house unless another signer is given."""
    ring = amina.ground.town.ring
    claims = open_pass(amina.token, ring.issuer, "box", time.time())
    return seal_pass(msgspec.structs.replace(claims, **changes), signer or ring.passes)


PASSES: dict[str, tuple[Callable[[Voter], str], str]] = {
    "no pass": (lambda amina: "", "no-pass"),
    "not a pass": (lambda amina: "hello", "bad-pass"),
    "three parts": (lambda amina: amina.token + ".x", "bad-pass"),
    "a sign changed": (lambda amina: ("B" if amina.token[0] == "A" else "A") + amina.token[1:], "bad-pass"),
    "signature cut": (lambda amina: amina.token[:-8], "bad-pass"),
    "signed by another house": (lambda amina: _again(amina, Signer(bytes(32))), "bad-pass"),
    "expired": (lambda amina: _again(amina, expires=int(time.time()) - 3600), "pass-expired"),
    "from the future": (lambda amina: _again(amina, expires=int(time.time()) + 36_000), "bad-pass"),
    "for the debate": (lambda amina: amina.civic["Authorization"].partition(" ")[2], "bad-pass"),
    "for another pot": (lambda amina: _again(amina, pot_id=uuid4()), "bad-pass"),
    "for another round": (lambda amina: _again(amina, round_id=uuid4()), "not-found"),
    "signed as a receipt": (lambda amina: _again(amina, amina.ground.town.ring.receipts), "bad-pass"),
    "issued elsewhere": (lambda amina: _again(amina, issuer="https://vote.example.se"), "bad-pass"),
    "for another style": (lambda amina: _again(amina, style="knapsack"), "bad-pass"),
    "for no style": (lambda amina: _again(amina, style=None), "bad-pass"),
    "an unknown key": (lambda amina: _again(amina, Signer(bytes(32)), key_id=Signer(bytes(32)).key_id), "bad-pass"),
    "the key of receipts": (
        lambda amina: _again(amina, amina.ground.town.ring.receipts, key_id=amina.ground.town.ring.receipts.key_id),
        "bad-pass",
    ),
    "algorithm none": (lambda amina: _again(amina, algorithm="none"), "bad-pass"),
    "algorithm HS256": (lambda amina: _again(amina, algorithm="HS256"), "bad-pass"),
    "no signature": (lambda amina: amina.token.partition(".")[0] + ".", "bad-pass"),
}


@pytest.mark.parametrize(("made", "slug"), PASSES.values(), ids=PASSES)
async def test_a_wrong_pass_is_refused(amina: Voter, made: Callable[[Voter], str], slug: str) -> None:
    """A pass opens one door of one house for a quarter of an hour."""
    right, amina.token = amina.token, made(amina)
    person_understands(await amina.cast(1), slug)
    amina.token = right
    await kept_nothing(amina)


async def test_a_ballot_over_the_money_is_refused_with_how_much(town: Town) -> None:
    """A knapsack ballot says by how much it is over."""
    ground = await town.open_round(pots=[pot(style={"style": "knapsack", "max_cost": 50_000})])
    answer = await (await ground.voter("AMINA-1")).cast(1, 2)
    person_understands(answer, "too-costly")
    assert answer.json()["facts"] == {"limit": 50_000, "chosen": 60_000, "over": 10_000}


SPENDING = {"style": "cumulative", "max_points": 10, "max_points_per_project": 8, "max_choices": 2}
POINTS: list[tuple[tuple[int, ...], list[int], str, dict[str, int]]] = [
    ((1, 2), [8], "points-amiss", {"needed": 2, "given": 1}),
    ((1, 2), [8, 0], "no-points", {"number": 2}),
    ((1, 2), [1, 9], "too-many-for-one", {"number": 2, "limit": 8, "given": 9}),
    ((1, 2), [8, 3], "too-many-points", {"limit": 10, "given": 11, "over": 1}),
    ((1, 2, 3), [1, 1, 1], "too-many", {"limit": 2, "chosen": 3}),
]


@pytest.mark.parametrize(("choices", "points", "slug", "facts"), POINTS, ids=[row[2] for row in POINTS])
async def test_points_that_break_a_limit_are_refused_with_how_much(
    town: Town, choices: tuple[int, ...], points: list[int], slug: str, facts: dict[str, int]
) -> None:
    """A ballot with points says which limit it breaks, and leaves nothing."""
    amina = await (await town.open_round(pots=[pot(style=SPENDING)])).voter("AMINA-1")
    answer = await amina.cast(*choices, points=points)
    person_understands(answer, slug)
    assert answer.json()["facts"] == facts
    await kept_nothing(amina)


async def test_a_ballot_before_voting_opens_is_refused(town: Town) -> None:
    """The database clock says when voting opens."""
    ground = await town.open_round(voting_at=moment(timedelta(hours=1)), supporting_at=moment(timedelta(hours=-1)))
    answer = await (await ground.voter("AMINA-1")).cast(1)
    person_understands(answer, "not-open")
    assert answer.json()["facts"] == {"phase": "supporting"}


async def test_a_ballot_after_the_close_is_refused(amina: Voter) -> None:
    """P3: nothing after the close counts."""
    await amina.ground.close()
    person_understands(await amina.cast(1), "not-open")


async def test_a_project_of_another_pot_is_refused(town: Town) -> None:
    """A ballot chooses among its own pot's projects."""
    ground = await town.draw_round(pots=[pot("One"), pot("Two")])
    extra = {"pot_id": ground.pots[1], "title": "Only in Two", "cost": 1, "number": 9}
    await town.act("POST", f"/api/rounds/{ground.id}/projects", json=extra)
    await ground.officer("POST", "schedule")
    person_understands(await (await ground.voter("AMINA-1")).cast(9), "unknown-project")


async def test_somebody_too_young_gets_a_reason_instead_of_a_pass(town: Town) -> None:
    """Carim may not vote yet, and is told why."""
    passes = await (await town.open_round()).sign_in("CARIM-3")
    assert [(row["token"], row["reason"]) for row in passes["pots"]] == [(None, "too-young")]


LETTERS = ["", "hello", "AAAA-BBBB-CCCC-DDDD", "A" * 5000, "\u0000" * 16, "0000-0000-0000-000Å"]


@pytest.mark.parametrize("code", LETTERS, ids=range(len(LETTERS)))
async def test_a_wrong_code_is_refused(town: Town, code: str) -> None:
    """A code that is not in a letter opens nothing."""
    ground = await town.open_round()
    answer = await town.client.post(f"/api/rounds/{ground.id}/sign-in", json={"code": code})
    person_understands(answer, "mistyped-code")


OFFICERS: dict[str, tuple[dict[str, Any], str]] = {
    "NUL in a name": ({"name": "A\u0000B"}, "malformed"),
    "a blank name": ({"name": "   "}, "malformed"),
    "a long name": ({"name": "x" * 301}, "malformed"),
    "a lone surrogate": ({"about": "\ud800"}, "malformed"),
    "control signs": ({"about": "\u0007"}, "malformed"),
    "time without zone": ({"voting_at": "2026-01-01T00:00:00"}, "malformed"),
    "no such day": ({"voting_at": "2026-02-31T00:00:00Z"}, "malformed"),
    "closing before opening": ({"closes_at": moment(timedelta(days=-9))}, "malformed"),
    "a currency in words": ({"currency": "kronor"}, "malformed"),
    "no money": ({"pots": [pot(money=0)]}, "malformed"),
    "more money than there is": ({"pots": [pot(money=10**30)]}, "malformed"),
    "unknown rule": ({"pots": [pot(rule={"rule": "by_feeling"})]}, "malformed"),
    "a style without points": ({"pots": [pot(style={"style": "scored", "max_score": 0})]}, "malformed"),
    "a limit of another style": (
        {"pots": [pot(style={"style": "ranked", "max_choices": 2, "max_points": 2})]},
        "malformed",
    ),
    "unknown style": ({"pots": [pot(style={"style": "applause"})]}, "malformed"),
    "ties without a lot": ({"pots": [pot(ties=["lower_cost"])]}, "malformed"),
    "two pots of one name": ({"pots": [pot("P"), pot("P")]}, "malformed"),
    "an area that is not there": ({"pots": [pot(areas=["Atlantis"])]}, "malformed"),
}


@pytest.mark.parametrize(("changes", "slug"), OFFICERS.values(), ids=OFFICERS)
async def test_a_malformed_round_is_refused_in_words(town: Town, changes: dict[str, Any], slug: str) -> None:
    """A round that cannot be is not begun."""
    await town.hire()
    body = msgspec.json.encode(draft(**changes)) if "about" not in changes else _ascii(draft(**changes))
    headers = town.badge() | {"Content-Type": JSON}
    person_understands(await town.client.post("/api/rounds", content=body, headers=headers), slug)
    assert (await town.client.get("/api/rounds")).json()["items"] == []


def _ascii(value: Any) -> bytes:
    """JSON with escapes, in which a lone surrogate can be written."""
    import json

    return json.dumps(value).encode()


ADDRESSES = {
    "not an id": ("GET", "/api/rounds/hello", "not-found"),
    "no such round": ("GET", f"/api/rounds/{uuid4()}", "not-found"),
    "no such pot": ("GET", f"/api/pots/{uuid4()}/snapshot", "not-found"),
    "a wrong cursor": ("GET", "/api/rounds?after=hello", "malformed"),
    "another method": ("PATCH", "/api/rounds", "wrong-method"),
    "no such address": ("GET", "/api/hello/there", "not-found"),
    "no session": ("POST", "/api/rounds", "not-signed-in"),
    "no such proposal": ("GET", f"/api/proposals/{uuid4()}", "not-found"),
    "dots": ("GET", "/api/rounds/%2e%2e/%00", "not-found"),
}


@pytest.mark.parametrize(("verb", "path", "slug"), ADDRESSES.values(), ids=ADDRESSES)
async def test_a_wrong_address_is_answered_in_words(town: Town, verb: str, path: str, slug: str) -> None:
    """Whatever is asked of the API, the answer is problem details."""
    person_understands(await town.client.request(verb, path), slug)


REGISTERS = {
    "no columns": (b"hello\n", "malformed"),
    "no rows": (b"identity,area\n", "nobody-in-register"),
    "an empty identity": (b"identity,area\n,North\n", "faulty-register"),
    "one person twice": (b"identity,area\na1,North\nA1,South\n", "faulty-register"),
    "a year in words": (b"identity,area,birth_year\na,North,old\n", "faulty-register"),
    "month 13": (b"identity,area,birth_year,birth_month\na,North,1980,13\n", "faulty-register"),
    "not UTF-8": (b"identity,area\n\xff,North\n", "malformed"),
    "NUL": (b"identity,area\na\x00,North\n", "malformed"),
    "an open quote": (b'identity,area\n"a,North\n' + b"x" * 200_000, "malformed"),
}


@pytest.mark.parametrize(("body", "slug"), REGISTERS.values(), ids=REGISTERS)
async def test_a_register_with_faults_is_refused_whole(town: Town, body: bytes, slug: str) -> None:
    """Nothing is imported from a file with faults, and its lines are named."""
    await town.hire()
    headers = town.badge() | {"Content-Type": "text/csv"}
    person_understands(await town.client.post("/api/register/imports", content=body, headers=headers), slug)


def test_pass_claims_are_what_the_docs_say() -> None:
    """No identity has a place in a pass."""
    assert set(Pass.__struct_fields__) == {
        "issuer", "audience", "round_id", "pot_id", "style", "tag", "algorithm", "key_id", "expires",
    }  # fmt: skip


async def test_nothing_of_the_tables_was_kept(town: Town) -> None:
    """A refused proposal leaves nothing either."""
    ground: Ground = await town.open_round(
        voting_at=moment(timedelta(hours=1)), proposing_at=moment(timedelta(hours=-1))
    )
    amina = await ground.voter("AMINA-1")
    sent = {"title": "A\u0000B", "about": "x", "author_name": "Amina", "language": "en"}
    answer = await town.client.post(f"/api/rounds/{ground.id}/proposals", json=sent, headers=amina.civic)
    person_understands(answer, "malformed")
    assert (await town.client.get(f"/api/rounds/{ground.id}/proposals")).json()["items"] == []
