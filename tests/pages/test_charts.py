"""Bars are true to their numbers."""

import re

import pytest
from markupsafe import Markup

from service.pages import charts

Rect = tuple[str, float, float]


def rects(drawing: Markup) -> list[Rect]:
    """Class, begin and length of each part, in percent."""
    found = re.findall(r'<rect class="(\w+)" x="([0-9.]+)%" width="([0-9.]+)%"', drawing)
    return [(kind, float(begin), float(length)) for kind, begin, length in found]


def test_a_bar_is_as_long_as_its_part() -> None:
    """Of the whole."""
    assert rects(charts.bar(1, 8)) == [("all", 0, 100), ("part", 0, 12.5)]


def test_a_cost_is_filled_as_far_as_it_was_paid() -> None:
    """Both beside the dearest project."""
    assert rects(charts.cost_bar(25, 50, 200)) == [("all", 0, 25), ("part", 0, 12.5)]


def test_the_flow_has_each_part_where_the_one_before_ends() -> None:
    """And what is left stays empty."""
    assert rects(charts.flow_bar([10, 30], 100)) == [("all", 0, 100), ("part", 0, 10), ("part", 10, 30)]


def test_a_step_begins_where_the_money_before_it_went() -> None:
    """So that all steps under each other make the flow."""
    assert rects(charts.step_bar(10, 30, 100)) == [("all", 0, 100), ("part", 10, 30)]


@pytest.mark.parametrize("drawing", [charts.bar(0, 0), charts.support_bar(0, 0), charts.flow_bar([], 0)])
def test_nothing_of_nothing_is_drawn_empty(drawing: Markup) -> None:
    """A pot without money or voters has a page as well."""
    assert rects(drawing) == []
