"""How ties are broken, in sentences."""

from schema.outcome import TieBroken
from schema.rules import Criterion
from schema.snapshot import Snapshot
from service.languages import _, listed, marked
from service.pages.telling import title

_FIRST: dict[Criterion, str] = {
    "lower_cost": marked("the project that costs less"),
    "more_votes": marked("the project that more people chose"),
    "id": marked("the project whose number comes first when numbers are sorted like words (10 before 9)"),
    "lot": marked("a lot"),
}
_LEVEL: dict[Criterion, str] = {
    "lower_cost": marked("{projects} were level. {first} came first, because it costs less."),
    "more_votes": marked("{projects} were level. {first} came first, because more people chose it."),
    "id": marked("{projects} were level. {first} came first, because its number comes first."),
    "lot": marked("{projects} were level. {first} came first, because the lot put it first."),
}


def tie_order_told(snapshot: Snapshot) -> str:
    """What comes first where the rule itself does not say."""
    decides, *others = (_(_FIRST[each]) for each in snapshot.ties.criteria)
    for other in others:
        decides = _("{this}; then {that}", this=decides, that=other)
    said = _("Where two projects were level, this decided: {order}.", order=decides)
    if "lot" not in snapshot.ties.criteria:
        return said
    return " ".join((said, _("The lot is drawn from the public text below.")))


def ties_told(snapshot: Snapshot) -> list[str]:
    """Each tie that was broken."""
    return [_tie_told(tie, snapshot) for tie in snapshot.outcome.ties]


def _tie_told(tie: TieBroken, snapshot: Snapshot) -> str:
    level = listed([title(snapshot, number) for number in tie.tied])
    return _(_LEVEL[tie.criterion], projects=level, first=title(snapshot, tie.first))
