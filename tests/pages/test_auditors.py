"""An officer's page of a round's auditors."""

from typing import Any

import pytest

from schema.openings import fingerprint, unlock
from tests.pages.visitor import Visit, Visitor
from tests.service.test_auditors import RECIPIENT, SECRET
from tests.town import PASSWORD, Ground, Town


async def name(browser: Visitor, ground: Ground, file: bytes | None = None, **typed: str) -> Visit:
    """Fill in the form; a key in a file when there is one, as a browser sends it."""
    await browser.open(f"/officer/rounds/{ground.id}/auditors")
    wanted: dict[str, Any] = {"name": "Ansgar", "recipient": "" if file else RECIPIENT} | typed
    return await browser.press("Name the auditor", files={"file": b"" if file is None else file}, **wanted)


async def test_an_auditor_is_named_with_a_pasted_key(town: Town, dagny: Visitor) -> None:
    """The page shows the fingerprint to compare by telephone, and says that nothing lies ready yet."""
    ground = await town.draw_round()
    seen = await name(dagny, ground)
    assert "The auditor is named." in seen.text
    shown = fingerprint(RECIPIENT)
    assert " ".join(shown[at : at + 4] for at in range(0, 32, 4)) in seen.text
    assert "Their file lies ready soon after publication." in seen.text


@pytest.mark.parametrize(
    "file", [f"{RECIPIENT}\n", f"# made today\r\n# public key: {RECIPIENT}\r\n"], ids=["key", "pair"]
)
async def test_a_key_can_come_as_a_file(town: Town, dagny: Visitor, file: str) -> None:
    """The line with the key is found among others."""
    seen = await name(dagny, await town.draw_round(), file.encode())
    assert RECIPIENT in seen.text


async def test_a_key_is_found_in_the_line_that_age_prints(town: Town, dagny: Visitor) -> None:
    """Whoever pastes more than the key has pasted the key."""
    assert RECIPIENT in (await name(dagny, await town.draw_round(), recipient=f"Public key: {RECIPIENT}")).text


@pytest.mark.parametrize("in_file", [True, False])
async def test_a_secret_key_is_refused_and_not_shown_again(town: Town, dagny: Visitor, in_file: bool) -> None:
    """It is nobody's but the auditor's, so the officer is told to ask for another pair."""
    ground = await town.draw_round()
    secret = str(SECRET)
    if in_file:
        seen = await name(dagny, ground, f"# public key: {RECIPIENT}\n{secret}\n".encode())
    else:
        seen = await name(dagny, ground, recipient=secret)
    assert seen.status == 400
    assert "secret key" in seen.alert
    assert secret not in seen.html
    assert "Nobody is named yet." in seen.text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"recipient": "age1abc"}, "no public key of age"),
        ({"recipient": RECIPIENT[:-1] + ("q" if RECIPIENT[-1] != "q" else "p")}, "a letter may be wrong"),
        ({"recipient": ""}, "no public key was pasted"),
        ({"name": " "}, "the name"),
    ],
)
async def test_what_is_wrong_is_told_and_kept(town: Town, dagny: Visitor, typed: dict[str, Any], words: str) -> None:
    """Nobody types a key twice."""
    seen = await name(dagny, await town.draw_round(), **typed)
    assert seen.status == 400
    assert words in seen.alert
    wanted = {"name": "Ansgar", "recipient": RECIPIENT} | typed
    assert {each["id"]: each["value"] for each in seen.page.all("input") if each["id"] in wanted} == wanted


async def test_what_lies_ready_is_downloaded(town: Town, dagny: Visitor) -> None:
    """After publication, as a file that only the auditor's key opens."""
    ground = await town.open_round()
    await name(dagny, ground)
    await (await ground.voter("AMINA-1")).cast(1)
    await ground.count()
    await ground.publish()
    page = f"/officer/rounds/{ground.id}/auditors"
    assert "Their file lies ready in a moment." in (await dagny.open(page)).text
    await town.work("count")
    seen = await dagny.open(page)
    (link,) = [each["href"] for each in seen.page.all("a") if each["href"].endswith("/openings")]
    answer = await town.client.get(link)
    assert len(unlock(answer.content, str(SECRET)).openings) == 1
    assert "attachment" in answer.headers["content-disposition"]


async def test_a_revoked_auditor_gets_nothing_and_stays_in_sight(town: Town, dagny: Visitor) -> None:
    """The page says who was named, and who revoked it; there is nothing to download."""
    ground = await town.draw_round()
    await name(dagny, ground)
    seen = await dagny.press("Revoke for good")
    assert "The auditor is revoked." in seen.text
    assert "revoked By Dagny" in seen.text
    assert "Revoke for good: Ansgar" not in seen.buttons


async def test_a_reviewer_reads_and_names_nobody(town: Town, visitor: Visitor) -> None:
    """Everybody who works here sees who was named; the forms are for officers."""
    ground = await town.draw_round()
    auditor = {"name": "Ansgar", "recipient": RECIPIENT}
    await town.act("POST", f"/api/rounds/{ground.id}/auditors", json=auditor)
    await town.hire("Elin")
    await visitor.open("/officer")
    await visitor.press("Sign in", name="Elin", password=PASSWORD)
    seen = await visitor.open(f"/officer/rounds/{ground.id}/auditors")
    assert "Ansgar" in seen.text
    assert seen.buttons == []


def test_the_fingerprint_is_what_other_programs_make_of_the_key() -> None:
    """With ``tr -d '\\n' | sha256sum`` the key gives a sum that begins with it."""
    key = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
    assert fingerprint(key) == "6a804773982840fa7eae3847079a53b0"
