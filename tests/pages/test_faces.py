"""What residents find beside their way to the ballot: the house's statements, languages, municipalities, proposals."""

from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from service.languages import COOKIE, LANGUAGES
from tests.pages.test_resident import in_phase, signed_in
from tests.pages.visitor import Visit, Visitor
from tests.town import Ground, Town


def links(visit: Visit) -> dict[str, str]:
    """Where the links of a page lead, by their text."""
    return {each.text: each["href"] for each in visit.page.all("a")}


def titles(visit: Visit) -> list[str]:
    """The proposals on a page of the list, in their order."""
    return [each.text for each in visit.page.all("h2") if each["class"] == "h3"]


@pytest.fixture
async def square(town: Town, db: asyncpg.Connection) -> Ground:
    """A round that takes proposals, with sixty of them: lamps in the north, benches in the south."""
    ground = await in_phase(town, "proposing")
    await db.executemany(
        "insert into civic.proposal (round_id, author, author_name, title, about, language, area)"
        " values ($1, decode(repeat('ab', 32), 'hex'), 'Amina', $2, $3, 'sv', $4)",
        [
            (ground.id, f"Lampor vid stigen {at}", "Ljusare 100%.", "North")
            if at % 2
            else (ground.id, f"Parkbänkar {at}", "Att sitta.", "South")
            for at in range(60)
        ],
    )
    return ground


@pytest.mark.parametrize(("name", "title"), [("Accessibility", "Accessibility"), ("Privacy", "Privacy")])
async def test_every_page_leads_to_the_statements(visitor: Visitor, name: str, title: str) -> None:
    """From the foot of a page."""
    front = await visitor.open("/")
    assert (await visitor.open(links(front)[name])).title == title


async def test_privacy_tells_of_traces_only_where_they_are_kept(town: Town, visitor: Visitor) -> None:
    """A house without them does not say that it has them."""
    seen = await visitor.open("/privacy")
    assert ("After 24 hours this is deleted." in seen.text) is town.settings.traces


async def test_a_page_keeps_what_was_asked_in_every_language(visitor: Visitor) -> None:
    """The links to other languages lead to the same place of the same page."""
    seen = await visitor.open("/receipts?commitment=abc&lang=en")
    assert links(seen)["Svenska"] == "?commitment=abc&lang=sv"


async def test_an_answer_to_a_form_offers_no_language(town: Town, visitor: Visitor) -> None:
    """It has no address, so a link would lose what it holds."""
    ground = await town.open_round()
    seen = await signed_in(visitor, ground)
    assert not links(seen).keys() & {language.name for language in LANGUAGES.values()}


async def test_no_cookie_is_set_before_a_language_is_chosen(town: Town, visitor: Visitor) -> None:
    """And then one that holds it and nothing else."""
    await visitor.open("/", **{"Accept-Language": "en"})
    assert not town.client.cookies
    await visitor.open("/?lang=en")
    assert dict(town.client.cookies) == {COOKIE: "en"}


async def test_a_municipality_has_a_page(town: Town, visitor: Visitor) -> None:
    """A round that is open stands there, and leads there."""
    ground = await town.open_round()
    seen = await visitor.open(f"/rounds/{ground.id}")
    place = await visitor.open(links(seen)["Hagaby"])
    assert place.title == "Hagaby"
    assert f"/rounds/{ground.id}/sign-in" in links(place).values()
    assert "No outcome has been published yet." in place.text


async def test_a_municipality_tells_what_was_decided(town: Town, visitor: Visitor) -> None:
    """How many projects get how much, once it is published and not before."""
    ground = await town.open_round()
    await (await ground.voter("AMINA-1")).cast(1)
    await ground.count()
    address = links(await visitor.open(f"/rounds/{ground.id}"))["Hagaby"]
    assert "get" not in (await visitor.open(address)).text.partition("What was decided")[2]
    await ground.publish()
    assert "3 projects get 900 kr together." in (await visitor.open(address)).text.replace("\xa0", " ")


async def test_the_front_page_names_municipalities_when_there_are_several(town: Town, visitor: Visitor) -> None:
    """One needs no list of one."""
    await town.open_round()
    assert "Municipalities" not in (await visitor.open("/")).text
    town.officer_token = ""
    await town.hire("Eskil", "Ängsby")
    await (await town.draw_round()).officer("POST", "announcement")
    assert "Municipalities Hagaby Ängsby" in (await visitor.open("/")).text


async def test_a_municipality_without_a_round_has_no_page(visitor: Visitor) -> None:
    """Its name would tell of a draft."""
    assert (await visitor.open("/municipalities/00000000-0000-0000-0000-000000000000")).status == 404


async def test_proposals_are_found_by_words(square: Ground, visitor: Visitor) -> None:
    """In title or text, all of them, in any case; signs of patterns are signs."""
    await visitor.open(f"/rounds/{square.id}/proposals")
    assert len(titles(await visitor.press("Search", q="STIGEN ljusare"))) == 30
    assert titles(await visitor.press("Search", q="stigen 0_")) == []
    assert len(titles(await visitor.press("Search", q="100%"))) == 30


async def test_proposals_are_found_by_area(square: Ground, visitor: Visitor) -> None:
    """Those of one area only."""
    await visitor.open(f"/rounds/{square.id}/proposals")
    seen = await visitor.press("Search", area="South")
    assert len(titles(seen)) == 30
    assert all(title.startswith("Parkbänkar") for title in titles(seen))


async def test_pages_of_proposals_are_whole(square: Ground, visitor: Visitor) -> None:
    """Fifty on the first, the others on the next, none twice, in the order of the first page's seed."""
    first = await visitor.open(f"/rounds/{square.id}/proposals")
    more = links(first)["More proposals"]
    second = await visitor.open(more)
    assert (len(titles(first)), len(titles(second))) == (50, 10)
    assert len({*titles(first), *titles(second)}) == 60
    seed = parse_qs(urlsplit(more).query)["seed"][0]
    assert titles(await visitor.open(f"/rounds/{square.id}/proposals?seed={seed}")) == titles(first)


async def test_another_seed_is_another_order(square: Ground, visitor: Visitor) -> None:
    """So that no proposal is always first."""
    orders = [titles(await visitor.open(f"/rounds/{square.id}/proposals?seed={seed}")) for seed in (1, 2)]
    assert orders[0] != orders[1]


async def own_order(visitor: Visitor, ground: Ground, who: str) -> list[str]:
    """The proposals in the order in which somebody sees them who signed in."""
    await signed_in(visitor, ground, who)
    first = await visitor.press("Choose a proposal")
    return titles(first) + titles(await visitor.press("More proposals"))


async def test_everybody_who_signed_in_has_an_order_of_their_own_that_stays(square: Ground, visitor: Visitor) -> None:
    """Over all pages, and at the next sign-in as well."""
    amina, bjorn, again = [await own_order(visitor, square, who) for who in ("AMINA-1", "BJORN-2", "AMINA-1")]
    assert (amina == again, amina == bjorn, sorted(amina) == sorted(bjorn), len({*amina})) == (True, False, True, 60)


async def test_a_likeness_is_shown_before_a_proposal_is_sent(square: Ground, visitor: Visitor) -> None:
    """Five of them, once, with everything written still there; then it can be sent anyway."""
    await signed_in(visitor, square)
    await visitor.press("Write a proposal")
    shown = await visitor.press("Put it forward", title="Parkbänkarna", about="Vid ån.", author_name="Björn")
    assert "Is it one of these?" in shown.text
    assert len([text for text in links(shown) if text.startswith("Parkbänkar")]) == 5
    assert (await visitor.press("Put it forward all the same")).title == "Your proposal was put forward"


async def test_a_proposal_like_no_other_is_sent_at_once(square: Ground, visitor: Visitor) -> None:
    """Short words and one of many in common make no likeness."""
    await signed_in(visitor, square)
    await visitor.press("Write a proposal")
    sent = await visitor.press(
        "Put it forward", title="Bastu vid sjön, öppen varje lördag", about="Varm.", author_name="Björn"
    )
    assert sent.title == "Your proposal was put forward"


async def test_turnout_is_live_while_voting_is_open_and_at_no_other_time(town: Town, visitor: Visitor) -> None:
    """One script reads the page again; afterwards there is nothing to wait for, and none."""
    ground = await town.open_round()
    seen = await visitor.open(f"/rounds/{ground.id}")
    assert [part["id"] for part in seen.page.walk() if "data-live" in part.attributes] == [f"turnout-{ground.pot}"]
    assert [script["src"].partition("?")[0] for script in seen.page.all("script")] == ["/static/live.js"]
    await ground.close()
    assert not (await visitor.open(f"/rounds/{ground.id}")).page.all("script")
