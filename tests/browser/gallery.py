"""What there is to look at: a municipality as they mostly are, one that says everything at length, one empty."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pyrage

from tests.pages.test_areas import send as send_map
from tests.people import owner
from tests.service.booths import Booth, open_booth
from tests.service.test_outlines import feature, file
from tests.service.test_pictures import picture
from tests.service.worlds import STYLES
from tests.town import Ground, Town, crowd, moment, pot

HOUR = timedelta(hours=1)
LONG = ("Donaudampfschifffahrtsgesellschaft" * 6)[:200]
LONG_NAME = LONG[:120]

IDEAS = (
    ("Sittbänkar längs ån", "Tre bänkar med ryggstöd, där solen är om kvällen.", 4_500_000),
    ("Odlingslådor på gården", "Tolv lådor i lärk, jord och ett vattenuttag.", 2_800_000),
    ("Ljus på gångvägen mot skolan", "", 12_000_000),
    (
        "A roof over the bicycle stand, with a pump and tools for everybody",
        "It leaks where it is not rusty.",
        6_750_000,
    ),
    ("ملعب صغير للأطفال", "أرجوحتان ورمل.", 9_900_000),
)
"""Title, description and cost in minor units."""

COAST = [[11.90, 57.70], [11.96, 57.68], [12.03, 57.71], [12.05, 57.76], [11.98, 57.75], [11.93, 57.78], [11.90, 57.70]]
HILLS = [[11.98, 57.75], [12.05, 57.76], [12.08, 57.81], [12.00, 57.84], [11.91, 57.82], [11.93, 57.78], [11.98, 57.75]]
"""Where North and South lie."""

STRANGERS = "V22,North,1980,1\nV23,North,2020,1\n"
"""Somebody who may vote in one pot, and somebody who may in none."""
NEIGHBOURS = "".join(f"W{number},{'Södra' if number > 4 else 'Ön'},1980,1\n" for number in range(36))
"""A larger area than the first, and one of a few houses."""

RECIPIENTS = tuple(str(pyrage.x25519.Identity.generate().to_public()) for _ in range(2))
"""The public keys of two auditors."""

Address = dict[str, str]
"""What to fill into an address."""


class Scene:
    """A municipality, an officer who may see all of it, and its rounds with their codes, by what is done in them."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.known: Address = {}
        self.rounds: dict[str, Ground] = {}
        self.codes: dict[str, dict[str, str]] = {}

    def hang(self, name: str, ground: Ground) -> Ground:
        """Keep a round, and the codes that were made last, which are its own."""
        self.rounds[name] = ground
        self.codes[name] = dict(self.town.codes)
        return ground

    def address(self, path: str) -> str:
        """The path of a route, filled in: what is published for results, and otherwise what is going on."""
        over = self.rounds.get("published")
        if over and path.endswith(("/results", "/turnout")):
            return path.format(pot_id=over.pot, round_id=over.id)
        return path.format(**self.known)

    def more(self) -> Iterator[tuple[str, str]]:
        """Pages of rounds that are further or not as far as the one of the others, by name."""
        for name, ground in self.rounds.items():
            yield f"/rounds/{name}", f"/rounds/{ground.id}"
            yield f"/rounds/{name}/proposals", f"/rounds/{ground.id}/proposals"
            yield f"/officer/rounds/{name}", f"/officer/rounds/{ground.id}"


async def usual(town: Town) -> Scene:
    """Hagaby: a round that is open with all that can happen in one, one that takes proposals, one that is published."""
    names = {
        "name": "Vår gata 2026",
        "pot": "Gator och torg",
        "area": "Norra",
        "about": "För oss alla.",
        "by": "Amina",
        "place": "The library",
        "theme": "Lek och idrott",
    }
    await town.hire("Dagny", "Hagaby")
    await town.second()
    return await _arranged(town, names, IDEAS)


async def long(town: Town) -> Scene:
    """A municipality in which nothing has a short name, and no name has a blank."""
    names = {
        "name": LONG,
        "pot": LONG_NAME[:118],
        "area": LONG_NAME,
        "about": LONG * 3,
        "by": LONG_NAME,
        "place": LONG_NAME,
        "theme": LONG[:40],
    }
    ideas = tuple((f"{number}{LONG}"[:200], LONG * 2, 999_999_999_99) for number in range(1, 5))
    town.officer_token = await town.hire(f"Dagny{LONG}"[:120], LONG_NAME)
    town.second_token = await town.hire(f"Fatima{LONG}"[:120], LONG_NAME)
    return await _arranged(town, names, ideas)


async def empty(town: Town) -> Scene:
    """A municipality with an officer and a round that nobody put anything into."""
    await town.hire("Ester", "Tomby")
    bare = {"name": "2027", "currency": "SEK", "pots": [], "voting_at": moment(HOUR), "closes_at": moment(2 * HOUR)}
    view = await town.act("POST", "/api/rounds", json=bare)
    round_id = view["round"]["id"]
    await town.act("POST", f"/api/rounds/{round_id}/announcement")
    nowhere = {name: str(uuid4()) for name in ("pot_id", "proposal_id", "project_id", "batch_id", "import_id")}
    scene = Scene(town)
    scene.known = _known(round_id=round_id, municipality_id=view["round"]["municipality_id"], **nowhere)
    return scene


def _known(**ids: str) -> Address:
    return {"slug": "too-costly", "act": "announce", "provider": "bank", "link": "nobodys", **ids}


async def _arranged(town: Town, names: dict[str, str], ideas: tuple[tuple[str, str, int], ...]) -> Scene:
    scene = Scene(town)
    register = crowd(22).replace("North", names["area"]) + STRANGERS + NEIGHBOURS
    over = scene.hang("published", await _round(town, names, ideas, register))
    for number in range(6):
        assert (await (await over.voter(f"V{number}")).cast(1, number % 2 + 2)).status_code == 201
    for number in range(9):
        await over.sign_in(f"W{number}")
    await over.count()
    await over.publish()
    await over.officer("POST", "what-if-publication")
    assert (await send_map(town, file(feature("North", [HILLS]), feature("South", [COAST])))).status_code == 303
    proposing = scene.hang("proposing", await _proposing(town, names, ideas))
    supporting = scene.hang("supporting", await _proposing(town, names, ideas))
    begun = "update box.round set reviewing_at = now(), supporting_at = now() where id = $1 returning id"
    assert await owner(town, begun, supporting.id)
    ground = scene.hang("open", await _round(town, names, ideas))
    await _voted(ground)
    booth = await _on_paper(ground, names)
    await _disputed(ground, names)
    await town.work()
    await _watched(ground, names)
    view = await town.act("GET", f"/api/rounds/{ground.id}/draft")
    scene.known = _known(
        round_id=ground.id,
        pot_id=ground.pot,
        proposal_id=await _pictured_one(town, proposing),
        project_id=view["projects"][0]["id"],
        municipality_id=view["round"]["municipality_id"],
        batch_id=booth.id,
        import_id=(await town.act("GET", "/api/register/imports"))["imports"][0]["id"],
    )
    return scene


async def _pictured_one(town: Town, ground: Ground) -> str:
    """A proposal with pictures, place and theme."""
    listed = (await town.client.get(f"/api/rounds/{ground.id}/proposals")).json()["items"]
    return next(str(each["id"]) for each in listed if each["pictures"])


async def _round(
    town: Town, names: dict[str, str], ideas: tuple[tuple[str, str, int], ...], register: str | None = None
) -> Ground:
    """A round that has been open for ten hours, with a pot for each style; the first is for one area only."""
    money = 2 * max(cost for *_, cost in ideas)
    kinds = [STYLES["By approval"], *STYLES.values()]
    pots = [pot(f"{names['pot']} {at}", money=money, style=kind[0], rule=kind[1]) for at, kind in enumerate(kinds)]
    pots[0] |= {"areas": [names["area"]], "rule": {"rule": "equal_shares"}}
    drawn: dict[str, Any] = {"name": names["name"], "about": names["about"], "areas": [names["area"], "North"]}
    drawn |= {"language": "sv"}
    ground = await town.draw_round(0, register, pots=pots, voting_at=moment(-10 * HOUR), **drawn)
    for pot_id in ground.pots:
        for title, about, cost in ideas:
            sent = {"pot_id": pot_id, "title": title, "about": about, "cost": cost, "area": names["area"]}
            await town.act("POST", f"/api/rounds/{ground.id}/projects", json=sent)
    await _translated(ground, names)
    await ground.officer("POST", "schedule")
    return ground


async def _translated(ground: Ground, names: dict[str, str]) -> None:
    """The round and the projects of its first ballots in the languages in which they are looked at."""
    projects = (await ground.officer("GET", "draft"))["projects"]
    of = [("round", ground.id), *(("project", each["id"]) for each in projects if each["pot_id"] in ground.pots[:2])]
    for language in ("en", "ar"):
        for noun, of_id in of:
            words = {"title": f"{language}: {names['name']}"[:200]}
            await ground.town.act("PUT", f"/api/translations/{noun}/{of_id}/{language}", json=words)


async def _proposing(town: Town, names: dict[str, str], ideas: tuple[tuple[str, str, int], ...]) -> Ground:
    """A round that takes proposals, in which one resident has made all of these."""
    times = {"proposing_at": moment(-HOUR), "reviewing_at": moment(HOUR), "voting_at": moment(2 * HOUR)}
    drawn: dict[str, Any] = {"name": names["name"], "about": names["about"], "themes": [names["theme"], "Trygghet"]}
    drawn |= times
    ground = await town.draw_round(0, None, **drawn)
    await ground.officer("POST", "announcement")
    badge = {"Authorization": f"Bearer {(await ground.sign_in('V0'))['civic']}"}
    for at, (title, about, cost) in enumerate(ideas):
        text = {"title": title, "about": about or title, "author_name": names["by"], "language": "sv"}
        where = {"place": names["place"], "point": [1_196_000 + 2_000 * at, 5_774_000 + 1_500 * at]}
        sent = {**text, "cost_guess": cost} | (where | {"theme": names["theme"]} if at % 2 else {})
        answer = await town.client.post(f"/api/rounds/{ground.id}/proposals", json=sent, headers=badge)
        assert answer.status_code == 201, answer.text
        for shade in range(at % 2 * 2):
            seen = picture(size=(1500, 1000) if shade else (800, 1200), colour=(40 + 90 * shade, 120, 90))
            await _pictured(town, answer.json()["id"], badge, seen, about or title)
        await _debated(ground, f"/api/proposals/{answer.json()['id']}", names)
    return ground


async def _pictured(town: Town, proposal_id: str, badge: dict[str, str], content: bytes, alt: str) -> None:
    headers = badge | {"Content-Type": "application/octet-stream"}
    path = f"/api/proposals/{proposal_id}/pictures"
    answer = await town.client.post(path, params={"alt": alt[:300]}, content=content, headers=headers)
    assert answer.status_code == 201, answer.text


async def _debated(ground: Ground, path: str, names: dict[str, str]) -> None:
    """Two neighbours argue and ask; the author and an officer answer; one argument is hidden and one was reported."""
    town, made = ground.town, []
    said = {"words": names["about"], "author_name": names["by"], "language": "sv"}
    for who, side in (("V1", "for"), ("V2", "for"), ("V1", "against"), ("V2", "question")):
        key = {
            "Authorization": f"Bearer {(await ground.sign_in(who))['civic']}",
            "Idempotency-Key": f"{who}-{side}-key",
        }
        answer = await town.client.post(f"{path}/arguments", json=said | {"side": side}, headers=key)
        assert answer.status_code == 201, answer.text
        made.append(f"/api/arguments/{answer.json()['id']}")
    key["Authorization"] = f"Bearer {(await ground.sign_in('V0'))['civic']}"
    assert (await town.client.post(f"{made[3]}/answers", json=said, headers=key)).status_code == 201
    await town.act("POST", f"{made[0]}/official-answer", json={"words": names["about"], "language": "sv"})
    await town.act("POST", f"{made[1]}/review", json={"state": "hidden", "ground": "hate"})
    assert (await town.client.post(f"{made[2]}/reports", json={"ground": "advertising"})).status_code == 204


async def _voted(ground: Ground) -> None:
    """Twenty residents vote within a minute, which the fraud desk finds unusual; some of them are set aside."""
    for number in range(20):
        voter = await ground.voter(f"V{number}", 1)
        assert (await voter.cast(number % 3 + 1)).status_code == 201
    lines = (await ground.town.act("GET", f"/api/rounds/{ground.id}/desk"))["lines"]
    sent = {"line": lines[0]["line"], "reason": "All of them within one minute."}
    await ground.town.act("POST", f"/api/rounds/{ground.id}/quarantines", json=sent)


async def _on_paper(ground: Ground, names: dict[str, str]) -> Booth:
    """A booth where two clerks read one sheet alike and another differently."""
    tokens = {"Dagny": ground.town.officer_token, "Gunnar": await ground.town.second()}
    booth = await open_booth(ground, names["place"], names["place"], tokens)
    assert (await booth.mark("V22", ground.pots[1:])).status_code == 201
    for number, read in ((1, (1, 1)), (2, (1, 2))):
        for clerk, choice in zip(tokens, read, strict=True):
            body = {"pot_id": ground.pots[1], "number": number, "choices": [choice]}
            assert (await booth.send("POST", "/entries", body, clerk)).status_code == 201
    return booth


async def _watched(ground: Ground, names: dict[str, str]) -> None:
    """An auditor and one who was revoked, a webhook where nobody listens and one that was never posted to."""
    for number, recipient in enumerate(RECIPIENTS):
        sent = {"name": f"{names['by']} {number}"[:120], "recipient": recipient}
        named = await ground.town.act("POST", f"/api/rounds/{ground.id}/auditors", json=sent)
    await ground.officer("DELETE", f"auditors/{named[-1]['id']}")
    await ground.town.act("POST", "/api/head-webhooks", json={"address": "http://127.0.0.1:1/heads"})
    await ground.town.work("spread")
    address = f"https://observers.example/{LONG}"[:500]
    await ground.town.act("POST", "/api/head-webhooks", json={"address": address})


async def _disputed(ground: Ground, names: dict[str, str]) -> None:
    """Somebody appeals, an officer asks for another's confirmation, and one proposal waits for the ballot."""
    words = {"words": names["about"], "language": "sv", "pot_id": ground.pots[0]}
    answer = await ground.town.client.post(f"/api/rounds/{ground.id}/appeals", json=words)
    assert answer.status_code == 201, answer.text
    await ground.ask("close-early")
