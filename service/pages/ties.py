"""How ties are broken, in sentences."""

from schema.outcome import TieBroken
from schema.rules import Criterion
from schema.snapshot import Snapshot
from service.pages.telling import titles
from service.pages.words import listed

_FIRST: dict[Criterion, str] = {
    "lower_cost": "the project that costs less",
    "more_votes": "the project that more people chose",
    "id": "the project whose number comes first when numbers are sorted like words (10 before 9)",
    "lot": "a lot",
}
_BECAUSE: dict[Criterion, str] = {
    "lower_cost": "it costs less",
    "more_votes": "more people chose it",
    "id": "its number comes first",
    "lot": "the lot put it first",
}


def tie_order_told(snapshot: Snapshot) -> str:
    """What comes first where the rule itself does not say."""
    criteria = snapshot.ties.criteria
    lot = " The lot is drawn from the public text below." if "lot" in criteria else ""
    return f"Where two projects were level, this decided: {'; then '.join(_FIRST[each] for each in criteria)}.{lot}"


def ties_told(snapshot: Snapshot) -> list[str]:
    """Each tie that was broken."""
    names = titles(snapshot)
    return [_tie_told(tie, names) for tie in snapshot.outcome.ties]


def _tie_told(tie: TieBroken, names: dict[str, str]) -> str:
    level = listed([names[number] for number in tie.tied])
    return f"{level} were level. {names[tie.first]} came first, because {_BECAUSE[tie.criterion]}."
