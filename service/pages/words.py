"""The plain words of the pages: money, times, numbers, phases, and refusals as sentences."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import assert_never

import msgspec
from babel.dates import format_date, format_time

from schema import errors as e
from schema.electorate import Condition
from schema.errors import Malformed, Refusal
from schema.outcome import Exact
from schema.rules import EqualShares, GreedyByVotes, MaximinSupport, Rule, SequentialPhragmen
from schema.styles import Approval, Cumulative, Knapsack, Ranked, Scored, Style
from service.languages import HARD, grouped, in_hundredths, locale_of, spoken
from service.problems import details
from service.store.acts import Act
from service.store.persons import Change
from service.store.rounds import Pot, Round
from service.verbs.desk import VERY_OLD

KRONOR = {"SEK", "DKK", "NOK"}
_ON_SHEET = re.compile(r"[0-9]{1,6}(:[0-9]{1,6})?")
OPEN = {"proposing", "supporting", "voting"}
"""Phases in which residents act."""

_SUM = re.compile(
    r"([0-9]{1,13}|[0-9]{1,3}(?:\.[0-9]{3}){1,4}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:[.,]([0-9]{1,2}))?(?:kr|[A-Z]{3})?"
)


def counted(number: int, one: str, more: str | None = None) -> str:
    """A number with its noun: 1 project, 3 projects."""
    return f"{grouped(number)}{HARD}{one if number == 1 else more or one + 's'}"


def percent(part: int, whole: int) -> str:
    """A part in whole percent; 0% and 100% mean none and all."""
    near = round(Fraction(100 * part, whole)) if whole else 0
    if near == 0 and part:
        return "under 1%"
    return "over 99%" if near == 100 and part < whole else f"{near}%"


def money(minor: int, currency: str) -> str:
    """An amount of minor units as people write it: 45 000 kr, 45 000,50 EUR."""
    return f"{'−' if minor < 0 else ''}{in_hundredths(abs(minor))}{HARD}{'kr' if currency in KRONOR else currency}"


def near_money(amount: Exact, currency: str) -> str:
    """An amount that need not be whole, to the nearest minor unit."""
    exact = Fraction(amount)
    if exact.denominator == 1:
        return money(int(exact), currency)
    return f"about {money(round(exact), currency)}" if round(exact) else f"less than {money(1, currency)}"


def read_money(text: str, what: str) -> int:
    """Minor units from what somebody wrote: 45 000, 45.000,50, 45000 kr. Raises Malformed."""
    found = _SUM.fullmatch(re.sub(r"\s", "", text))
    if found is None:
        raise Malformed(fault=f"{what} is not a sum of money (write it like 45 000)")
    whole = re.sub(r"[.,]", "", found[1])
    return int(whole) * 100 + int((found[2] or "").ljust(2, "0"))


def money_field(minor: int | None) -> str:
    """An amount as it stands in a form's field; nothing for none."""
    if minor is None:
        return ""
    whole, rest = divmod(minor, 100)
    return f"{whole},{rest:02}" if rest else str(whole)


def day(at: datetime) -> str:
    """7 December 2026."""
    return dated(at.astimezone(UTC).date())


def dated(on: date) -> str:
    """A date: 7 December 2026."""
    return format_date(on, "long", locale_of(spoken())).replace(" ", HARD)


def moment(at: datetime) -> str:
    """7 December 2026, 14:02 UTC."""
    there = at.astimezone(UTC)
    return f"{dated(there.date())}, {format_time(there, 'short', locale=locale_of(spoken()))}{HARD}UTC"


def groups(text: str, size: int = 4) -> str:
    """A long text of signs in short groups, so that eyes do not lose their place."""
    return " ".join(text[start : start + size] for start in range(0, len(text), size))


def listed(parts: Sequence[str], last: str = "and") -> str:
    """A, B and C."""
    return f" {last} ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


class Step(msgspec.Struct, frozen=True):
    """A step of a round's timeline; ``state`` is past, now or later."""

    phase: str
    title: str
    says: str
    begins_at: datetime | None
    state: str


_STEPS = {
    "framing": ("Announced", "The round is made known."),
    "proposing": ("Proposing", "You put forward what you would like to see done."),
    "reviewing": ("Reviewing", "Officers find out what can be done, and what it costs."),
    "supporting": ("Supporting", "You back the proposals that you like."),
    "voting": ("Voting", "You choose among the projects."),
    "counting": ("Counting", "The ballots are counted; nobody can vote any more."),
    "published": ("Published", "Everybody sees the outcome, with its reasons."),
}
PHASES = {"draft": "Draft", **{phase: title for phase, (title, _) in _STEPS.items()}}


def timeline(found: Round) -> list[Step]:
    """The steps of a round in their order; steps it does not have are left out."""
    begins = {
        "framing": found.announced_at,
        "proposing": found.proposing_at,
        "reviewing": found.reviewing_at,
        "supporting": found.supporting_at,
        "voting": found.voting_at,
        "counting": found.closed_at or found.closes_at,
        "published": found.published_at,
    }
    order = list(_STEPS)
    now = order.index(found.phase) if found.phase in order else -1
    first = next(at for phase, at in begins.items() if phase != "framing" and at is not None)
    steps = []
    for place, phase in enumerate(order):
        announced = phase == "framing" and (place == now or (begins[phase] or first) < first)
        if announced or phase == "published" or (phase != "framing" and begins[phase] is not None):
            state = "now" if place == now else "past" if place < now else "later"
            steps.append(Step(phase, *_STEPS[phase], begins[phase], state))
    return steps


def next_act(found: Round) -> Step | None:
    """The next step in which residents act, for those who come too early."""
    later = [step for step in timeline(found) if step.state == "later" and step.phase in OPEN]
    return later[0] if later else None


def limits(style: Style, currency: str) -> str:
    """What a ballot of this style may hold, as sentences."""
    match style:
        case Approval(max_choices=most, min_choices=least) if most == least:
            return f"Choose exactly {counted(most, 'project')}."
        case Approval(max_choices=most, min_choices=0):
            return f"Choose up to {counted(most, 'project')}. You may also choose none: that is a blank ballot."
        case Approval(max_choices=most, min_choices=least):
            return f"Choose at least {grouped(least)} and at most {counted(most, 'project')}."
        case Knapsack(max_cost=most):
            return (
                f"Choose projects that together cost at most {money(most, currency)}. "
                "You may also choose none: that is a blank ballot."
            )
        case Cumulative(max_points=most, max_points_per_project=each, max_choices=few, min_choices=least):
            bounds = [f"at least {grouped(least)}"] if least else []
            bounds += [f"at most {grouped(few)}"] if few else []
            to = f" to {' and '.join(bounds)} of the projects" if bounds else ""
            return f"Give up to {counted(most, 'point')} in all{to}, and up to {grouped(each)} to one project."
        case Ranked(max_choices=most, min_choices=0):
            return f"Put up to {counted(most, 'project')} in order, the best first."
        case Ranked(max_choices=most, min_choices=least) if most == least:
            return f"Put {counted(most, 'project')} in order, the best first."
        case Ranked(max_choices=most, min_choices=least):
            return f"Put at least {grouped(least)} and at most {counted(most, 'project')} in order, the best first."
        case Scored(max_score=most):
            return f"Give each project up to {counted(most, 'point')}."


def rule_name(rule: Rule) -> str:
    """A rule in a few words."""
    match rule:
        case GreedyByVotes(per_cost=True):
            return "By votes for what a project costs, while the money lasts"
        case GreedyByVotes():
            return "By votes while the money lasts"
        case EqualShares():
            return "Equal shares: every voter gives out the same amount"
        case SequentialPhragmen():
            return "Growing shares: what its supporters can pay first comes first"
        case MaximinSupport():
            return "Growing shares, divided anew for each project"
        case _:
            assert_never(rule)


_RELATED = {"lives": "live", "works": "work", "studies": "study", "rents": "rent a home"}


def electorate(pot: Pot) -> str:
    """Whom a pot asks."""
    where = listed(pot.areas) if pot.areas else ""
    if not pot.relations or pot.relations == ("lives",):
        who = f"Residents of {where}" if where else "All residents"
    else:
        doing = [_RELATED[each] for each in pot.relations if each in _RELATED]
        does = [f"{listed(doing, 'or')} {f'in {where}' if where else 'here'}"] if doing else []
        belongs = ["are members of an association"] if "member" in pot.relations else []
        who = f"People who {listed(does + belongs, 'or')}"
        who += f", of {where}" if where and not doing else ""
    return f"{who} who are {ages(pot)} on {dated(pot.age_on)}" if ages(pot) else who


def ages(pot: Pot) -> str:
    """Which ages a pot asks for; nothing for any."""
    match pot.min_age or None, pot.max_age:
        case None, None:
            return ""
        case least, None:
            return f"{least} or older"
        case None, most:
            return f"{most} or younger"
        case least, most:
            return f"{least} to {most} years old" if least != most else f"{least} years old"


def obstacle(reason: str, pot: Pot | None) -> str:
    """Why somebody may not vote in a pot, and what to do about it."""
    match reason:
        case "other-area" if pot is not None:
            return f"This pot is for residents of {listed(pot.areas)}, and the register has you in another area."
        case "too-young" | "too-old" if pot is not None:
            return f"This pot is for people who are {ages(pot)} on {dated(pot.age_on)}."
        case "unknown-age":
            return "This pot has an age limit, and the register does not say when you were born."
        case "other-relation" if pot is not None:
            return f"This pot is for others: {electorate(pot)}. The register does not have you as one of them."
    return "The roll does not have you in this pot."


REASONS = {
    None: "may vote",
    "other-area": "in another area",
    "too-young": "too young on the day that counts",
    "too-old": "too old on the day that counts",
    "unknown-age": "without a year of birth",
    "other-relation": "related in another way",
}
"""Why the roll leaves people out, as officers read it beside a number of people."""

RELATIONS = {
    "lives": "I live here",
    "works": "I work here",
    "studies": "I study here",
    "rents": "I rent a home here",
    "member": "I am a member of an association here",
}
"""What residents say of themselves."""

FOUND = {"register": "on the register", "declared": "there by her own declaration", "codes": "there by a code"}
ON_ROLL = {"entitled": "May vote", "refused": "May not vote", "missing": "Not on the roll of this pot"}
CONDITIONS = {"area": "Area", "min-age": "Least age", "max-age": "Highest age", "relation": "Relation"}
"""Words of the tree of reasons."""

_SOURCES = {
    "register": "on the register",
    "declared": "among residents who declare themselves",
    "codes": "by codes that name nobody",
}


def sources(named: Sequence[str]) -> str:
    """Where a round finds its people, as a sentence."""
    return f"People are found {listed([text for name, text in _SOURCES.items() if name in named])}."


def asked(condition: Condition) -> str:
    """What a pot asks."""
    match condition.asked:
        case None:
            return "nothing"
        case int(years):
            return f"{years} years"
        case several:
            return listed(several, "or")


def known(condition: Condition) -> str:
    """What is known of somebody; of an age the reading that lets vote."""
    match condition.known:
        case None:
            return "no year of birth"
        case int(years):
            return f"{years} years"
        case several:
            return listed(several)


def change(found: Change) -> str:
    """What a build of the roll changed in a pot."""
    told = [
        (found.newly_entitled, "newly entitled"),
        (found.no_longer_entitled, "no longer entitled"),
        (found.other_reason, "refused for another reason"),
    ]
    return ", ".join(f"{grouped(persons)}{HARD}{what}" for persons, what in told if persons) or "nothing changed"


VOIDS = {
    "blank": "blank",
    "unclear": "unclear what is meant",
    "too-many": "too many projects or points",
    "too-few": "too few projects",
    "too-much-money": "projects that cost too much together",
    "identifying-mark": "a name or mark that shows whose it is",
    "other": "something else (say what)",
}
"""Why a sheet is void, as clerks choose it."""

SHEETS = {
    "keyed": "It waits for a second clerk.",
    "agreed": "Two clerks read the same: it is settled.",
    "void": "It is settled as void.",
    "differs": "The two clerks read differently: it is held back until both look again, or somebody else decides.",
}
"""What a sheet is after an entry."""

DOCUMENTS = {
    "identity-card": "Identity card",
    "passport": "Passport",
    "licence": "Driving licence",
    "other": "Another document with name and picture",
}
"""What somebody shows at a clerk's desk."""


def read_sheet(text: str) -> tuple[list[int], list[int]]:
    """Choices and points as a clerk types them: ``3 7 12``, or ``3:5 7:2`` with points. Raises Malformed."""
    parts = text.replace(",", " ").split()
    if not all(_ON_SHEET.fullmatch(part) for part in parts):
        raise Malformed(fault="the numbers are not written like 3 7 12, or like 3:5 7:2 where there are points")
    pairs = [part.partition(":") for part in parts]
    return [int(number) for number, _, _ in pairs], [int(points) for _, colon, points in pairs if colon]


def written_sheet(choices: Sequence[int], points: Sequence[int]) -> str:
    """The same as text."""
    return " ".join(f"{number}:{points[at]}" if points else str(number) for at, number in enumerate(choices))


SIGNS = {
    "burst": "Many ballots in ten minutes",
    "network": "One network",
    "device": "One network and one kind of device",
    "very-old": f"{VERY_OLD} or older",
    "just-of-age": "just old enough to vote",
}
"""What a line of the fraud desk's report is about."""

STATES = {"held": "held: they count until two officers decide", "released": "released: they count", "voided": "voided"}
"""What became of ballots that were set aside."""


GROUNDS = {
    "cast-it-myself": "I cast this ballot myself, of my own free will",
    "shared-network": "I share my connection with many others, as at home, at school, at work or in a library",
    "shared-device": "Others vote with the same device as well",
    "was-helped": "Somebody helped me, and I decided myself",
}
"""On what grounds a voter asks for her ballot back."""

APPEALS = {"open": "Not answered yet", "granted": "Granted", "refused": "Refused"}
"""What became of an appeal."""


IMPORT_STATES = {
    "reading": "Being read",
    "staged": "To be decided",
    "faulty": "With faults",
    "applied": "Applied",
    "discarded": "Discarded",
}


class Ask(msgspec.Struct, frozen=True):
    """What two officers can do together: the button that asks for it, and what it means."""

    title: str
    says: str


ASKS = {
    "open-early": Ask("Open voting now", "Voting opens at once, and not only at the time that was announced."),
    "close-early": Ask("Close voting now", "Nobody can vote after this."),
    "prolong": Ask("Prolong voting", "Voting closes later than it would."),
    "correct": Ask("Correct a project", "A project gets another title and description. Its cost stays."),
    "reopen": Ask(
        "Open voting again", "Everybody can vote again, and change their ballots. All of it is counted anew then."
    ),
    "publish": Ask("Publish the outcome", "Everybody sees the outcome of every pot at once. It cannot be undone."),
    "destroy-key": Ask("Destroy the key", "Nobody can find out any more who voted for what. It cannot be undone."),
    "void": Ask("Void ballots", "The ballots of a quarantine do not count. Their voters read why, and can appeal."),
    "release": Ask("Release ballots", "Ballots that were set aside count again."),
    "admit": Ask("Admit a resident", "Somebody who appealed comes onto the roll, although it is frozen."),
    "delete-ballots": Ask("Delete the ballots", "The ballots go; ledger and outcome stay. It cannot be undone."),
}


def askable(found: Round, counted_all: bool, corrected: bool) -> list[str]:
    """What two officers may do in a round as it is now, by kind. ``corrected``: it was counted anew after that."""
    match found.phase:
        case "voting":
            return ["prolong", "correct", "close-early"]
        case "counting" if found.closed_at:
            return [*(["publish"] if counted_all else []), "reopen"]
        case "counting":
            return []
        case "published":
            return [*(["publish"] if corrected else []), "destroy-key", "delete-ballots"]
    return ["open-early", "correct"] if found.scheduled_at else []


def is_possible(act: Act, kinds: list[str]) -> bool:
    """Whether an act can still be done: what came too late, as to close what is closed, waits for nothing any more.

    What is asked for at the fraud desk can be done in many phases: it is looked at when it is confirmed.
    """
    return act.kind in kinds or act.kind in {"void", "release", "admit"}


def act_details(act: Act) -> str:
    """What exactly an act would do, beside what all of its kind do."""
    if closes_at := act.details.get("closes_at"):
        return f"Until {moment(datetime.fromisoformat(closes_at))}."
    return f"“{title}”." if (title := act.details.get("title")) else ""


def sentence(refusal: Refusal, currency: str) -> str:
    """What was refused and what to do next, to somebody who filled in a form."""
    facts = {name: int(value) for name, value in refusal.facts.items() if isinstance(value, int)}
    match refusal:
        case e.TooCostly():
            chosen, over, limit = (money(facts[name], currency) for name in ("chosen", "over", "limit"))
            return (
                f"Your projects cost {chosen} together. That is {over} more than the {limit} there is. Take some away."
            )
        case e.TooMany():
            return (
                f"You chose {counted(facts['chosen'], 'project')}; at most {grouped(facts['limit'])} are allowed."
                f" Take {grouped(facts['chosen'] - facts['limit'])} away."
            )
        case e.TooFew():
            return (
                f"You chose {counted(facts['chosen'], 'project')}; at least {grouped(facts['limit'])} are needed."
                f" Add {grouped(facts['limit'] - facts['chosen'])}."
            )
        case e.Stale():
            return "Your ballot was changed meanwhile, perhaps in another window. Look at it below and decide again."
        case e.KeyReused():
            return "This form has cast another ballot before. Look at your choices below and cast them again."
        case e.TooFast() if type(refusal) is e.TooFast:
            wait = counted(facts["seconds"], "second")
            return f"This came too often in a short time, so nothing was done. Wait {wait} and do it again."
        case e.FaultyRegister():
            number = counted(facts["number"], "line of the file is wrong", "lines of the file are wrong")
            return f"{number}. Correct them, choose the file once more, and compare it again."
        case e.Unavailable():
            return "The house is busy or being mended. Wait a moment and do it again; nothing counts twice."
        case e.Malformed(facts={"fault": fault}):
            return f"This cannot be taken yet: {fault}. Correct it and send it again; what you wrote is still here."
    return details(refusal).detail


_REFUSED = {
    "not-on-roll": "from somebody who is not on the roll of this pot",
    "unknown-project": "with a project that is not on this ballot",
    "chosen-twice": "with a project chosen twice",
    "too-many": "with too many projects",
    "too-few": "with too few projects",
    "too-costly": "with projects that cost more than allowed",
    "voided": "under suspicion, and two officers voided it",
}


def refused(code: str) -> str:
    """How a ballot that is not counted came, by the code of its verdict."""
    return _REFUSED.get(code, code)
