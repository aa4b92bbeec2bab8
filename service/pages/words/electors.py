"""Whom a pot asks, and why somebody may not vote in it: whole sentences, which other languages order otherwise."""

import msgspec

from service.languages import _, apart, dated, listed, marked
from service.store.rounds import Pot

RELATIONS = {
    "lives": marked("I live here"),
    "works": marked("I work here"),
    "studies": marked("I study here"),
    "rents": marked("I rent a home here"),
    "member": marked("I am a member of an association here"),
}
"""What residents say of themselves."""


class _Ages(msgspec.Struct, frozen=True):
    """A sentence for each way in which a pot can ask for ages."""

    any: str
    least: str
    most: str
    exact: str
    between: str

    def said(self, pot: Pot, **facts: str) -> str:
        """The one that holds for a pot."""
        return _(self._of(pot), least=pot.min_age, most=pot.max_age, day=dated(pot.age_on), **facts)

    def _of(self, pot: Pot) -> str:
        match pot.min_age or None, pot.max_age:
            case None, None:
                return self.any
            case _, None:
                return self.least
            case None, _:
                return self.most
            case least, most:
                return self.exact if least == most else self.between


_ALL = _Ages(
    any=marked("All residents"),
    least=marked("All residents who are {least} or older on {day}"),
    most=marked("All residents who are {most} or younger on {day}"),
    exact=marked("All residents who are {least} years old on {day}"),
    between=marked("All residents who are {least} to {most} years old on {day}"),
)
_RESIDENTS = _Ages(
    any=marked("Residents of {areas}"),
    least=marked("Residents of {areas} who are {least} or older on {day}"),
    most=marked("Residents of {areas} who are {most} or younger on {day}"),
    exact=marked("Residents of {areas} who are {least} years old on {day}"),
    between=marked("Residents of {areas} who are {least} to {most} years old on {day}"),
)
_PEOPLE = _Ages(
    any="{people}",
    least=marked("{people}, if they are {least} or older on {day}"),
    most=marked("{people}, if they are {most} or younger on {day}"),
    exact=marked("{people}, if they are {least} years old on {day}"),
    between=marked("{people}, if they are {least} to {most} years old on {day}"),
)
_FOR_PEOPLE = _Ages(
    any=marked("The roll does not have you in this pot."),
    least=marked("This pot is for people who are {least} or older on {day}."),
    most=marked("This pot is for people who are {most} or younger on {day}."),
    exact=marked("This pot is for people who are {least} years old on {day}."),
    between=marked("This pot is for people who are {least} to {most} years old on {day}."),
)
_DOING = {
    "lives": marked("live"),
    "works": marked("work"),
    "studies": marked("study"),
    "rents": marked("rent a home"),
}


def electorate(pot: Pot) -> str:
    """Whom a pot asks."""
    if pot.relations and pot.relations != ("lives",):
        return _PEOPLE.said(pot, people=_related(pot))
    return _RESIDENTS.said(pot, areas=_areas(pot)) if pot.areas else _ALL.said(pot)


def _areas(pot: Pot) -> str:
    return listed([apart(area) for area in pot.areas])


def _related(pot: Pot) -> str:
    """People by what they do in the pot's areas, or in the municipality."""
    doing = listed([_(_DOING[each]) for each in pot.relations if each in _DOING], "or")
    areas = _areas(pot)
    match bool(doing), "member" in pot.relations, bool(areas):
        case True, False, False:
            return _("People who {doing} here", doing=doing)
        case True, False, True:
            return _("People who {doing} in {areas}", doing=doing, areas=areas)
        case True, True, False:
            return _("People who {doing} here or are members of an association", doing=doing)
        case True, True, True:
            return _("People who {doing} in {areas} or are members of an association", doing=doing, areas=areas)
        case _, _, False:
            return _("People who are members of an association")
        case _:
            return _("People who are members of an association, of {areas}", areas=areas)


def obstacle(reason: str, pot: Pot | None) -> str:
    """Why somebody may not vote in a pot, and what to do about it."""
    match reason:
        case "other-area" if pot is not None:
            areas = _areas(pot)
            return _("This pot is for residents of {areas}, and the register has you in another area.", areas=areas)
        case "too-young" | "too-old" if pot is not None:
            return _FOR_PEOPLE.said(pot)
        case "unknown-age":
            return _("This pot has an age limit, and the register does not say when you were born.")
        case "other-relation" if pot is not None:
            return _(
                "This pot is for others: {electorate}. The register does not have you as one of them.",
                electorate=electorate(pot),
            )
    return _("The roll does not have you in this pot.")
