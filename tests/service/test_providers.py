"""Signing in with an OpenID provider over HTTP, from link to passes, and every way in which it must not work."""

import base64
import hmac
import time
from collections.abc import AsyncIterator, Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest
from joserfc import jwt
from msgspec.structs import replace

from schema.keys import Keys
from schema.settings import Settings
from service import openid
from service.verbs.providers import Attempt
from tests.builders import ADDRESS, MASTER_KEY
from tests.inspector import parse
from tests.pages.visitor import HTML, Visit
from tests.people import owner
from tests.provider import KEYS, STRANGER, STRONG, Bank, Json, bank, half_hash
from tests.service.test_contact_codes import tags
from tests.town import Ground, open_town

IDENTITY = "https://bank.example/personal-number"


@pytest.fixture
def provider() -> Iterator[Bank]:
    """A provider."""
    with bank() as there:
        yield there


@pytest.fixture
async def opened(database_url: str, redis_url: str, provider: Bank) -> AsyncIterator[Ground]:
    """A round that is open, in a town whose residents may sign in with the provider."""
    settings = Settings(database_url, redis_url, MASTER_KEY, ADDRESS, providers={"bank": provider.provider()})
    async with open_town(settings) as town:
        yield await town.open_round()


async def begin(ground: Ground, word: str = "bank") -> httpx.Response:
    """Press the link."""
    path = f"/rounds/{ground.id}/sign-in/{word}"
    return await ground.town.client.get(path, headers=HTML, follow_redirects=False)


async def go_there(ground: Ground) -> str:
    """Press the link and sign in at the provider; answers where that leads the browser."""
    led = await begin(ground)
    assert led.status_code == 303, led.text
    async with httpx.AsyncClient(trust_env=False) as browser:
        return str((await browser.get(led.headers["location"])).headers["location"])


async def come_back(ground: Ground, address: str) -> Visit:
    """Open the address to which a provider led the browser."""
    return Visit(await ground.town.client.get(address, headers=HTML, follow_redirects=False))


async def sign_in(ground: Ground) -> Visit:
    """All of it."""
    return await come_back(ground, await go_there(ground))


def is_refused(visit: Visit, status: int, said: str) -> bool:
    """Whether this page refuses, with these words, and holds no pass."""
    assert 'name="pass"' not in visit.html
    return visit.status == status and said in visit.text


async def test_a_provider_signs_in_as_the_letter_does(opened: Ground) -> None:
    """The page carries passes of the same person in hidden fields, and nothing stays in the browser."""
    seen = await sign_in(opened)
    assert seen.buttons == ["Open the ballot: The big pot"]
    fields = parse(seen.html).all("input")
    token = next(each["value"] for each in fields if each["name"] == "pass")
    letter = await opened.sign_in("AMINA-1")
    passes = {"civic": letter["civic"], "pots": [{"token": token}]}
    assert tags(opened, passes) == tags(opened, letter)
    assert not opened.town.client.cookies


async def test_taking_part_is_noted_by_date(opened: Ground) -> None:
    """As with a letter."""
    await sign_in(opened)
    sheets = await owner(opened.town, "select refs from roll.participation")
    assert [list(row["refs"]) for row in sheets] == [[opened.town.ring.person_ref("AMINA-1")]]


async def test_the_sign_in_page_has_a_link_to_each_provider(opened: Ground) -> None:
    """Below the letter's code, by the name that residents know."""
    seen = Visit(await opened.town.client.get(f"/rounds/{opened.id}/sign-in", headers=HTML))
    assert seen.buttons == ["Go on"]
    links = {link.text: link["href"] for link in seen.page.all("a")}
    assert links["Sign in with Hagaby Bank"] == f"/rounds/{opened.id}/sign-in/bank"


async def test_what_is_asked_of_the_provider(opened: Ground, provider: Bank) -> None:
    """A code by PKCE for our one address, a fresh proof, of the strength that the house wants."""
    await go_there(opened)
    await go_there(opened)
    fixed = {name: provider.requested[name] for name in provider.requested if name not in {"state", "nonce"}}
    challenge = fixed.pop("code_challenge")
    assert fixed == {
        "tenant": "1",
        "response_type": "code",
        "client_id": "hagaby",
        "redirect_uri": f"{ADDRESS}/sign-in/callback",
        "scope": "openid",
        "code_challenge_method": "S256",
        "acr_values": STRONG,
        "prompt": "login",
    }
    secrets = [challenge, provider.requested["state"], provider.requested["nonce"]]
    assert [len(secret) for secret in secrets] == [43, 43, 43]
    assert len(set(secrets)) == 3


async def test_the_cookie_is_sealed_and_short(opened: Ground) -> None:
    """Lax, so that it comes back with the browser; for scripts and other paths it is not there; it tells nothing."""
    led = await begin(opened)
    [cookie] = led.headers.get_list("set-cookie")
    value, *attributes = cookie.split("; ")
    assert {each.lower() for each in attributes} == {"httponly", "max-age=900", "path=/", "samesite=lax"}
    asked = parse_qs(urlsplit(led.headers["location"]).query)
    sealed = base64.urlsafe_b64decode(value.partition("=")[2])
    assert asked["state"][0].encode() not in sealed
    assert asked["nonce"][0].encode() not in sealed


async def test_over_https_the_cookie_is_bound_to_the_host(database_url: str, redis_url: str, provider: Bank) -> None:
    """No other host of the domain can set it."""
    address = "https://testserver.local"
    settings = Settings(database_url, redis_url, MASTER_KEY, address, providers={"bank": provider.provider()})
    async with open_town(settings) as town:
        [cookie] = (await begin(await town.open_round())).headers.get_list("set-cookie")
    assert cookie.startswith("__Host-sign-in=")
    assert "secure" in cookie.lower().split("; ")


@pytest.mark.parametrize("algorithm", KEYS)
async def test_every_algorithm_is_taken(opened: Ground, provider: Bank, algorithm: str) -> None:
    """RS256, PS256 and ES256."""
    provider.algorithm = algorithm
    assert (await sign_in(opened)).status == 200


GOOD: dict[str, Json] = {
    "clocks that differ by half a minute": {"iat": 30, "nbf": 30, "exp": 600},
    "an end of half a minute ago": {"iat": -300, "exp": -20},
    "a list of audiences": {"aud": ["hagaby"]},
    "one audience of several, as the party": {"aud": ["other", "hagaby"], "azp": "hagaby"},
    "the hash of the access token": {"at_hash": half_hash("an access token")},
    "what we do not know": {"amr": ["mfa"], "name": "Amina"},
}
BAD: dict[str, tuple[Json, str]] = {
    "another issuer": ({"iss": "https://other.example"}, "it comes from another issuer"),
    "another audience": ({"aud": "other"}, "it is meant for somebody else"),
    "several audiences, no party": ({"aud": ["hagaby", "other"]}, "it is meant for somebody else"),
    "another party": ({"azp": "other"}, "it is meant for somebody else"),
    "another nonce": ({"nonce": "other"}, "it answers another sign-in"),
    "no nonce": ({"nonce": None}, "it answers another sign-in"),
    "a weaker proof": ({"acr": "urn:weak"}, "less surely than this house asks for"),
    "no strength": ({"acr": None}, "less surely than this house asks for"),
    "an end two minutes ago": ({"exp": -120}, "it has ended"),
    "no end": ({"exp": None}, "it lacks something that every proof says"),
    "an end that is no number": ({"exp": float("nan")}, "it has ended"),
    "made in the future": ({"iat": 600}, "it comes from the future"),
    "good from the future on": ({"nbf": 600}, "it comes from the future"),
    "no subject": ({"sub": None}, "it lacks something that every proof says"),
    "the hash of another token": ({"at_hash": half_hash("another")}, "it does not belong to what came with it"),
    "no identity": ({IDENTITY: None}, "it does not say who you are"),
    "an empty identity": ({IDENTITY: " "}, "it does not say who you are"),
    "an identity that is no text": ({IDENTITY: 198503121234}, "it does not say who you are"),
}


@pytest.mark.parametrize("claims", GOOD.values(), ids=GOOD)
async def test_what_proves_who_somebody_is(opened: Ground, provider: Bank, claims: Json) -> None:
    """Honest tokens, however they are made."""
    provider.claims = claims
    assert (await sign_in(opened)).status == 200


@pytest.mark.parametrize(("claims", "said"), BAD.values(), ids=BAD)
async def test_what_proves_nothing(opened: Ground, provider: Bank, claims: Json, said: str) -> None:
    """One thing is wrong with the token: nobody is signed in, noted, or left without a way on."""
    provider.claims = claims
    seen = await sign_in(opened)
    assert is_refused(seen, 502, said)
    assert f"/rounds/{opened.id}/sign-in" in {link["href"] for link in seen.page.all("a")}
    assert await owner(opened.town, "select * from roll.participation") == []


def encoded(value: Json) -> str:
    """A part of a token."""
    return base64.urlsafe_b64encode(msgspec.json.encode(value)).rstrip(b"=").decode()


def unsigned(header: Json, claims: Json) -> str:
    """A token that says it needs no signature."""
    return f"{encoded(header | {'alg': 'none'})}.{encoded(claims)}."


def signed_with_the_public_key(header: Json, claims: Json) -> str:
    """A token signed with what everybody has."""
    body = f"{encoded(header | {'alg': 'HS256'})}.{encoded(claims)}"
    digest = hmac.digest(KEYS["RS256"].as_pem(private=False), body.encode(), "sha256")
    return f"{body}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def signed_by_a_stranger(header: Json, claims: Json) -> str:
    """A token under a known key's name."""
    return jwt.encode(header, claims, STRANGER)


def changed_afterwards(header: Json, claims: Json) -> str:
    """A genuine signature of another's identity."""
    head, _, signature = jwt.encode(header, claims, KEYS["ES256"]).split(".")
    return f"{head}.{encoded(claims | {IDENTITY: 'BJORN-2'})}.{signature}"


def with_its_own_key(header: Json, claims: Json) -> str:
    """A token that brings the key to check it with."""
    return jwt.encode(header | {"jwk": STRANGER.as_dict(private=False)}, claims, STRANGER)


FORGED: dict[str, tuple[Callable[[Json, Json], str], str]] = {
    "alg none": (unsigned, "it is not signed in a way that this house takes"),
    "HS256 with the public key": (signed_with_the_public_key, "it is not signed in a way that this house takes"),
    "a stranger's key": (signed_by_a_stranger, "its signature is not genuine"),
    "changed after signing": (changed_afterwards, "its signature is not genuine"),
    "with its own key": (with_its_own_key, "its signature is not genuine"),
    "no token": (lambda *_: "nothing", "it is no signed proof"),
    "an algorithm for the wrong key": (
        lambda header, claims: unsigned(header, claims).replace(
            encoded(header | {"alg": "none"}), encoded(header | {"alg": "RS256"})
        ),
        "it is signed with a key that nobody published",
    ),
}


@pytest.mark.parametrize(("sign", "said"), FORGED.values(), ids=FORGED)
async def test_a_forged_token_proves_nothing(
    opened: Ground, provider: Bank, sign: Callable[[Json, Json], str], said: str
) -> None:
    """The token does not choose how, or with what, it is checked."""
    provider.sign = sign
    assert is_refused(await sign_in(opened), 502, said)


async def test_a_rotated_key_is_fetched(opened: Ground, provider: Bank) -> None:
    """A key that was published since is found by its name."""
    provider.published = [KEYS["RS256"]]
    provider.algorithm = "RS256"
    assert (await sign_in(opened)).status == 200
    provider.published, provider.algorithm = [KEYS["ES256"]], "ES256"
    assert (await sign_in(opened)).status == 200
    assert provider.asked.count("/keys") == 2


async def test_a_key_that_was_withdrawn_is_not_believed(opened: Ground, provider: Bank) -> None:
    """Once the keys were read anew, an old one proves nothing."""
    await test_a_rotated_key_is_fetched(opened, provider)
    provider.algorithm = "RS256"
    assert is_refused(await sign_in(opened), 502, "a key that nobody published")


async def test_unknown_keys_make_nobody_fetch_more_than_once_a_minute(
    opened: Ground, provider: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sends tokens with made-up names of keys does not use us against the provider."""
    provider.published = [KEYS["RS256"]]
    for _ in range(3):
        assert is_refused(await sign_in(opened), 502, "a key that nobody published")
    assert provider.asked.count("/keys") == 2
    monkeypatch.setattr(openid, "AGAIN", 0.0)
    await sign_in(opened)
    assert provider.asked.count("/keys") == 3


async def test_a_key_for_encryption_signs_nothing(opened: Ground, provider: Bank) -> None:
    """Its use says so."""
    key = KEYS["ES256"].as_dict(private=False) | {"use": "enc"}
    provider.answers["/keys"] = msgspec.json.encode({"keys": [key]})
    assert is_refused(await sign_in(opened), 502, "a key that nobody published")


async def test_another_state_is_refused(opened: Ground, provider: Bank) -> None:
    """An answer to something that this browser did not ask."""
    provider.besides = {"state": "other"}
    assert is_refused(await sign_in(opened), 400, "begun in another browser")


async def test_another_browser_is_refused(opened: Ground) -> None:
    """Who follows somebody else's link back is not signed in as them, nor they as somebody else."""
    address = await go_there(opened)
    opened.town.client.cookies.clear()
    assert is_refused(await come_back(opened, address), 400, "begun in another browser")


async def test_a_cookie_of_ones_own_making_is_refused(opened: Ground) -> None:
    """It is sealed under a key of the house, for this use."""
    address = await go_there(opened)
    state = parse_qs(urlsplit(address).query)["state"][0]
    forged = Attempt("bank", opened.id, state, "", "", int(time.time()) + 900)
    opened.town.client.cookies.set("sign-in", Keys(bytes(32)).seal_cookie("sign-in", msgspec.json.encode(forged)))
    assert is_refused(await come_back(opened, address), 400, "begun in another browser")


async def test_a_sign_in_ends_after_a_quarter_of_an_hour(opened: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes back later begins again."""
    monkeypatch.setattr("service.verbs.providers.MINUTES", -1)
    assert is_refused(await sign_in(opened), 400, "longer than a quarter of an hour")


async def test_an_answer_works_once(opened: Ground) -> None:
    """The browser forgets the attempt; and whoever kept it is refused by the provider."""
    address = await go_there(opened)
    kept = opened.town.client.cookies["sign-in"]
    assert (await come_back(opened, address)).status == 200
    assert is_refused(await come_back(opened, address), 400, "used already")
    opened.town.client.cookies.set("sign-in", kept)
    assert is_refused(await come_back(opened, address), 400, "this sign-in was used already")


async def test_somebody_who_stops_is_told_so(opened: Ground, provider: Bank) -> None:
    """The provider's error becomes a sentence; its own words are not shown."""
    provider.error, provider.besides = "access_denied", {"error_description": "<b>Pay here</b>"}
    seen = await sign_in(opened)
    assert is_refused(seen, 400, "Hagaby Bank did not sign you in: the sign-in was stopped there.")
    assert "Pay here" not in seen.html


@pytest.mark.parametrize("error", ["invalid_scope", "server_error", "made up"])
async def test_any_other_error_of_the_provider_is_told_plainly(opened: Ground, provider: Bank, error: str) -> None:
    """Nothing of it is shown."""
    provider.error = error
    assert is_refused(await sign_in(opened), 400, "it could not take the sign-in")


@pytest.mark.parametrize("path", ["/token", "/keys"])
@pytest.mark.parametrize("answer", [None, b"no JSON", b"{}", b" " * 300_000])
async def test_a_provider_that_does_not_answer_is_told_plainly(
    opened: Ground, provider: Bank, path: str, answer: bytes | None
) -> None:
    """Down, or saying what cannot be read, or without end: the letter's code still works."""
    if answer is None:
        provider.down = {path}
    else:
        provider.answers = {path: answer}
    assert is_refused(await sign_in(opened), 503, "use the code from your letter")


async def test_a_provider_that_is_away_is_told_before_anybody_goes_there(opened: Ground, provider: Bank) -> None:
    """With a way back to the other ways to sign in."""
    provider.down = {"/.well-known/openid-configuration"}
    assert is_refused(Visit(await begin(opened)), 503, "Hagaby Bank does not answer")
    provider.down = set()
    assert (await begin(opened)).status_code == 303


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://other.example"},
        {"jwks_uri": "http://other.example/keys"},
        {"token_endpoint": "http://other.example/token"},
    ],
)
async def test_a_document_of_another_issuer_is_not_believed(opened: Ground, provider: Bank, document: Json) -> None:
    """Nor one that would have secrets or keys go over the wire in clear."""
    provider.document = document
    assert is_refused(Visit(await begin(opened)), 502, "another issuer's document, or addresses that are not safe")


async def test_a_code_of_another_issuer_is_not_redeemed(opened: Ground, provider: Bank) -> None:
    """What came with the code says who made it (RFC 9207)."""
    provider.besides = {"iss": "https://other.example"}
    assert is_refused(await sign_in(opened), 502, "it comes from another issuer")
    assert "/token" not in provider.asked


async def test_a_code_that_must_name_its_issuer_does(opened: Ground, provider: Bank) -> None:
    """A provider that says it always does is held to it."""
    provider.document = {"authorization_response_iss_parameter_supported": True}
    assert is_refused(await sign_in(opened), 502, "it comes from another issuer")
    provider.besides = {"iss": provider.issuer}
    assert (await sign_in(opened)).status == 200


async def test_a_house_that_the_provider_does_not_know_signs_nobody_in(
    database_url: str, redis_url: str, provider: Bank
) -> None:
    """A wrong secret is our fault, and said to be."""
    known = replace(provider.provider(), client_secret="wrong")
    async with open_town(Settings(database_url, redis_url, MASTER_KEY, ADDRESS, providers={"bank": known})) as town:
        assert is_refused(await sign_in(await town.open_round()), 400, "it does not take what this house asks")


async def test_who_is_not_on_the_register_gets_no_pass(opened: Ground, provider: Bank) -> None:
    """However well they proved who they are; and it is not noted that they came."""
    provider.who = "DORIS-9"
    assert is_refused(await sign_in(opened), 403, "the municipality's register does not have you")
    assert await owner(opened.town, "select * from roll.participation") == []


async def test_who_may_not_vote_gets_the_reason(opened: Ground, provider: Bank) -> None:
    """Carim is on the register, and too young."""
    provider.who = "carim-3 "
    seen = await sign_in(opened)
    assert seen.status == 200
    assert "12 or older" in seen.text


async def test_a_provider_that_nobody_named_leads_nowhere(opened: Ground) -> None:
    """Whatever word stands in the address."""
    assert is_refused(Visit(await begin(opened, "other")), 404, "Nobody signs in by this provider here")


async def test_nothing_of_one_sign_in_goes_along_with_another(opened: Ground, provider: Bank) -> None:
    """The provider's cookies are not kept between what different people ask."""
    await sign_in(opened)
    assert list(openid.new_client().cookies.jar) == []


async def test_no_log_line_holds_who_signed_in(
    opened: Ground, provider: Bank, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the identity nor code or state, also where a line says that something was refused."""
    provider.who, provider.claims = "CANARY-19850312", {"nonce": "other"}
    address = await go_there(opened)
    await come_back(opened, address)
    code = parse_qs(urlsplit(address).query)["code"][0]
    said = "\n".join(record.getMessage() for record in caplog.records)
    assert "provider's answer proves nothing" in said
    assert [secret for secret in (provider.who, code, provider.requested["state"]) if secret in said] == []
