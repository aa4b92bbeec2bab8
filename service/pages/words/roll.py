"""The register and the roll, as officers read them."""

from collections.abc import Sequence

from schema.electorate import Condition
from service.languages import _, counted, listed, marked
from service.store.persons import Change

REASONS = {
    None: marked("may vote"),
    "other-area": marked("in another area"),
    "too-young": marked("too young on the day that counts"),
    "too-old": marked("too old on the day that counts"),
    "unknown-age": marked("without a year of birth"),
    "other-relation": marked("related in another way"),
}
"""Why the roll leaves people out, as officers read it beside a number of people."""

FOUND = {
    "register": marked("This person is on the register."),
    "declared": marked("This person is there by her own declaration."),
    "codes": marked("This person is there by a code."),
}
"""How a source knows a person."""

ON_ROLL = {
    "entitled": marked("May vote"),
    "refused": marked("May not vote"),
    "missing": marked("Not on the roll of this pot"),
}
CONDITIONS = {
    "area": marked("Area"),
    "min-age": marked("Least age"),
    "max-age": marked("Highest age"),
    "relation": marked("Relation"),
}
"""Words of the tree of reasons."""

IMPORT_STATES = {
    "reading": marked("Being read"),
    "staged": marked("To be decided"),
    "faulty": marked("With faults"),
    "applied": marked("Applied"),
    "discarded": marked("Discarded"),
}

_SOURCES = {
    "register": marked("on the register"),
    "declared": marked("among residents who declare themselves"),
    "codes": marked("by codes that name nobody"),
}
_RELATED = {
    "lives": marked("lives"),
    "works": marked("works"),
    "studies": marked("studies"),
    "rents": marked("rents"),
    "member": marked("member"),
}


def sources(named: Sequence[str]) -> str:
    """Where a round finds its people, as a sentence."""
    where = listed([_(text) for name, text in _SOURCES.items() if name in named])
    return _("People are found {where}.", where=where)


def asked(condition: Condition) -> str:
    """What a pot asks."""
    match condition.asked:
        case None:
            return _("nothing")
        case int(years):
            return _years(years)
        case several:
            return listed(_named(condition, several), "or")


def known(condition: Condition) -> str:
    """What is known of somebody; of an age the reading that lets vote."""
    match condition.known:
        case None:
            return _("no year of birth")
        case int(years):
            return _years(years)
        case several:
            return listed(_named(condition, several))


def _named(condition: Condition, several: Sequence[str]) -> list[str]:
    """Areas as they are called, relations in words."""
    return [_(_RELATED.get(each, each)) for each in several] if condition.condition == "relation" else list(several)


def _years(years: int) -> str:
    return counted(years, "{number} year", "{number} years")


def change(found: Change) -> str:
    """What a build of the roll changed in a pot."""
    entitled, no_longer, other = found.newly_entitled, found.no_longer_entitled, found.other_reason
    told = [
        (entitled, counted(entitled, "{number} newly entitled", "{number} newly entitled")),
        (no_longer, counted(no_longer, "{number} no longer entitled", "{number} no longer entitled")),
        (other, counted(other, "{number} refused for another reason", "{number} refused for another reason")),
    ]
    return ", ".join(said for persons, said in told if persons) or _("nothing changed")
