"""The suburb that the demo makes up holds together: its areas, places, pictures, arguments and translations."""

from io import BytesIO
from uuid import UUID

import pytest

from service.pages.maps import area_at
from service.pictures import make_picture
from service.rehearsal.answers import Argument, Pot, Proposal, RoundHead, RoundView, Translation, Turnout, TurnoutLine
from service.rehearsal.debate import SAID, SAID_NEXT, Proposed
from service.rehearsal.scenes import picture
from service.rehearsal.shown import check_debate, check_proposals, check_translations, check_turnout
from service.rehearsal.suburb import (
    AREAS,
    IDEAS,
    NEXT_IDEAS,
    NEXT_ROUND,
    OUTLINES,
    POTS,
    ROUND,
    SUMMER_POT,
    SUMMER_PROJECTS,
    SUMMER_ROUND,
    THEMES,
    TOLD,
    Idea,
    outlines_file,
)
from service.rehearsal.translations import TRANSLATIONS
from service.sources.outlines import read_outlines
from service.store.outlines import Outline

ALL_IDEAS = (*IDEAS, *NEXT_IDEAS)
DRAWN = [idea for idea in ALL_IDEAS if idea.scene]
HOUSE = [Outline(area, rings) for area, rings in read_outlines(outlines_file(), "name").items()]
SOME = UUID(int=1)


def sent(idea: Idea) -> Proposed:
    """An idea that was put forward."""
    return Proposed(idea, "a code", SOME)


def seen(idea: Idea) -> Proposal:
    """The same as everybody sees it."""
    return Proposal(SOME, idea.title, 0, idea.theme, idea.point)


def test_every_area_has_its_outline() -> None:
    """And the file that is sent keeps each of its corners."""
    assert {outline.area: len(outline.rings[0]) - 1 for outline in HOUSE} == {
        area: len(OUTLINES[area]) for area in AREAS
    }


@pytest.mark.parametrize("idea", [idea for idea in ALL_IDEAS if idea.at], ids=lambda idea: idea.title)
def test_a_place_lies_in_the_area_that_is_named(idea: Idea) -> None:
    """Or in any of them, where none is named."""
    assert area_at(HOUSE, idea.point) in ([idea.area] if idea.area else AREAS)


def test_every_idea_has_a_theme_of_the_round() -> None:
    """And there is one for each theme."""
    assert {idea.theme for idea in ALL_IDEAS} == set(THEMES)


@pytest.mark.parametrize("idea", DRAWN, ids=lambda idea: idea.scene)
async def test_a_scene_is_a_picture_that_the_house_takes(idea: Idea) -> None:
    """It is drawn the same each time, and what it shows is said in words."""
    made = await make_picture(BytesIO(picture(idea.scene)))
    assert (made.large.width, made.large.height) == (960, 600)
    assert made.name == (await make_picture(BytesIO(picture(idea.scene)))).name
    assert idea.alt


def test_arguments_are_about_ideas_of_their_round() -> None:
    """By their titles."""
    assert {argument.on for argument in SAID} <= {idea.title for idea in IDEAS}
    assert {argument.on for argument in SAID_NEXT} <= {idea.title for idea in NEXT_IDEAS}


def test_what_is_voted_on_can_be_read_in_four_languages() -> None:
    """Swedish, English, Arabic and Somali, of which one is the original; and no translation is of nothing."""
    named = {idea.title: idea.language for idea in IDEAS}
    swedish = (*(step["says"] for steps in TOLD for step in steps), *(title for title, _, _ in SUMMER_PROJECTS))
    rounds = (ROUND, SUMMER_ROUND, NEXT_ROUND, SUMMER_POT.name, *(pot.name for pot in POTS))
    languages = named | dict.fromkeys((*swedish, *rounds, *THEMES), "sv")
    assert TRANSLATIONS.keys() - set(AREAS) == languages.keys()
    for original, language in languages.items():
        assert {*TRANSLATIONS[original], language} == {"sv", "en", "ar", "so"}, original


def test_names_of_places_are_written_in_other_letters() -> None:
    """They are no words, so where letters are the same they stay as they are."""
    assert [TRANSLATIONS[area].keys() for area in AREAS] == [{"ar"}] * len(AREAS)


def test_a_proposal_that_lost_its_place_is_noticed() -> None:
    """Everything that was sent must be seen."""
    cafe = IDEAS[1]
    assert check_proposals([seen(cafe)], [sent(cafe)]).holds
    assert not check_proposals([Proposal(SOME, cafe.title, 0, cafe.theme)], [sent(cafe)]).holds


def test_an_argument_that_is_missing_is_noticed() -> None:
    """As is an answer."""
    answered = [Argument(SOME, (Argument(SOME),) * (bool(each.from_author) + bool(each.from_company))) for each in SAID]
    assert check_debate(answered).holds
    assert not check_debate(answered[1:]).holds
    assert not check_debate([Argument(SOME) for _ in SAID]).holds


def test_a_text_without_one_of_its_translations_is_noticed() -> None:
    """Three beside the original."""
    there = [Translation(of_id, language) for of_id in (SOME, UUID(int=2)) for language in ("en", "ar", "so")]
    view = RoundView(RoundHead(SOME, ROUND, 1, "voting"), [Pot(UUID(int=2), POTS[0].name)], [], there)
    assert check_translations(view).holds
    assert not check_translations(RoundView(view.round, view.pots, [], there[1:])).holds


def test_areas_that_are_put_together_are_noticed() -> None:
    """Each of the suburb's is large enough to stand alone."""
    alone = [TurnoutLine((area,), 60, 30) for area in AREAS]
    assert check_turnout(Turnout(alone)).holds
    assert not check_turnout(Turnout([*alone[2:], TurnoutLine(AREAS[:2], 120, 60)])).holds
