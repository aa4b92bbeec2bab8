"""Pictures on pages: added by their author without script, and shown to everybody."""

from typing import Any

from tests.pages.test_resident import expired, hidden, in_phase, signed_in
from tests.pages.visitor import Visit, Visitor
from tests.people import owner
from tests.service.test_pictures import picture
from tests.service.test_reviews import HIDE
from tests.town import PASSWORD, Ground, Town

WROTE: dict[str, Any] = {"title": "Bänkar", "about": "Vid ån.", "author_name": "Amina"}


async def proposed(town: Town, visitor: Visitor) -> tuple[Ground, str]:
    """Amina put a proposal forward and is asked for pictures; the address of its page."""
    ground = await in_phase(town, "proposing")
    await signed_in(visitor, ground)
    await visitor.press("Write a proposal")
    sent = await visitor.press("Put it forward", **WROTE)
    return ground, next(each["href"] for each in sent.page.all("a") if each.text == "Bänkar")


async def add(visitor: Visitor, content: bytes, **typed: Any) -> Visit:
    """Fill in the form for a picture."""
    return await visitor.press("Add the picture", files={"picture": content}, **typed)


def images(seen: Visit) -> list[Any]:
    """The pictures of a page."""
    return [each for each in seen.page.all("img") if "/pictures/" in each["src"]]


async def test_a_picture_is_added_right_after_a_proposal(town: Town, visitor: Visitor) -> None:
    """And everybody sees it on the proposal's page, at a size that the page knows, with its description."""
    _ground, path = await proposed(town, visitor)
    await visitor.press("Add pictures")
    seen = await add(visitor, picture(size=(200, 100)), alt="En tom gräsmatta")
    assert "The picture is added." in seen.text
    (shown,) = images(await visitor.open(path))
    assert (shown["alt"], shown["width"], shown["height"]) == ("En tom gräsmatta", "200", "100")
    assert (await town.client.get(shown["src"])).headers["content-type"] == "image/jpeg"


async def test_the_first_picture_is_loaded_at_once_and_the_others_when_they_are_near(
    town: Town, visitor: Visitor
) -> None:
    """Nobody pays for what is not looked at."""
    _ground, path = await proposed(town, visitor)
    await visitor.press("Add pictures")
    for shade in (0, 90, 180):
        last = await add(visitor, picture(colour=(shade, 0, 0)), alt=f"Shade {shade}")
    assert "Add the picture" not in last.buttons
    assert "There is room for 3 pictures" in last.text
    assert [each["loading"] for each in images(await visitor.open(path))] == ["", "lazy", "lazy"]


async def test_the_list_shows_a_small_picture(town: Town, visitor: Visitor) -> None:
    """The first one."""
    ground, _path = await proposed(town, visitor)
    await visitor.press("Add pictures")
    await add(visitor, picture(size=(1000, 500)), alt="En bänk")
    (shown,) = images(await visitor.open(f"/rounds/{ground.id}/proposals"))
    assert shown["src"].endswith("-small.jpg")
    assert (shown["width"], shown["height"]) == ("480", "240")


async def test_a_picture_that_is_refused_keeps_its_description(town: Town, visitor: Visitor) -> None:
    """What is no picture, and what is too large, is said in a sentence beside the form."""
    await proposed(town, visitor)
    await visitor.press("Add pictures")
    wrong = await add(visitor, b"no picture", alt="En bänk")
    assert (wrong.status, "choose a JPEG, PNG or WebP" in wrong.alert) == (400, True)
    large = await add(visitor, picture() + bytes(9 * 1024 * 1024))
    assert (large.status, "8 megabytes" in large.alert) == (413, True)
    assert (await add(visitor, picture())).status == 200
    assert "En bänk" in images(visitor.seen)[0]["alt"]  # type: ignore[arg-type]  # there is a page


async def test_a_picture_beyond_all_measure_is_refused_in_a_sentence(town: Town, visitor: Visitor) -> None:
    """It is not read to its end, so the page leads back."""
    _ground, path = await proposed(town, visitor)
    await visitor.press("Add pictures")
    seen = await add(visitor, bytes(17 * 1024 * 1024), alt="En bänk")
    assert (seen.status, seen.title) == (413, "The picture is too large")
    assert path in {each["href"] for each in seen.page.all("a")}


async def test_the_other_forms_take_no_more_than_before(town: Town, visitor: Visitor) -> None:
    """A picture has room, and nothing else has."""
    _ground, path = await proposed(town, visitor)
    form = await visitor.press("Add pictures")
    fields = [("pass", hidden(form, "pass")), ("name", "x" * 300_000)]
    assert (await visitor.send(f"{path}/pictures/removal", fields)).status == 413


async def test_a_description_is_needed(town: Town, visitor: Visitor) -> None:
    """For those who do not see it."""
    await proposed(town, visitor)
    await visitor.press("Add pictures")
    seen = await add(visitor, picture(), alt=" ")
    assert (seen.status, "the description of the picture" in seen.alert) == (400, True)
    assert not images(seen)


async def test_without_a_file_the_form_comes_back(town: Town, visitor: Visitor) -> None:
    """And says that none was chosen."""
    await proposed(town, visitor)
    form = await visitor.press("Add pictures")
    texts = {"pass": hidden(form, "pass"), "alt": "En bänk"}
    address = next(each["action"] for each in form.page.all("form") if each["enctype"])
    sent = {name: (None, text.encode()) for name, text in texts.items()}
    answer = await town.client.post(address, files=sent, headers={"Accept": "text/html"})
    seen = Visit(answer)
    assert (seen.status, "no file was chosen" in seen.alert) == (400, True)
    assert 'value="En bänk"' in seen.html


async def test_a_picture_is_deleted(town: Town, visitor: Visitor) -> None:
    """From the page of what one can do, later on."""
    ground, path = await proposed(town, visitor)
    await visitor.press("Add pictures")
    await add(visitor, picture(), alt="En bänk")
    begun = "proposing_at = now() - interval '2 days', reviewing_at = null, supporting_at = now()"
    await owner(town, f"update box.round set {begun}")
    await signed_in(visitor, ground)
    await visitor.press("Pictures: delete")
    seen = await visitor.press("Delete")
    assert "The picture is deleted." in seen.text
    assert "Add the picture" not in seen.buttons
    assert not images(await visitor.open(path))


async def test_an_ended_sign_in_keeps_the_description(town: Town, visitor: Visitor) -> None:
    """After the code the form is back; a browser gives no file twice."""
    await proposed(town, visitor)
    form = await visitor.press("Add pictures")
    old = expired(town, hidden(form, "pass"), "civic")
    asked = await visitor.press("Add the picture", files={"picture": picture()}, alt="En bänk", token=old)
    assert (asked.status, "Choose the file once more" in asked.text) == (401, True)
    back = await visitor.press("Go on", code=town.codes["AMINA-1"])
    assert back.title == "Pictures of your proposal"
    assert 'value="En bänk"' in back.html


async def test_moderators_see_pictures_also_of_what_they_hid(town: Town, visitor: Visitor) -> None:
    """In the queue, from an address of their own."""
    ground, path = await proposed(town, visitor)
    await visitor.press("Add pictures")
    await add(visitor, picture(), alt="En bänk")
    await town.act("POST", f"/api{path}/review", json=HIDE)
    await town.hire("Ingrid", "Hagaby", ["moderator"])
    await visitor.open("/officer")
    await visitor.press("Sign in", name="Ingrid", password=PASSWORD)
    seen = await visitor.open(f"/officer/rounds/{ground.id}/proposals?queue=hidden")
    (shown,) = images(seen)
    assert (await town.client.get(shown["src"])).status_code == 200
    assert (await town.client.get(shown["src"].removeprefix("/officer"))).status_code != 200


async def test_ballots_carry_no_pictures(town: Town, visitor: Visitor) -> None:
    """They are opened on old telephones, by everybody at once."""
    ground, path = await proposed(town, visitor)
    await visitor.press("Add pictures")
    await add(visitor, picture(), alt="En bänk")
    await town.act("POST", f"/api{path}/shortlisting", json={"pot_id": ground.pot, "cost": 100})
    begun = "proposing_at = now() - interval '2 days', reviewing_at = null, supporting_at = null, voting_at = now()"
    await owner(town, f"update box.round set {begun} - interval '1 minute'")
    await town.work("roll")
    await ground.officer("POST", "schedule")
    await signed_in(visitor, ground)
    ballot = await visitor.press("Open the ballot")
    assert "Bänkar" in ballot.text
    assert not images(ballot)


async def test_a_description_that_tries_to_be_markup_is_text(town: Town, visitor: Visitor) -> None:
    """Wherever it is shown."""
    ground, path = await proposed(town, visitor)
    await visitor.press("Add pictures")
    tries = '"><script>alert(1)</script>'
    assert "<script" not in (await add(visitor, picture(), alt=tries)).html
    for page in (path, f"/rounds/{ground.id}/proposals"):
        seen = await visitor.open(page)
        assert "<script" not in seen.html
        assert images(seen)[0]["alt"] == tries
