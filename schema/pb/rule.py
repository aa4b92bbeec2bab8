"""The rule that a file declares, as one of ours, and the other way round."""

import msgspec
from msgspec.structs import replace

from schema.pb.form import CENTS, NotCounted, PbHead, parse_number
from schema.rules import EqualShares, GreedyByVotes, Rule

RULES: dict[str, Rule] = {
    "greedy": GreedyByVotes(),
    "greedy-no-skip": GreedyByVotes(misfit="stop"),
    "equalshares": EqualShares(),
    "equalshares-comparison": EqualShares(comparison=True),
    "equalshares/add1": EqualShares(step=CENTS),
    "equalshares/add1-comparison": EqualShares(step=CENTS, comparison=True),
}
"""The format's names of rules, one for each. Add1 gives every voter one currency unit more."""
THRESHOLD = "min_project_score_threshold"
DECLARED = RULES | {"greedy-threshold": GreedyByVotes(), "greedy-exclusive": GreedyByVotes()}
"""What META may say. A threshold is a key of its own, whatever the name."""


def rule_of(file: PbHead) -> Rule:
    """The rule that the file declares; `NotCounted` if that does not say how to count.

    `min_project_score_threshold` is a number of points (of votes, where each ballot gives one) under every rule by
    votes: Warsaw's and Lodz's files give their shares of all ballots as such a number, Katowice's theirs in points.
    "greedy-exclusive" counts without exclusions, since no column says which projects exclude each other: in all files
    of that rule that were seen none was needed. "greedy-custom" is counted if its comment describes Poznan's rule: in
    the order of votes until one does not fit, which a reserve completes if enough of its cost is left. JSON is a rule
    of ours that the format has no name for.
    """
    declared, threshold = file.meta.get("rule", ""), file.meta.get(THRESHOLD, "")
    if declared in {"", "unknown"}:
        raise NotCounted("The file does not say by which rule it was counted: name one.")
    if declared in DECLARED:
        rule = DECLARED[declared]
    elif declared.startswith("{"):
        rule = _decoded(declared)
    elif file.reserve is not None:
        rule = GreedyByVotes(misfit="stop", partial_percent=file.reserve, reserve=True)
    elif declared == "greedy-custom":
        raise NotCounted("The file declares a rule of its own, and its comment describes none that is known: name one.")
    else:
        raise NotCounted(f"The file declares the rule {declared!r}, which is none of {', '.join(DECLARED)}: name one.")
    if not threshold:
        return rule
    if not isinstance(rule, GreedyByVotes):
        raise NotCounted("The file declares a threshold of votes: equal shares are counted without one.")
    try:
        return replace(rule, threshold=max(parse_number(threshold), 0))
    except ValueError as error:
        raise NotCounted(f"{THRESHOLD}: {error}.") from error


def _decoded(text: str) -> Rule:
    """A rule as `declaration` writes one that has no name."""
    try:
        rule: Rule = msgspec.json.decode(text, type=Rule)
    except msgspec.DecodeError as error:
        raise NotCounted(f"The rule that the file declares cannot be read ({error}): name one.") from error
    return rule


def declaration(rule: Rule) -> dict[str, str]:
    """What META says of a rule, for `rule_of` to read.

    A variant that the format has no name for is written as our own JSON, so that nobody recounts another.
    """
    names = {known: name for name, known in RULES.items()}
    if isinstance(rule, GreedyByVotes) and rule.threshold and replace(rule, threshold=0) in names:
        name = "greedy-threshold" if rule.misfit == "skip" else "greedy-no-skip"
        return {"rule": name, THRESHOLD: str(rule.threshold)}
    return {"rule": names.get(rule) or msgspec.json.encode(rule).decode()}
