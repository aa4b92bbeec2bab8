"""The words of the pages: money, numbers, times, and the inspector that reads every page."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from schema.errors import FaultyRegister, Malformed, Refusal, TooCostly, TooFast, TooFew, TooMany, Unavailable
from schema.rules import EqualShares, GreedyByVotes, MaximinSupport, SequentialPhragmen
from schema.styles import Approval, Cumulative, Knapsack, Ranked, Scored, Style
from service.pages import words
from service.pages.problems import problem_page
from service.pages.shell import Addresses
from service.pages.words import groups, moment, money, near_money, percent, read_money, rule_name
from service.store.rounds import Pot
from tests.inspector import inspect

GOOD = (
    '<!doctype html><html lang="en"><head><title>T</title></head><body><main><h1>H</h1>'
    '<form><label for="a">A</label><input id="a" name="a"><button>Go</button></form></main></body></html>'
)


@pytest.mark.parametrize(
    ("minor", "currency", "said"),
    [
        (45_000_00, "SEK", "45\xa0000\xa0kr"),
        (4_800_50, "SEK", "4\xa0800,50\xa0kr"),
        (5, "DKK", "0,05\xa0kr"),
        (45_000_00, "EUR", "45\xa0000\xa0EUR"),
        (1_234_567_09, "PLN", "1\xa0234\xa0567,09\xa0PLN"),
        (-100, "SEK", "−1\xa0kr"),
    ],
)
def test_money_is_written_as_people_write_it(minor: int, currency: str, said: str) -> None:
    """Crowns with thin blanks and a comma, everything else with its code."""
    assert money(minor, currency) == said


def test_money_that_is_not_whole_says_so() -> None:
    """Exact amounts are shown to the nearest minor unit."""
    assert near_money("10000", "SEK") == "100\xa0kr"
    assert near_money("10000/3", "SEK") == "about 33,33\xa0kr"
    assert near_money("1/3", "EUR") == "less than 0,01\xa0EUR"


@pytest.mark.parametrize(
    ("wrote", "minor"),
    [
        ("45000", 45_000_00),
        ("45 000", 45_000_00),
        ("45\xa0000 kr", 45_000_00),
        ("45.000", 45_000_00),
        ("45,000.50", 45_000_50),
        ("45.000,5", 45_000_50),
        ("0,05 SEK", 5),
    ],
)
def test_money_is_read_as_people_write_it(wrote: str, minor: int) -> None:
    """Blanks, points, commas and the currency do not matter."""
    assert read_money(wrote, "the cost") == minor


@pytest.mark.parametrize("wrote", ["", "-5", "1e5", "many", "1,2,3", "٣", "9" * 20, "1.000,000", "1.5.5"])
def test_what_is_no_money_is_refused(wrote: str) -> None:
    """A sum is never guessed."""
    with pytest.raises(Malformed):
        read_money(wrote, "the cost")


def test_a_long_text_is_read_in_groups() -> None:
    """Eyes do not lose their place."""
    assert groups("abcdefgh") == "abcd efgh"


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(0, 0, "0%"), (0, 9, "0%"), (1, 300, "under 1%"), (2, 3, "67%"), (299, 300, "over 99%"), (9, 9, "100%")],
)
def test_a_share_is_whole_percent(part: int, whole: int, said: str) -> None:
    """None and all are said only of none and all."""
    assert percent(part, whole) == said


def test_rules_have_names_of_their_own() -> None:
    """Nobody takes one rule for another before a vote."""
    rules = (GreedyByVotes(), GreedyByVotes(per_cost=True), EqualShares(), SequentialPhragmen(), MaximinSupport())
    assert len({rule_name(rule) for rule in rules}) == len(rules)


def test_times_name_their_zone() -> None:
    """Nobody has to guess which clock is meant."""
    assert moment(datetime(2026, 12, 7, 14, 2, tzinfo=UTC)) == "7\xa0December\xa02026, 14:02\xa0UTC"


def test_a_busy_house_does_not_speak_of_keys() -> None:
    """The problem page says what a person can do, and when to come back."""
    answer = problem_page(Unavailable())
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert b"Idempotency" not in answer.rendered(Addresses())


def test_who_comes_too_fast_is_told_how_long_to_wait() -> None:
    """In words on the page, and in the header."""
    answer = problem_page(TooFast(seconds=1))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert "Wait 1\xa0second and" in answer.rendered(Addresses()).decode()


def test_a_good_page_has_no_faults() -> None:
    """The inspector is content with little."""
    assert inspect(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("<title>T</title>", "", "0 elements title instead of one"),
        ("<h1>H</h1>", "<h1>H</h1><h1>I</h1>", "2 elements h1 instead of one"),
        ("<h1>H</h1>", "<h1>H</h1><h3>I</h3>", "an h3 follows an h1"),
        (' lang="en"', "", "html has no lang"),
        ('<label for="a">A</label>', "", "the input 'a' has no label"),
        ('for="a"', 'for="b"', "for='b' points nowhere"),
        ("<button>Go</button>", "<button></button>", "a <button> has no text"),
        ("<h1>H</h1>", '<h1 id="a">H</h1>', "the id 'a' stands 2 times"),
        ("<h1>H</h1>", '<h1 style="x">H</h1>', "<h1> has an inline style"),
        ("<h1>H</h1>", '<h1 onclick="x">H</h1>', "<h1> has an inline onclick"),
        ("</title>", "</title><style>b{}</style>", "inline <style>"),
        ("</title>", "</title><script>1</script>", "inline <script>"),
        ("<h1>H</h1>", '<h1>H</h1><a href="/"></a>', "a <a> has no text"),
        ("<h1>H</h1>", '<h1>H</h1><img src="x">', "an image has no alt"),
        ("<h1>H</h1>", "<h1>H</h1><table></table>", "a table has no caption"),
        ("<h1>H</h1>", "<h1>H</h1><div><p>x</div>", "</div> closes <p>"),
        ("main>", "div>", "0 elements main landmark instead of one"),
    ],
)
def test_the_inspector_finds(old: str, new: str, fault: str) -> None:
    """One fault in a good page is found and named."""
    assert fault in inspect(GOOD.replace(old, new))


@pytest.mark.parametrize(
    ("asks", "said"),
    [
        ({}, "All residents"),
        ({"areas": ("Norr", "Söder")}, "Residents of Norr and Söder"),
        ({"min_age": 12}, "All residents who are 12 or older on 1\xa0May\xa02026"),
        ({"max_age": 25}, "All residents who are 25 or younger on 1\xa0May\xa02026"),
        ({"min_age": 6, "max_age": 25}, "All residents who are 6 to 25 years old on 1\xa0May\xa02026"),
        ({"min_age": 16, "max_age": 16}, "All residents who are 16 years old on 1\xa0May\xa02026"),
        ({"areas": ("Norr",), "min_age": 12}, "Residents of Norr who are 12 or older on 1\xa0May\xa02026"),
        ({"relations": ("works", "studies")}, "People who work or study here"),
        (
            {"relations": ("works",), "max_age": 25},
            "People who work here, if they are 25 or younger on 1\xa0May\xa02026",
        ),
        ({"relations": ("lives", "rents"), "areas": ("Norr",)}, "People who live or rent a home in Norr"),
        ({"relations": ("member",), "areas": ("Norr",)}, "People who are members of an association, of Norr"),
        ({"relations": ("member",)}, "People who are members of an association"),
        ({"relations": ("lives", "member")}, "People who live here or are members of an association"),
        (
            {"relations": ("works", "member"), "areas": ("Norr", "Söder")},
            "People who work in Norr and Söder or are members of an association",
        ),
    ],
)
def test_whom_a_pot_asks(asks: dict[str, Any], said: str) -> None:
    """Areas, ages and relations in one sentence; the day only beside an age."""
    nothing = {"areas": (), "min_age": None, "max_age": None, "relations": (), "age_on": date(2026, 5, 1)}
    plain = Pot(UUID(int=1), UUID(int=2), 1, "Alla", 1, Approval(1), GreedyByVotes(), (), **nothing | asks)
    assert words.electorate(plain) == said


@pytest.mark.parametrize(
    ("style", "said"),
    [
        (Approval(3, 3), "Choose exactly 3 projects."),
        (Approval(1), "Choose up to 1 project. You may also choose none: that is a blank ballot."),
        (Approval(3, 1), "Choose at least 1 and at most 3 projects."),
        (
            Knapsack(900_00),
            "Choose projects that together cost at most 900 kr. You may also choose none: that is a blank ballot.",
        ),
        (Cumulative(10, 5), "Give up to 10 points in all, and up to 5 to one project."),
        (Cumulative(10, 5, 3), "Give up to 10 points in all to at most 3 of the projects, and up to 5 to one project."),
        (
            Cumulative(10, 5, None, 2),
            "Give up to 10 points in all to at least 2 of the projects, and up to 5 to one project.",
        ),
        (
            Cumulative(10, 5, 3, 2),
            "Give up to 10 points in all to at least 2 and at most 3 of the projects, and up to 5 to one project.",
        ),
        (Ranked(3), "Put up to 3 projects in order, the best first."),
        (Ranked(3, 3), "Put 3 projects in order, the best first."),
        (Ranked(3, 2), "Put at least 2 and at most 3 projects in order, the best first."),
        (Scored(1), "Give each project up to 1 point."),
    ],
)
def test_what_a_ballot_may_hold_is_said_in_sentences(style: Style, said: str) -> None:
    """Each limit that there is, and none that there is not."""
    assert words.limits(style, "SEK").replace("\xa0", " ") == said


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (
            TooCostly(limit=900_00, chosen=1000_00, over=100_00),
            "Your projects cost 1 000 kr together. That is 100 kr more than the 900 kr there is. Take some away.",
        ),
        (TooMany(limit=3, chosen=5), "You chose 5 projects; at most 3 are allowed. Take 2 away."),
        (TooFew(limit=3, chosen=1), "You chose 1 project; at least 3 are needed. Add 2."),
        (
            FaultyRegister(number=1, faults="", import_id=""),
            "1 line of the file is wrong. Correct it, choose the file once more, and compare it again.",
        ),
        (
            Malformed(fault="it is cut off"),
            "This cannot be taken yet: it is cut off. Correct it and send it again; what you wrote is still here.",
        ),
    ],
)
def test_who_filled_in_a_form_is_told_what_to_do(refusal: Refusal, said: str) -> None:
    """In numbers and money, not in facts."""
    assert words.sentence(refusal, "SEK").replace("\xa0", " ") == said
