"""Eligibility of ballots: whether a revision counts. Pure, and never a question of who came first.

Whether a person is on the roll is ``schema/electorate.py``.
"""

from collections.abc import Mapping, Sequence

from schema.styles import Style, check_choices

NOT_ON_ROLL = "not-on-roll"
VOIDED = "voided"
"""Why a ballot with which nothing is wrong does not count: two officers voided it."""


def judge(
    style: Style, costs: Mapping[int, int], choices: Sequence[int] | None, points: Sequence[int], on_roll: bool
) -> str | None:
    """Why a revision does not count, as a code; None when it does, unless a later one replaces it.

    ``costs`` maps the number of every project on the ballot to its cost (minor units); ``choices`` are None of a
    withdrawal, for which only the roll is asked: it takes a ballot back in every style.
    """
    if not on_roll:
        return NOT_ON_ROLL
    if choices is None:
        return None
    refusal = check_choices(style, costs, choices, points)
    return refusal.code if refusal else None
