"""The debate on pages: residents argue, authors answer, officers answer and moderate, anybody reports; no script."""

from tests.pages.test_resident import expired, hidden, in_phase, signed_in
from tests.pages.test_reviews import at_desk
from tests.pages.visitor import Visit, Visitor
from tests.service.test_arguments import HIDDEN, SAID, argue, debated, decide
from tests.service.test_proposals import TEXT, supporting
from tests.town import Ground, Town

HIGH = "How high is it?"


async def ask(visitor: Visitor, words: str = HIGH, name: str = "Björn", token: str | None = None) -> Visit:
    """Björn asks, on the form that is open."""
    return await visitor.press("Send it", token=token, words=words, author_name=name, side="question", language="en")


async def at_seat(visitor: Visitor, ground: Ground, path: str, who: str = "BJORN-2") -> Visit:
    """Somebody in the debate about a proposal, led there from its page through the sign-in."""
    await visitor.open(path.removeprefix("/api"))
    asked = await visitor.press("Have your say")
    assert (asked.status, asked.title) == (401, "Sign in with your code")
    return await visitor.press("Go on", code=ground.town.codes[who])


async def debate(visitor: Visitor, ground: Ground, state: str = "standing") -> Visit:
    """The officers' page of a round's debate."""
    return await visitor.open(f"/officer/rounds/{ground.id}/arguments?queue={state}")


async def test_a_resident_argues_from_the_page_of_a_proposal(town: Town, visitor: Visitor) -> None:
    """Through the sign-in to the form, and everybody reads it on the proposal's page, in its language."""
    ground, path = await debated(town)
    seat = await at_seat(visitor, ground, path)
    assert seat.title == "Have your say"
    sent = await ask(visitor)
    assert "Your words are there" in sent.text
    seen = await visitor.open(path.removeprefix("/api"))
    assert HIGH in seen.text
    (words,) = [each for each in seen.page.all("div") if each.text == HIGH]
    assert (words["lang"], words["dir"]) == ("en", "auto")


async def test_a_second_press_is_one_argument(town: Town, visitor: Visitor) -> None:
    """The form sends its key twice; with other words it is asked about, and they are kept."""
    ground, path = await debated(town)
    seat = await at_seat(visitor, ground, path)
    for _ in range(2):
        visitor.seen = seat
        await ask(visitor)
    assert (await visitor.open(path.removeprefix("/api"))).text.count(HIGH) == 1
    visitor.seen = seat
    asked = await ask(visitor, "How wide is it?")
    assert "This form has sent other words before" in asked.alert
    await visitor.press("Send it")
    assert "How wide is it?" in (await visitor.open(path.removeprefix("/api"))).text


async def test_a_refusal_keeps_the_words(town: Town, visitor: Visitor) -> None:
    """It says which field, and nothing is lost."""
    ground, path = await debated(town)
    await at_seat(visitor, ground, path)
    refused = await ask(visitor, name=" ")
    assert refused.status == 400
    assert "your name" in refused.alert
    assert HIGH in refused.text
    assert refused.checked() == ["question"]


async def test_an_expired_pass_keeps_the_words(town: Town, visitor: Visitor) -> None:
    """After the code they are back in the form."""
    ground, path = await debated(town)
    seat = await at_seat(visitor, ground, path)
    token = expired(town, hidden(seat, "pass"), "civic")
    asked = await ask(visitor, token=token)
    assert asked.status == 401
    back = await visitor.press("Go on", code=town.codes["BJORN-2"])
    assert HIGH in back.text
    assert "Your words are there" in (await visitor.press("Send it")).text


async def test_one_takes_ones_words_back(town: Town, visitor: Visitor) -> None:
    """They are gone from the page of the proposal."""
    ground, path = await debated(town)
    await argue(ground, path)
    seat = await at_seat(visitor, ground, path)
    assert SAID["words"] in seat.text
    await visitor.press("Take it back")
    assert SAID["words"] not in (await visitor.open(path.removeprefix("/api"))).text


async def test_whoever_has_three_is_offered_no_form(town: Town, visitor: Visitor) -> None:
    """The page says what to do instead."""
    ground, path = await debated(town)
    for number in range(3):
        await argue(ground, path, words=f"{number}.")
    seat = await at_seat(visitor, ground, path)
    assert "Send it" not in seat.buttons
    assert "Take one back to write another" in seat.text


async def test_the_author_answers_on_her_page(town: Town, visitor: Visitor) -> None:
    """She is led there from her proposals, and the answer is marked as hers."""
    ground, path = await debated(town)
    await argue(ground, path)
    await signed_in(visitor, ground)
    await visitor.press("Discuss A slide")
    done = await visitor.press("Send the answer", words="Three metres.")
    assert "Your answer is there" in done.text
    assert "Send the answer" not in done.buttons
    seen = await visitor.open(path.removeprefix("/api"))
    assert "Three metres. Amina author of the proposal" in seen.text


async def test_supporters_are_led_to_the_debate(town: Town, visitor: Visitor) -> None:
    """From the list in which they support."""
    ground, _path = await supporting(town)
    seen = await signed_in(visitor, ground, "BJORN-2")
    assert "Discuss A slide" in seen.buttons
    assert (await visitor.press("Discuss A slide")).title == "Have your say"


async def test_the_debate_is_there_while_officers_review(town: Town, visitor: Visitor) -> None:
    """And nobody is offered to support before it is time."""
    ground = await in_phase(town, "reviewing")
    await signed_in(visitor, ground)
    seen = await visitor.press("Choose a proposal")
    assert seen.title == "Discuss proposals"


async def test_of_many_the_newest_are_shown(town: Town, visitor: Visitor) -> None:
    """With the way to the first of them."""
    ground, path = await debated(town)
    everybody = [
        argue(ground, path, who, words=f"Reason {number}.") for who in ("AMINA-1", "BJORN-2") for number in "123"
    ]
    for each in everybody:
        assert (await each).status_code == 201
    seen = await visitor.open(f"{path.removeprefix('/api')}/arguments?side=for")
    assert seen.text.count("Reason") == 6
    assert "There are none here." in (await visitor.open(f"{path.removeprefix('/api')}/arguments?side=against")).text


async def test_a_hidden_argument_says_so_in_its_place(town: Town, visitor: Visitor) -> None:
    """To everybody the ground, to its author her words and the reason as well."""
    ground, path = await debated(town)
    made = (await argue(ground, path)).json()["id"]
    await decide(town, made, HIDDEN | {"reason": "It calls them names."})
    seen = await visitor.open(path.removeprefix("/api"))
    assert "Hidden by the municipality, because it insults or threatens people." in seen.text
    assert SAID["words"] not in seen.text
    seat = await at_seat(visitor, ground, path)
    assert SAID["words"] in seat.text
    assert "It calls them names." in seat.text


async def test_anybody_reports(town: Town, visitor: Visitor) -> None:
    """Without signing in; moderators see what was reported first, and lay it aside."""
    ground, path = await debated(town)
    page = path.removeprefix("/api")
    reported = (await argue(ground, path)).json()["id"]
    await argue(ground, path, words="The newest.")
    for address in (f"{page}/report?argument={reported}", f"{page}/report"):
        await visitor.open(address)
        assert "Thank you." in (await visitor.press("Report it", ground="hate")).text
    await at_desk(visitor)
    seen = await debate(visitor, ground)
    assert seen.text.index(SAID["words"]) < seen.text.index("The newest.")
    assert "Reported 1 time: it insults or threatens people" in seen.text
    assert "The reports are laid aside." in (await visitor.press("Lay the reports aside")).text
    seen = await debate(visitor, ground)
    assert seen.text.index("The newest.") < seen.text.index(SAID["words"])
    assert "Reported 1 time" in (await visitor.open(f"/officer/rounds/{ground.id}/proposals")).text
    assert "Reported" not in (await visitor.press("Lay the reports aside")).text


async def test_an_officer_answers_and_takes_it_back(town: Town, visitor: Visitor) -> None:
    """Residents read it as the municipality's."""
    ground, path = await debated(town)
    await argue(ground, path)
    await at_desk(visitor)
    await debate(visitor, ground)
    assert "as the municipality’s" in (await visitor.press("Answer Björn", words="It can be done.")).text
    assert "It can be done. Dagny Hagaby" in (await visitor.open(path.removeprefix("/api"))).text
    await debate(visitor, ground)
    await visitor.press("Take the answer back")
    assert "It can be done." not in (await visitor.open(path.removeprefix("/api"))).text


async def test_a_moderator_hides_and_shows_again(town: Town, visitor: Visitor) -> None:
    """A ground that asks for words and has none keeps the form; what is done is said."""
    ground, path = await debated(town)
    await argue(ground, path)
    await at_desk(visitor)
    await debate(visitor, ground)
    refused = await visitor.press("Hide: Björn", ground="other")
    assert (refused.status, "say in words why" in refused.alert) == (400, True)
    assert "It is hidden." in (await visitor.press("Hide: Björn", reason="It names his neighbour.")).text
    assert SAID["words"] in (await debate(visitor, ground, "hidden")).text
    await visitor.press("Show it again", reason="It does not.")
    assert SAID["words"] in (await visitor.open(path.removeprefix("/api"))).text


async def test_what_is_said_is_text(town: Town, visitor: Visitor) -> None:
    """Words that try to be markup are read as they were written, wherever they are shown."""
    canary = """<script>alert(1)</script>"'>{{ 7 * 7 }}%(name)s"""
    ground, path = await debated(town)
    made = (await argue(ground, path, words=canary, author_name=canary)).json()["id"]
    page = path.removeprefix("/api")
    await at_desk(visitor)
    for address in (page, f"{page}/arguments", f"{page}/report?argument={made}"):
        assert canary in (await visitor.open(address)).text
    assert canary in (await debate(visitor, ground)).text
    assert TEXT["title"] in (await visitor.open(page)).text
