"""Residents read a round in their language and its originals with one tap; officers translate on one page."""

import gzip
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import asyncpg
from pypdf import PdfReader

from schema.database import connect
from service.rights import OfficerRole
from service.verbs.printing import print_pot
from tests.builders import proposal
from tests.inspector import Element
from tests.pages.test_house import CANARY
from tests.pages.test_resident import expired, hidden, in_phase, signed_in
from tests.pages.visitor import Visit, Visitor, filled
from tests.service.test_deliveries import published, tell
from tests.service.test_themes import propose
from tests.service.test_translations import ARABIC, drawn, original_of, project_of, put
from tests.town import PASSWORD, Ground, Town, moment, pot

ROUND, POT = "شارعنا", "الصندوق الكبير"
NORTH, PLAY = "الشمال", "اللعب"
FOUNTAIN = "نافورة"
TOGGLE = "أظهر النص الأصلي"
BACK = "أظهر الترجمة"


async def translated(town: Town) -> Ground:
    """An open round of which name, pot and first project are translated into Arabic."""
    ground = await drawn(town)
    await put(town, "round", ground.id, title=ROUND, about="وصف")
    await put(town, "pot", ground.pot, title=POT)
    await put(town, "project", await project_of(ground), **ARABIC)
    await ground.officer("POST", "schedule")
    return ground


def said(seen: Visit, text: str) -> Element:
    """The innermost element of the page that holds just this text."""
    return [each for each in seen.page.all("main")[0].walk() if each.text == text][-1]


async def at_arabic_ballot(visitor: Visitor, ground: Ground) -> Visit:
    """Amina with the ballot open, who reads Arabic."""
    await visitor.open(f"/rounds/{ground.id}/sign-in?lang=ar")
    assert visitor.seen is not None
    form = next(each for each in visitor.seen.page.all("form") if each["action"].endswith("/sign-in"))
    fields = dict(filled(form)) | {"code": ground.town.codes["AMINA-1"]}
    opened = await visitor.send(form["action"], list(fields.items()))
    form = next(each for each in opened.page.all("form") if each["action"].endswith("/ballot"))
    return await visitor.send(form["action"], filled(form))


async def test_a_round_is_read_in_its_readers_language(town: Town, visitor: Visitor) -> None:
    """What is translated is in the page's language; what is not says in which it is."""
    ground = await translated(town)
    seen = await visitor.open(f"/rounds/{ground.id}?lang=ar")
    assert seen.title == ROUND
    assert "lang" not in seen.page.all("h1")[0].attributes
    assert said(seen, ARABIC["title"])["lang"] == ""
    assert said(seen, "Project 2")["lang"] == "en"


async def test_the_original_is_one_tap_away_and_so_is_the_way_back(town: Town, visitor: Visitor) -> None:
    """The page says who translated, from which language, and keeps its own words as they are."""
    ground = await translated(town)
    seen = await visitor.open(f"/rounds/{ground.id}?lang=ar")
    (link,) = [each for each in seen.page.all("a") if TOGGLE in each.text]
    assert link.text == f"{TOGGLE} (الإنجليزية)"
    original = await visitor.open(f"/rounds/{ground.id}{link['href']}")
    assert (original.title, original.page.all("h1")[0]["lang"]) == ("Our street 2026", "en")
    assert original.page.all("html")[0]["lang"] == "ar"
    (link,) = [each for each in original.page.all("a") if each.text == BACK]
    assert (await visitor.open(f"/rounds/{ground.id}{link['href']}")).title == ROUND


async def test_who_reads_the_rounds_own_language_sees_no_translation(town: Town, visitor: Visitor) -> None:
    """Nor a word about any."""
    ground = await translated(town)
    seen = await visitor.open(f"/rounds/{ground.id}")
    assert seen.title == "Our street 2026"
    assert "Translated by" not in seen.text


async def test_names_of_rounds_are_translated_where_they_are_listed(town: Town, visitor: Visitor) -> None:
    """On the front page and on the municipality's."""
    ground = await translated(town)
    place = (await ground.officer("GET", "draft"))["round"]["municipality_id"]
    for path in ("/", f"/municipalities/{place}"):
        assert ROUND in (await visitor.open(f"{path}?lang=ar")).text
        assert ROUND not in (await visitor.open(f"{path}?lang=ar&original=yes")).text


async def test_a_ballot_is_read_in_either_and_loses_no_choice(town: Town, visitor: Visitor) -> None:
    """The button beside the languages shows the originals with the same boxes ticked, on to the look before casting."""
    ground = await translated(town)
    ballot = await at_arabic_ballot(visitor, ground)
    assert (POT in ballot.title, ARABIC["title"] in ballot.text) == (True, True)
    original = await visitor.press(TOGGLE, ticks=[1, 2])
    assert (original.checked(), ARABIC["title"] in original.text) == (["1", "2"], False)
    assert said(original, "Project 1")["lang"] == "en"
    assert original.page.all("html")[0]["lang"] == "ar"
    form, _button = original.form(BACK)
    look = await visitor.send(form["action"], [*filled(form), ("press", "review")])
    assert "Project 1" in look.text
    again = await visitor.press(BACK)
    assert ARABIC["title"] in again.text
    form = next(each for each in again.page.all("form") if each["action"].endswith("/ballots"))
    receipt = await visitor.send(form["action"], filled(form))
    assert POT in receipt.text
    assert (await (await ground.voter("AMINA-1")).ballot()).json()["choices"] == [1, 2]


async def test_the_wish_for_originals_outlives_a_new_sign_in(town: Town, visitor: Visitor) -> None:
    """The choices come back on the ballot as it was read."""
    ground = await translated(town)
    await at_arabic_ballot(visitor, ground)
    original = await visitor.press(TOGGLE, ticks=[1])
    form, _button = original.form(BACK)
    late = expired(town, hidden(original, "pass"))
    fields = [(name, late if name == "pass" else value) for name, value in filled(form)]
    asked = await visitor.send(form["action"], [*fields, ("press", "review")])
    form = next(each for each in asked.page.all("form") if each["action"].endswith("/sign-in"))
    fields = [(name, town.codes["AMINA-1"] if name == "code" else value) for name, value in filled(form)]
    back = await visitor.send(form["action"], fields)
    assert (back.checked(), "Project 1" in back.text) == (["1"], True)


async def test_a_correction_is_told_to_voters_with_its_time(town: Town, visitor: Visitor) -> None:
    """Beside the project whose words were changed, and beside no other."""
    ground = await translated(town)
    await put(town, "project", await project_of(ground), title="آخر", about=ARABIC["about"], revision=1)
    ballot = await at_arabic_ballot(visitor, ground)
    told = [each.text for each in ballot.page.all("li") if "صُحّحت هذه الترجمة في" in each.text]
    assert ["آخر" in each for each in told] == [True]
    await visitor.open(f"/rounds/{ground.id}?lang=en")


async def test_a_changed_original_is_told_to_voters(town: Town, visitor: Visitor) -> None:
    """Two officers corrected the original, and nobody has looked at its translation since."""
    ground = await translated(town)
    project = await project_of(ground)
    await ground.decide("correct", project_id=project, title="Project one", about="More of it.")
    ballot = await at_arabic_ballot(visitor, ground)
    assert ballot.text.count("تغيّر النص الأصلي بعد ترجمته.") == 1


async def test_results_are_read_in_their_readers_language(town: Town, visitor: Visitor) -> None:
    """A page that is kept in memory is another one when a translation is."""
    ground = await published(town)
    address = f"/pots/{ground.pot}/results"
    before = await visitor.open(f"{address}?lang=ar")
    await put(town, "project", await project_of(ground), title=FOUNTAIN)
    after = await visitor.open(f"{address}?lang=ar")
    original = await visitor.open(f"{address}?lang=ar&original=yes")
    found = [FOUNTAIN in seen.text for seen in (before, after, original)]
    assert found == [False, True, False]
    assert said(after, "Project 2")["lang"] == "en"


async def test_delivery_and_the_feed_are_read_in_their_readers_language(town: Town, visitor: Visitor) -> None:
    """What was told as well as of what; the feed marks what is in another language."""
    ground = await published(town)
    told = (await tell(ground)).json()["id"]
    address, news = f"/rounds/{ground.id}/delivery", f"/rounds/{ground.id}/news.atom?lang=ar"
    untold = ElementTree.fromstring((await town.client.get(news)).content)
    await put(town, "project", await project_of(ground), title=ARABIC["title"])
    await put(town, "delivery", told, about="تم الحفر.")
    seen = await visitor.open(f"{address}?lang=ar")
    assert (ARABIC["title"] in seen.text, "تم الحفر." in seen.text) == (True, True)
    feed = (await town.client.get(news)).text
    assert f"{ARABIC['title']}: " in feed
    languages = [each.get("{http://www.w3.org/XML/1998/namespace}lang") for each in untold.iter()]
    assert "en" in languages


async def made(town: Town, ground: Ground) -> str:
    """A Swedish proposal in a round."""
    db = await asyncpg.connect(town.settings.database_url)
    found = await proposal(db, UUID(ground.id))
    await db.close()
    return str(found)


async def test_proposals_are_read_in_their_readers_language(town: Town, visitor: Visitor) -> None:
    """One by one and in the list, where words of a translation find them as well."""
    ground = await in_phase(town, "supporting")
    of_id = await made(town, ground)
    await put(town, "proposal", of_id, **ARABIC)
    listed = f"/rounds/{ground.id}/proposals"
    for path in (f"/proposals/{of_id}?", f"{listed}?", f"{listed}?q={ARABIC['title']}&"):
        assert ARABIC["title"] in (await visitor.open(f"{path}lang=ar")).text
        assert "original=yes" in "".join(each["href"] for each in visitor.seen.page.all("a")) if visitor.seen else False
    original = await visitor.open(f"/proposals/{of_id}?original=yes&lang=ar")
    assert original.page.all("h1")[0]["lang"] == "sv"


async def named(town: Town, **changes: Any) -> Ground:
    """A round of which one area and one theme are called something in Arabic."""
    ground = await drawn(town, areas=["North", "South"], themes=["Play"], **changes)
    await put(town, "area", await original_of(ground, "area"), title=NORTH)
    await put(town, "theme", await original_of(ground, "theme"), title=PLAY)
    return ground


async def test_areas_and_themes_are_sought_in_their_readers_language(town: Town, visitor: Visitor) -> None:
    """What the form sends stays what the round calls them."""
    ground = await named(town, proposing_at=moment(), voting_at=moment(timedelta(days=1)))
    await ground.officer("POST", "announcement")
    seen = await visitor.open(f"/rounds/{ground.id}/proposals?lang=ar")
    options = {each["value"]: each.text for each in seen.page.all("option")}
    assert (options["North"], options["South"], options["Play"]) == (NORTH, "South", PLAY)


async def test_a_proposal_shows_its_area_and_theme_in_its_readers_language(town: Town, visitor: Visitor) -> None:
    """Or as the round calls them, for whoever wants the originals."""
    ground = await named(town, proposing_at=moment(), voting_at=moment(timedelta(days=1)))
    await ground.officer("POST", "announcement")
    of_id = (await propose(ground, area="North", theme="Play")).json()["id"]
    seen = await visitor.open(f"/proposals/{of_id}?lang=ar")
    assert (NORTH in seen.text, PLAY in seen.text, "North" in seen.text) == (True, True, False)
    original = await visitor.open(f"/proposals/{of_id}?lang=ar&original=yes")
    assert ("North" in original.text, NORTH in original.text) == (True, False)


async def test_a_pot_says_whom_it_asks_with_areas_in_its_readers_language(town: Town, visitor: Visitor) -> None:
    """On the round's page."""
    ground = await named(town, pots=[pot(areas=["North"])])
    await ground.officer("POST", "schedule")
    assert NORTH in (await visitor.open(f"/rounds/{ground.id}?lang=ar")).text


async def test_a_ballot_on_paper_is_read_in_its_language(town: Town) -> None:
    """Name of the pot and titles of its projects."""
    ground = await drawn(town)
    await put(town, "pot", ground.pot, "da", title="Den store pulje")
    await put(town, "project", await project_of(ground), "da", title="Et springvand")
    box = await connect(town.settings.database_url, "byalag_box")
    printed = await print_pot(box, UUID(ground.id), UUID(ground.pot), "da")
    await box.close()
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(printed)).pages)
    assert ("Den store pulje" in text, "Et springvand" in text, "Project 2" in text) == (True, True, True)


async def test_whoever_supports_reads_either_and_stays_there(town: Town, visitor: Visitor) -> None:
    """The button shows the originals, and supporting keeps to them."""
    ground = await in_phase(town, "supporting")
    await put(town, "proposal", await made(town, ground), "en", title="A fountain", about="For all of us.")
    seen = [await signed_in(visitor, ground)]
    seen += [await visitor.press(each) for each in ("Show the original", "Support", "Show the translation")]
    assert ["A fountain" in each.text for each in seen] == [True, False, False, True]


async def test_a_translation_is_text(town: Town, visitor: Visitor) -> None:
    """No markup of an officer's is one."""
    ground = await drawn(town)
    await put(town, "round", ground.id, title=CANARY, about=CANARY)
    await put(town, "project", await project_of(ground), title=CANARY, about=CANARY)
    await ground.officer("POST", "schedule")
    for seen in (await visitor.open(f"/rounds/{ground.id}?lang=ar"), await at_arabic_ballot(visitor, ground)):
        assert "<script>" not in seen.html
        assert CANARY in seen.text


async def test_a_hundred_translated_projects_are_no_heavier_than_their_originals_may_be(
    town: Town, visitor: Visitor
) -> None:
    """At most 60 kB, because no page holds both."""
    ground = await town.draw_round(100)
    db = await asyncpg.connect(town.settings.database_url)
    await db.execute(
        "update box.project set about = (select string_agg(md5(number || '-' || n), ' ') from generate_series(1, 8) n)"
    )
    await db.execute(
        "insert into box.translation (round_id, project_id, language, title, about, original, translated_by)"
        " select round_id, id, 'ar', 'مشروع رقم ' || number, reverse(about), sha256('x'), 'Dagny' from box.project"
    )
    await db.close()
    await ground.officer("POST", "schedule")
    ballot = await at_arabic_ballot(visitor, ground)
    assert ballot.text.count("مشروع رقم") >= 100
    assert len(gzip.compress(ballot.html.encode())) <= 60_000


# The officers' page


def card(seen: Visit, of_id: str) -> Element:
    """The card of a text."""
    return next(each for each in seen.page.all("article") if each["id"] == f"t-{of_id}")


async def written(visitor: Visitor, seen: Visit, of_id: str, press: str = "save", **typed: str) -> Visit:
    """Fill in the form of a text and press one of its buttons."""
    form = card(seen, of_id).all("form")[0]
    fields = dict(filled(form)) | typed | {"press": press}
    return await visitor.send(form["action"], list(fields.items()))


def lacks(seen: Visit) -> str:
    """What the page says of Arabic at a glance."""
    return next(each.text for each in seen.page.all("li") if each.text.startswith("Arabic")).replace("\xa0", " ")


async def test_an_officer_translates_and_sees_what_is_missing(town: Town, dagny: Visitor) -> None:
    """The original beside its form; who saved it and when stands there afterwards."""
    ground = await drawn(town)
    seen = await dagny.open(f"/officer/rounds/{ground.id}/translations?language=ar")
    before = lacks(seen)
    assert "Our street 2026" in card(seen, ground.id).text
    saved = await written(dagny, seen, ground.id, title=ROUND, about="وصف")
    assert "The translation is saved." in saved.text
    assert "Translated by Dagny" in card(saved, ground.id).text
    assert (before, lacks(saved)) == ("Arabic: 7 texts missing", "Arabic: 5 texts missing")
    assert (await dagny.open(f"/rounds/{ground.id}")).status == 404


async def test_names_of_places_can_be_translated_and_are_not_missed(town: Town, dagny: Visitor) -> None:
    """They come last, and say that they may stay as they are."""
    ground = await drawn(town, areas=["North"])
    seen = await dagny.open(f"/officer/rounds/{ground.id}/translations?language=ar")
    last = seen.page.all("article")[-1]
    assert last.text.startswith("Area The original (English) North The name of a place may stay as it is")


async def test_the_rounds_page_leads_to_its_translations(town: Town, dagny: Visitor) -> None:
    """Officers find them where the round is."""
    ground = await drawn(town)
    links = [each["href"] for each in (await dagny.open(f"/officer/rounds/{ground.id}")).page.all("a")]
    assert f"/officer/rounds/{ground.id}/translations" in links


async def test_an_officer_removes_before_voting_and_not_after(town: Town, dagny: Visitor) -> None:
    """After it has opened there is no button for it."""
    ground = await drawn(town)
    project = await project_of(ground)
    await put(town, "round", ground.id, **ARABIC)
    await put(town, "project", project, **ARABIC)
    seen = await dagny.open(f"/officer/rounds/{ground.id}/translations?language=ar")
    removed = await written(dagny, seen, ground.id, "remove")
    assert "The translation is removed." in removed.text
    await ground.officer("POST", "schedule")
    opened = await dagny.open(f"/officer/rounds/{ground.id}/translations?language=ar")
    assert not [each for each in opened.buttons if each.startswith("Remove")]
    refused = await written(dagny, removed, project, "remove")
    assert (refused.status, "cannot be removed" in refused.alert) == (409, True)


async def test_a_refused_translation_keeps_what_was_written(town: Town, dagny: Visitor) -> None:
    """One that says nothing is told so; the other text is still there."""
    ground = await drawn(town)
    seen = await dagny.open(f"/officer/rounds/{ground.id}/translations?language=ar")
    refused = await written(dagny, seen, ground.id, title="x" * 201, about="وصف")
    assert (refused.status, "the title is longer than 200 signs" in refused.alert) == (400, True)
    assert card(refused, ground.id).all("textarea")[0].text == "وصف"
    empty = await written(dagny, seen, ground.id)
    assert (empty.status, "a translation has a title, a description, or both" in empty.alert) == (400, True)


async def test_who_comes_second_sees_both_and_can_save_hers(town: Town, dagny: Visitor) -> None:
    """Nothing that either wrote is lost without being seen."""
    ground = await drawn(town)
    seen = await dagny.open(f"/officer/rounds/{ground.id}/translations?language=ar")
    await put(town, "round", ground.id, **ARABIC)
    late = await written(dagny, seen, ground.id, title=ROUND, about="وصف")
    form = card(late, ground.id)
    assert (late.status, form.all("input")[-1]["value"], ARABIC["title"] in form.text) == (409, ROUND, True)
    saved = await written(dagny, late, ground.id)
    assert card(saved, ground.id).all("textarea")[0].text == "وصف"


async def test_a_stale_translation_is_marked_for_officers(town: Town, dagny: Visitor) -> None:
    """Until it is saved again."""
    ground = await drawn(town)
    project = await project_of(ground)
    await put(town, "project", project, **ARABIC, original="ab" * 32)
    seen = await dagny.open(f"/officer/rounds/{ground.id}/translations?language=ar")
    assert "the original has changed since" in card(seen, project).text
    saved = await written(dagny, seen, project)
    assert "the original has changed since" not in card(saved, project).text


async def test_proposals_have_a_list_of_their_own(town: Town, dagny: Visitor) -> None:
    """With what they lack, and without those that are in the language already."""
    ground = await in_phase(town, "proposing")
    of_id = await made(town, ground)
    address = f"/officer/rounds/{ground.id}/translations"
    seen = await dagny.open(f"{address}?language=ar&of=proposals")
    saved = await written(dagny, seen, of_id, **ARABIC)
    assert (saved.status, "Proposals (0)" in saved.text) == (200, True)
    assert "Proposals (2)" in (await dagny.open(f"{address}?language=so&of=proposals")).text
    swedish = await dagny.open(f"{address}?language=sv&of=proposals")
    assert "There is nothing to translate into this language." in swedish.text


async def test_an_auditor_reads_and_has_no_form(town: Town, visitor: Visitor) -> None:
    """Only who runs rounds translates."""
    ground = await drawn(town)
    await put(town, "round", ground.id, **ARABIC)
    auditor: OfficerRole = "auditor"
    await town.hire("Ingrid", roles=(auditor,))
    await visitor.open("/officer")
    await visitor.press("Sign in", name="Ingrid", password=PASSWORD)
    seen = await visitor.open(f"/officer/rounds/{ground.id}/translations?language=ar")
    assert (seen.status, seen.buttons, ARABIC["title"] in seen.text) == (200, [], True)


async def test_a_draft_says_what_it_is_written_in(town: Town, dagny: Visitor) -> None:
    """The form begins with what the house speaks, and keeps what was chosen."""
    form, _button = (await dagny.open("/officer/rounds/new")).form("Draft the round")
    assert dict(filled(form))["language"] == "en"
    ground = await drawn(town, language="sv")
    form, _button = (await dagny.open(f"/officer/rounds/{ground.id}/draft")).form("Save the round")
    fields: dict[str, Any] = dict(filled(form))
    assert fields["language"] == "sv"
    await dagny.send(form["action"], list((fields | {"language": "da"}).items()))
    assert (await ground.officer("GET", "draft"))["round"]["language"] == "da"


async def test_a_project_says_when_it_is_written_in_another_language(town: Town, visitor: Visitor) -> None:
    """On the ballot of a Danish round it is marked as what it is."""
    ground = await drawn(town, language="da")
    project = await project_of(ground)
    words = {"pot_id": ground.pot, "title": "Bänkar", "cost": 1000, "language": "sv"}
    await town.act("PUT", f"/api/projects/{project}", json=words)
    await ground.officer("POST", "schedule")
    seen = await visitor.open(f"/rounds/{ground.id}?lang=en")
    assert (said(seen, "Bänkar")["lang"], said(seen, "Project 2")["lang"]) == ("sv", "da")
