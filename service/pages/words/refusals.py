"""Refusals as sentences to somebody who filled in a form, and why a ballot is not counted."""

import msgspec

from schema import errors as e
from schema.errors import Refusal
from service.languages import _, counted, grouped, marked
from service.pages.words.numbers import money
from service.problems import details
from service.refusals import told


def sentence(refusal: Refusal, currency: str) -> str:
    """What was refused and what to do next, to somebody who filled in a form."""
    facts = {name: int(value) for name, value in refusal.facts.items() if isinstance(value, int)}
    match refusal:
        case e.TooCostly():
            return _(
                "Your projects cost {chosen} together. That is {over} more than the {limit} there is. Take some away.",
                **{name: money(facts[name], currency) for name in ("chosen", "over", "limit")},
            )
        case e.TooMany():
            return counted(
                facts["chosen"],
                "You chose {number} project; at most {limit} are allowed. Take {over} away.",
                "You chose {number} projects; at most {limit} are allowed. Take {over} away.",
                limit=grouped(facts["limit"]),
                over=grouped(facts["chosen"] - facts["limit"]),
            )
        case e.TooFew():
            return counted(
                facts["chosen"],
                "You chose {number} project; at least {limit} are needed. Add {lacking}.",
                "You chose {number} projects; at least {limit} are needed. Add {lacking}.",
                limit=grouped(facts["limit"]),
                lacking=grouped(facts["limit"] - facts["chosen"]),
            )
        case e.Stale():
            return _("Your ballot was changed meanwhile, perhaps in another window. Look at it below and decide again.")
        case e.KeyReused():
            return _("This form has cast another ballot before. Look at your choices below and cast them again.")
        case e.TooFast() if type(refusal) is e.TooFast:
            return counted(
                facts["seconds"],
                "This came too often in a short time, so nothing was done. Wait {number} second and do it again.",
                "This came too often in a short time, so nothing was done. Wait {number} seconds and do it again.",
            )
        case e.FaultyRegister():
            return counted(
                facts["number"],
                "{number} line of the file is wrong. Correct it, choose the file once more, and compare it again.",
                "{number} lines of the file are wrong. Correct them, choose the file once more, and compare it again.",
            )
        case e.Unavailable():
            return _("The house is busy or being mended. Wait a moment and do it again; nothing counts twice.")
        case e.Malformed():
            return _(
                "This cannot be taken yet: {fault}. Correct it and send it again; what you wrote is still here.",
                **told(refusal),
            )
    return details(refusal).detail


class _Why(msgspec.Struct, frozen=True):
    """Why a ballot is not counted: to its voter, and beside the number of all such ballots."""

    sentence: str
    term: str


_REFUSED = {
    "not-on-roll": _Why(
        marked("It came from somebody who is not on the roll of this pot."),
        marked("not counted: from somebody who is not on the roll of this pot"),
    ),
    "unknown-project": _Why(
        marked("It holds a project that is not on this ballot."),
        marked("not counted: with a project that is not on this ballot"),
    ),
    "chosen-twice": _Why(
        marked("It holds a project that is chosen twice."), marked("not counted: with a project chosen twice")
    ),
    "too-many": _Why(marked("It holds too many projects."), marked("not counted: with too many projects")),
    "too-few": _Why(marked("It holds too few projects."), marked("not counted: with too few projects")),
    "too-costly": _Why(
        marked("Its projects cost more together than is allowed."),
        marked("not counted: with projects that cost more than allowed"),
    ),
    "points-amiss": _Why(
        marked("Its points do not go with its projects."),
        marked("not counted: with points that do not go with the projects"),
    ),
    "no-points": _Why(
        marked("It holds a project without a point."), marked("not counted: with a project without a point")
    ),
    "too-many-for-one": _Why(
        marked("It gives one project more points than is allowed."),
        marked("not counted: with too many points for one project"),
    ),
    "too-many-points": _Why(
        marked("It gives more points than there are."), marked("not counted: with too many points")
    ),
    "voided": _Why(
        marked("It came under suspicion, and two officers voided it."),
        marked("not counted: under suspicion, and voided by two officers"),
    ),
}


def why_refused(code: str) -> str:
    """Why a ballot is not counted, to its voter, by the code of its verdict."""
    return _(_REFUSED[code].sentence)


def all_refused(code: str) -> str:
    """The same of a number of ballots."""
    return _(_REFUSED[code].term)
