"""Refusals as sentences to somebody who filled in a form, and why a ballot is not counted."""

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


_REFUSED = {
    "not-on-roll": marked("from somebody who is not on the roll of this pot"),
    "unknown-project": marked("with a project that is not on this ballot"),
    "chosen-twice": marked("with a project chosen twice"),
    "too-many": marked("with too many projects"),
    "too-few": marked("with too few projects"),
    "too-costly": marked("with projects that cost more than allowed"),
    "voided": marked("under suspicion, and two officers voided it"),
}


def refused(code: str) -> str:
    """How a ballot that is not counted came, by the code of its verdict."""
    return _(_REFUSED.get(code, code))
