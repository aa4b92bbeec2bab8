"""The rule that a file declares, as one of ours, and the other way round."""

import re
from fractions import Fraction
from math import ceil

import msgspec
from msgspec.structs import replace

from schema.pb.form import CENTS, THRESHOLD, NotCounted, PbHead
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
DECLARED = RULES | {"greedy-threshold": GreedyByVotes(), "greedy-exclusive": GreedyByVotes()}
"""What META may say. A threshold is a key of its own, whatever the name."""
LEAST = re.compile(r"-?[0-9]{1,15}(?:[.,][0-9]{1,9})?")
PERCENT = re.compile(r"([0-9]{1,2}|100) ?%")


def rule_of(file: PbHead) -> Rule:
    """The rule that the file declares; `NotCounted` if that does not say how to count.

    `min_project_score_threshold` is a number of points (of votes, where each ballot gives one) under every rule by
    votes: Warsaw's and Lodz's files give their shares of all ballots as such a number, Katowice's theirs in points.
    Per cent, and a number between 0 and 1, which would keep nothing out, are a share of all ballots.
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
    return _with_threshold(rule, threshold)


def _with_threshold(rule: GreedyByVotes, text: str) -> Rule:
    """The rule with a threshold as META gives it. Scores are whole, so that a half is as good as the next number up."""
    if share := PERCENT.fullmatch(text):
        return replace(rule, threshold_percent=int(share[1]))
    if not LEAST.fullmatch(text):
        raise NotCounted(f"{THRESHOLD}: {text!r} is neither a number nor a share in whole per cent.")
    least = Fraction(text.replace(",", "."))
    if not 0 < least < 1:
        return replace(rule, threshold=max(ceil(least), 0))
    if (100 * least).denominator > 1:
        raise NotCounted(f"{THRESHOLD}: {text!r} is no share in whole per cent.")
    return replace(rule, threshold_percent=int(100 * least))


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
