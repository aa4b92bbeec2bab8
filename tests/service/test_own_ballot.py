"""One's own ballot: who may look at it, and until when what it holds is shown."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from httpx import Response

from tests.town import Ground, Town, Voter, moment, pot
from tests.town import draft as drawn

CUMULATIVE = {"style": "cumulative", "max_points": 10, "max_points_per_project": 8}


@pytest.fixture
async def voted(town: Town) -> Ground:
    """A round with two pots: Amina voted in both, Björn in the first."""
    ground = await town.open_round(pots=[pot("One", style=CUMULATIVE), pot("Two")])
    for who, choices, points in (("AMINA-1", (1, 2), (7, 3)), ("BJORN-2", (3,), (5,))):
        assert (await (await ground.voter(who)).cast(*choices, points=points)).status_code == 201
    assert (await (await ground.voter("AMINA-1", 1)).cast(4)).status_code == 201
    return ground


async def shown(voted: Ground, pot: int, token: str | None) -> Response:
    """What is answered about a ballot in a pot to whoever shows a token."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return await voted.town.client.get(f"/api/pots/{voted.pots[pot]}/ballot", headers=headers)


def held(answer: Response) -> Any:
    """What a ballot holds, as shown."""
    return answer.json()["choices"], answer.json()["points"]


async def test_a_voter_sees_what_a_ballot_holds_until_the_close(voted: Ground) -> None:
    """Signed in anew, on another device as well."""
    again = await voted.voter("AMINA-1")
    assert held(await again.ballot()) == ([1, 2], [7, 3])


async def test_after_the_close_what_it_holds_is_gone(voted: Ground) -> None:
    """The rest stays: that it is there, its commitment, and whether it counts."""
    amina = await voted.voter("AMINA-1")
    before = (await amina.ballot()).json()
    await voted.count()
    after = (await amina.ballot()).json()
    assert after == before | {"choices": None, "points": None, "judged": True}
    await voted.publish()
    assert (await amina.ballot()).json() == after


async def test_time_alone_hides_it(voted: Ground) -> None:
    """No clock has to run: at the end of voting the content is gone, before anybody wrote down the close."""
    amina = await voted.voter("AMINA-1")
    db = await asyncpg.connect(voted.town.settings.database_url)
    await db.execute("alter table box.round disable trigger round_frozen")
    await db.execute("update box.round set closes_at = clock_timestamp()")
    await db.close()
    assert held(await amina.ballot()) == (None, None)


async def test_a_reason_stays_after_the_close(voted: Ground) -> None:
    """P11: the voter is told why a ballot does not count, without what it holds."""
    amina = await voted.voter("AMINA-1")
    db = await asyncpg.connect(voted.town.settings.database_url)
    await db.execute("delete from box.elector where tag = $1", amina.tag)
    await db.close()
    await voted.count()
    answer = (await amina.ballot()).json()
    assert (answer["choices"], answer["reason"]) == (None, "not-on-roll")


@pytest.mark.parametrize("phase", ["voting", "counting"])
async def test_the_page_shows_it_until_the_close_as_well(voted: Ground, phase: str) -> None:
    """Afterwards the form of a ballot, and one that adds choices up, lead to what the round is doing."""
    amina = await voted.voter("AMINA-1", 1)
    if phase == "counting":
        await voted.close()
    for form in ({"pass": amina.token}, {"pass": amina.token, "press": "add", "choices": "1"}):
        page = await voted.town.client.post(f"/pots/{voted.pots[1]}/ballot", data=form)
        assert ("Project 4" in page.text) == (phase == "voting")


async def test_everybody_sees_only_their_own(voted: Ground) -> None:
    """The pass says whose ballot it is; nothing in the address or behind it asks for another's."""
    bjorn, tag = await voted.voter("BJORN-2"), (await voted.voter("AMINA-1")).tag.hex()
    path = f"/api/pots/{voted.pot}/ballot"
    for query in ("", f"?tag={tag}", f"?voter={tag}", "?revision=1"):
        answer = await voted.town.client.get(path + query, headers={"Authorization": f"Bearer {bjorn.token}"})
        assert held(answer) == ([3], [5])


async def test_who_has_not_voted_sees_nothing(voted: Ground) -> None:
    """In the second pot Björn has no ballot, though there is one."""
    answer = await (await voted.voter("BJORN-2", 1)).ballot()
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")


async def other_round(voted: Ground) -> Voter:
    """Amina in another round of the same municipality."""
    return await (await voted.town.open_round(register=None, name="Next year")).voter("AMINA-1")


async def strange(voted: Ground, whose: str) -> str | None:
    """A token that is not the pass of this pot."""
    amina = await voted.voter("AMINA-1", 1)
    match whose:
        case "another pot":
            return amina.token
        case "another round":
            return (await other_round(voted)).token
        case "the debate":
            return amina.civic["Authorization"].partition(" ")[2]
        case "an officer":
            return voted.town.officer_token
    return None


STRANGE = {
    "another pot": "bad-pass",
    "another round": "bad-pass",
    "the debate": "bad-pass",
    "an officer": "bad-pass",
    "nobody": "no-pass",
}


@pytest.mark.parametrize(("whose", "slug"), STRANGE.items(), ids=STRANGE)
async def test_only_a_pass_of_the_pot_opens_it(voted: Ground, whose: str, slug: str) -> None:
    """A pass for something else, an officer's session, and nothing at all are refused alike: with a way on."""
    answer = await shown(voted, 0, await strange(voted, whose))
    assert (answer.status_code, answer.json()["type"]) == (401, f"/problems/{slug}")
    assert "Sign in" in answer.json()["detail"]


@pytest.mark.parametrize("whose", STRANGE)
async def test_the_page_opens_it_for_no_other_pass_either(voted: Ground, whose: str) -> None:
    """It asks for the code, and shows no project."""
    form = {"pass": await strange(voted, whose) or ""}
    page = await voted.town.client.post(f"/pots/{voted.pot}/ballot", data=form)
    assert "Sign in with your code" in page.text
    assert "Project 1" not in page.text


async def test_a_draft_shows_no_ballot(town: Town) -> None:
    """A pass for a round that is not announced opens no ballot on a page: there is no such pot for residents."""
    later = timedelta(days=1)
    ground = await town.draw_round(**drawn(voting_at=moment(later), closes_at=moment(2 * later)))
    amina = await ground.voter("AMINA-1")
    page = await town.client.post(f"/pots/{ground.pot}/ballot", data={"pass": amina.token})
    assert page.status_code == 404
