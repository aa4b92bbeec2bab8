"""A second program to check a round's bundle, sharing no code with the first: `python tests/verify_bundle.py FILE`.

It needs Python's standard library and nothing of Byalag; Ed25519 is taken from `cryptography` where that is installed,
and is written out below where it is not. One line a step; exit code 0 if every step holds, 1 if one does not.

What it knows, it knows from the formats and the papers, and from these sentences:

* A signed note (C2SP signed-note) is a text, a blank line, and lines of a dash, a name, and base64 of a key's id and a
  signature. A verification key is name+id+base64 of a byte 1 and the public key; its id is the first four bytes of
  SHA-256 over name, line feed, byte 1 and public key. A checkpoint's text is origin, size and root, a line each. The
  text of the minutes is "byalag minutes 1", the same three lines, and for each pot its id and the SHA-256 of its
  `snapshot.json`.
* The tree is that of RFC 6962, its entries the lines of `leaves.txt`. Here it is grown leaf by leaf, as a stack of
  whole subtrees, and its root is looked at whenever it has the size of a signed head.
* Ties. Where a rule holds several projects equal, the first in this order comes first: by each of the criteria in
  turn, `lower_cost`, `more_votes` (supporters, whatever their points), `id` (the number as text), or `lot`: SHA-256
  over the seed, a zero byte and the number as text, all in UTF-8, read as a big-endian number, the lowest first.
* Points. A choice of an approval or knapsack ballot gives one; a ranked ballot as many to its first as it names
  projects and one to its last; others say themselves. A score is a sum of points. Blank ballots are voters too.
* Greedy. Projects by score (`per_cost`: score per cost), the highest first. One below the threshold, or with a rival
  of its `exclusive` set funded, is passed over. One that fits is funded. The first that does not, and has
  `partial_percent` of its cost left, gets that (and from a `reserve` the rest), and the count ends; another misfit
  is passed over or, with "stop", ends the count.
* Equal shares. Each voter has the pot divided by all voters. Whatever has a supporter and costs no more than the pot
  runs. Its supporters pay alike for each unit of utility, or all that they have left; the one that asks least per unit
  comes next. Add1 gives each voter `step` more and runs anew, until a run overspends (it does not count), or all that
  runs is funded, or ("exhaustive") nothing that runs would still fit. What is left goes by score to whatever fits, or
  by Phragmen's loads, voters setting out with what they have left; `partial_percent` is as above. With `comparison` the
  plain greedy outcome is taken if more voters prefer it, by the costs of the funded projects on their ballots.

What it does not do: it does not count Phragmen's method or maximin support, and says so; it does not derive the reasons
beside an outcome again, but only compares their projects, votes, costs and places.
"""

import argparse
import base64
import csv
import hashlib
import io
import json
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

Json = dict[str, Any]
LARGEST = 2**31
TOLD = ("bundle.json", "checkpoints.json", "leaves.txt", "minutes.txt")


class Wrong(Exception):
    """A step does not hold; the message says why."""


def ensure(holds: bool, otherwise: str) -> None:
    """Raise Wrong unless it holds."""
    if not holds:
        raise Wrong(otherwise)


# Ed25519


def signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether this key signed this message."""
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return signed_plainly(public, signature, message)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int, int]


def plus(one: Point, other: Point) -> Point:
    """The sum of two points of the curve -x² + y² = 1 + dx²y², each as X : Y : Z with x = X/Z and y = Y/Z."""
    a, c, d = one[2] * other[2], one[0] * other[0], one[1] * other[1]
    e = D * c * d
    f, g = a * a - e, a * a + e
    return a * f * ((one[0] + one[1]) * (other[0] + other[1]) - c - d) % P, a * g * (c + d) % P, f * g % P


def times(number: int, point: Point) -> Point:
    """A point so many times."""
    total = (0, 1, 1)
    while number:
        total = plus(total, point) if number & 1 else total
        point, number = plus(point, point), number >> 1
    return total


def point_of(encoded: bytes) -> Point:
    """A point from its 32 bytes. Raises ValueError (RFC 8032, 5.1.3)."""
    number = int.from_bytes(encoded, "little")
    y, odd = number & (1 << 255) - 1, number >> 255
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    if len(encoded) != 32 or y >= P or x * x % P != square or (x == 0 and odd):
        raise ValueError("these bytes are no point")
    return (P - x if x & 1 != odd else x), y, 1


BASE = point_of((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def signed_plainly(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether this key signed this message (RFC 8032, 5.1.7): S times the base point is R plus k times the key."""
    try:
        key, s = point_of(public), int.from_bytes(signature[32:], "little")
    except ValueError:
        return False
    if len(signature) != 64 or s >= ORDER:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    x, y, z = plus(times(s, BASE), times(k, (-key[0], key[1], 1)))
    x, y = x * pow(z, -1, P) % P, y * pow(z, -1, P) % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


# Notes and the tree


def read_key(text: str) -> tuple[str, bytes, bytes]:
    """Name, id and public key of a verification key."""
    name, key_id, encoded = text.split("+", 2)
    typed = base64.b64decode(encoded, validate=True)
    ensure(typed[:1] == b"\x01" and len(typed) == 33, f"The key {text} is not one of Ed25519.")
    derived = hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4]
    ensure(derived.hex() == key_id, f"The key {text} has another id than it says.")
    return name, derived, typed[1:]


def open_note(note: str, origin: str, keys: Sequence[str]) -> list[str]:
    """The lines of a note that one of these keys signed."""
    text, blank, signatures = note.rpartition("\n\n")
    ensure(bool(blank) and signatures.endswith("\n"), "A note has no signature.")
    signers = {(name, key_id): public for name, key_id, public in map(read_key, keys)}
    for line in signatures.splitlines():
        dash, name, encoded = line.split(" ")
        signature = base64.b64decode(encoded, validate=True)
        public = signers.get((name, signature[:4]))
        if dash == "\u2014" and name == origin and public is not None:
            ensure(signed(public, signature[4:], f"{text}\n".encode()), "The signature of a note is forged.")
            return text.split("\n")
    raise Wrong("A note is not signed with a key of this ledger.")


def read_head(lines: Sequence[str], origin: str) -> tuple[int, bytes]:
    """Size and root of a head's three lines."""
    named, size, root = lines
    ensure(named == origin, "A signed head is of another ledger.")
    ensure(re.fullmatch("0|[1-9][0-9]{0,15}", size) is not None, "A signed head has no size.")
    return int(size), base64.b64decode(root, validate=True)


def node(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def roots_of(leaves: Sequence[bytes], sizes: set[int]) -> dict[int, bytes]:
    """The root of the first so many leaves, for each size that is not too large."""
    peaks: list[tuple[int, bytes]] = []  # whole subtrees from left to right, each with its height
    roots: dict[int, bytes] = {}
    for size in range(len(leaves) + 1):
        if size:
            height, hashed = 0, hashlib.sha256(b"\x00" + leaves[size - 1]).digest()
            while peaks and peaks[-1][0] == height:
                height, hashed = height + 1, node(peaks.pop()[1], hashed)
            peaks.append((height, hashed))
        if size in sizes:
            root = peaks[-1][1] if peaks else hashlib.sha256().digest()
            for _, left in peaks[-2::-1]:
                root = node(left, root)
            roots[size] = root
    return roots


# Counting


class Election:
    """What is counted: ``costs`` by project, ``ballots`` as (points by project, voters), identical ones together."""

    def __init__(self, inputs: Json) -> None:
        self.money: int = inputs["money"]
        self.costs: dict[int, int] = dict(inputs["costs"])
        self.ballots = [(points_of(inputs["style"], ballot), ballot["voters"]) for ballot in inputs["ballots"]]
        self.voters = sum(voters for _, voters in self.ballots)
        self.votes = dict.fromkeys(self.costs, 0)
        self.scores = dict.fromkeys(self.costs, 0)
        for points, voters in self.ballots:
            for project, given in points.items():
                self.votes[project] += voters
                self.scores[project] += given * voters
        self.projects = sorted(self.costs, key=lambda project: self._place(project, inputs["ties"]))

    def _place(self, project: int, ties: Json) -> list[Any]:
        drawn = hashlib.sha256(f"{ties['seed']}\0{project}".encode()).hexdigest()
        said = {
            "lower_cost": self.costs[project],
            "more_votes": -self.votes[project],
            "id": str(project),
            "lot": drawn,
        }
        return [said[criterion] for criterion in ties["criteria"]]

    def cost(self, funded: Sequence[int]) -> int:
        """What these projects cost together."""
        return sum(self.costs[project] for project in funded)


def points_of(style: Json, ballot: Json) -> dict[int, int]:
    """The points that a ballot gives, by project."""
    choices = ballot["choices"]
    if style["style"] == "ranked":
        return {project: len(choices) - place for place, project in enumerate(choices)}
    if style["style"] in {"cumulative", "scored"}:
        return dict(zip(choices, ballot["points"], strict=True))
    return dict.fromkeys(choices, 1)


GREEDY: Json = {
    "per_cost": False,
    "misfit": "skip",
    "threshold": 0,
    "threshold_percent": 0,
    "exclusive": [],
    "partial_percent": 0,
    "reserve": False,
}
SHARES: Json = {
    "utility": "cost",
    "step": 0,
    "until": "overspending",
    "completion": "none",
    "comparison": False,
    "partial_percent": 0,
}


def recount(inputs: Json) -> tuple[list[int], int | None, int] | None:
    """Whom the rule funds, in order; who gets a part; what the pot spends. None for a rule that is not counted here."""
    rule = dict(inputs["rule"])
    name = rule.pop("rule")
    if name not in {"greedy_by_votes", "equal_shares"}:
        return None
    known = GREEDY if name == "greedy_by_votes" else SHARES
    if strange := sorted(option for option in rule if option not in known and rule[option]):
        raise Wrong(f"The rule has an unknown option, {strange[0]}: this program cannot count it.")
    election = Election(inputs)
    if name == "greedy_by_votes":
        return greedy(election, known | rule)
    funded, partly = equal_shares(election, known | rule)
    return funded, partly, election.cost(funded) if partly is None else election.money


def greedy(election: Election, rule: Json) -> tuple[list[int], int | None, int]:
    """Greedy by votes: funded whole, funded in part, spent."""

    def merit(project: int) -> tuple[bool, Fraction]:
        cost = election.costs[project] if rule["per_cost"] else 1
        return cost == 0, Fraction(election.scores[project], cost) if cost else Fraction(0)

    funded: list[int] = []
    left = election.money
    met = False
    for project in sorted(election.projects, key=merit, reverse=True):
        score, cost = election.scores[project], election.costs[project]
        if score < rule["threshold"] or 100 * score < rule["threshold_percent"] * election.voters:
            continue
        # Members of exclusive sets are named by text, as all projects are outside of ballots.
        if any(
            str(project) in rivals and {str(other) for other in funded} & set(rivals) for rivals in rule["exclusive"]
        ):
            continue
        if cost <= left:
            funded.append(project)
            left -= cost
        elif not met and 0 < rule["partial_percent"] * cost <= 100 * left:
            return ([*funded, project], None, election.money) if rule["reserve"] else (funded, project, election.money)
        elif rule["misfit"] == "stop":
            break
        else:
            met = True
    return funded, None, election.money - left


def equal_shares(election: Election, rule: Json) -> tuple[list[int], int | None]:
    """The method of equal shares, with increments, completion and comparison: funded whole, funded in part."""
    running = [p for p in election.projects if election.votes[p] and election.costs[p] <= election.money]
    share = Fraction(election.money, election.voters or 1)
    funded, purses = one_run(election, running, share, rule["utility"])
    while rule["step"] and len(funded) < len(running):
        left = election.money - election.cost(funded)
        if rule["until"] == "exhaustive" and not any(election.costs[p] <= left for p in running if p not in funded):
            break
        share += rule["step"]
        further, held = one_run(election, running, share, rule["utility"])
        if election.cost(further) > election.money:
            break
        funded, purses = further, held
    partly, percent = None, rule["partial_percent"]
    if rule["completion"] == "votes":
        funded, partly = by_score(election, funded, percent)
    elif rule["completion"] == "phragmen":
        rest = [project for project in running if project not in funded]
        funded, partly = by_loads(election, funded, rest, purses, percent)
    if rule["comparison"]:
        rival, _ = by_score(election, [], 0)
        gains = [
            (
                election.cost([p for p in points if p in rival]) - election.cost([p for p in points if p in funded]),
                voters,
            )
            for points, voters in election.ballots
        ]
        if sum(voters for gain, voters in gains if gain > 0) > sum(voters for gain, voters in gains if gain < 0):
            return rival, None
    return funded, partly


def one_run(
    election: Election, running: Sequence[int], share: Fraction, utility: str
) -> tuple[list[int], list[Fraction]]:
    """Equal shares from one share: what is funded, and what is left of each ballot's purse.

    Purses are kept as whole numbers of a scale that becomes finer with each payment: exact, and fast enough.
    """
    scale = share.denominator
    purses = [share.numerator] * len(election.ballots)
    supporters = {
        project: [
            (place, points[project] if utility == "additive" else 1, voters)
            for place, (points, voters) in enumerate(election.ballots)
            if project in points
        ]
        for project in running
    }
    funded = [project for project in running if election.costs[project] == 0]
    # A rate never falls within a run: what it was before is a bound, by which most need not be looked at.
    known = {project: Fraction(0) for project in running if election.costs[project]}
    while known:
        best: tuple[Fraction, int, int, Fraction] | None = None
        for project in sorted(known, key=lambda project: known[project]):
            if best and known[project] > best[0]:
                break
            payment = payment_of(election.costs[project] * scale, supporters[project], purses)
            if payment is None:
                del known[project]
                continue
            rate = payment / scale
            known[project] = rate = rate / election.costs[project] if utility == "cost" else rate
            offer = rate, running.index(project), project, payment
            best = min(best, offer) if best else offer
        if best is None:
            break
        _, _, project, payment = best
        del known[project]
        funded.append(project)
        if payment.denominator > 1:
            scale *= payment.denominator
            purses = [purse * payment.denominator for purse in purses]
        for place, units, _ in supporters[project]:
            purses[place] = max(0, purses[place] - payment.numerator * units)
    return funded, [Fraction(purse, scale) for purse in purses]


def payment_of(cost: int, supporters: Sequence[tuple[int, int, int]], purses: Sequence[int]) -> Fraction | None:
    """What each supporter (purse, units, voters) pays for a unit, or all she has if less; None if they cannot."""
    rich, missing = list(supporters), cost
    while True:
        units = sum(each * voters for _, each, voters in rich)
        if not units:
            return None
        poor: list[tuple[int, int, int]] = []
        able: list[tuple[int, int, int]] = []
        for one in rich:
            (poor if purses[one[0]] * units < missing * one[1] else able).append(one)
        if not poor:
            return Fraction(missing, units)
        missing -= sum(purses[place] * voters for place, _, voters in poor)
        rich = able


def by_score(election: Election, funded: Sequence[int], percent: int) -> tuple[list[int], int | None]:
    """What is funded already, then by score whatever still fits; and what the first misfit gets a part of its cost."""
    taken, left, met = list(funded), election.money - election.cost(funded), False
    for project in sorted(election.projects, key=lambda project: -election.scores[project]):
        cost = election.costs[project]
        if project in taken:
            continue
        if cost <= left:
            taken.append(project)
            left -= cost
        elif not met and 0 < percent * cost <= 100 * left:
            return taken, project
        else:
            met = True
    return taken, None


def by_loads(
    election: Election, funded: Sequence[int], rest: Sequence[int], purses: Sequence[Fraction], percent: int
) -> tuple[list[int], int | None]:
    """What is funded already, then Phragmen's method with what each voter (by ballot) has left; misfits as above."""
    taken, left, waiting, met = list(funded), election.money - election.cost(funded), list(rest), False
    loads = [-purse for purse in purses]
    while waiting:
        turns = {project: turn_of(election, project, loads) for project in waiting}
        turn = min(turns.values())
        level = [project for project in waiting if turns[project] == turn]
        misfits = [project for project in level if election.costs[project] > left]
        if misfits and not met and 0 < percent * election.costs[misfits[0]] <= 100 * left:
            return taken, misfits[0]
        met = met or bool(misfits)
        chosen = [project for project in level if project not in misfits][:1]
        for project in chosen:
            taken.append(project)
            left -= election.costs[project]
            loads = [
                turn if project in points else load for load, (points, _) in zip(loads, election.ballots, strict=True)
            ]
        waiting = [project for project in waiting if project not in misfits + chosen]
    return taken, None


def turn_of(election: Election, project: int, loads: Sequence[Fraction]) -> Fraction:
    """The load to which a project would bring its supporters."""
    brought = [
        load * voters for load, (points, voters) in zip(loads, election.ballots, strict=True) if project in points
    ]
    return Fraction(election.costs[project] + sum(brought), election.votes[project])


# The bundle


class Bundle:
    """The files of a bundle by name, and what the manifest says."""

    def __init__(self, packed: bytes) -> None:
        try:
            with zipfile.ZipFile(io.BytesIO(packed)) as archive:
                names = archive.namelist()
                ensure(len(set(names)) == len(names), "A file is in it twice.")
                ensure(sum(entry.file_size for entry in archive.infolist()) <= LARGEST, "It is too large.")
                self.files = {name: archive.read(name) for name in names}
        except Wrong:
            raise
        except Exception as fault:  # a broken archive breaks in many ways
            raise Wrong(f"It is not a ZIP file that can be read ({type(fault).__name__}).") from None
        missing = sorted(set(TOLD) - set(self.files))
        ensure(not missing, f"{missing} are not in it.")
        self.manifest = read_json(self.files["bundle.json"])
        ensure(self.manifest["format"] == "byalag bundle 1", "It has a format that this program does not know.")
        self.origin: str = self.manifest["origin"]
        self.keys: list[str] = self.manifest["keys"]
        self.pots: list[Json] = self.manifest["pots"]
        may = {
            f"{pot['folder']}/{name}" for pot in self.pots for name in ("snapshot.json", "inputs.json", "ballots.pb")
        }
        strange = sorted(set(self.files) - {"READ-ME.txt", *TOLD} - may)
        ensure(not strange, f"A file does not belong there: {strange}")
        self.leaves = [bytes.fromhex(line) for line in self.files["leaves.txt"].decode("ascii").splitlines()]
        self.snapshots = [read_json(self.files[f"{pot['folder']}/snapshot.json"]) for pot in self.pots]


def read_json(content: bytes) -> Any:
    """What a JSON text says. An object that says something twice says nothing."""

    def once(pairs: list[tuple[str, Any]]) -> Json:
        ensure(len({name for name, _ in pairs}) == len(pairs), "A name is twice in an object.")
        return dict(pairs)

    return json.loads(content, object_pairs_hook=once)


def check(packed: bytes, keys: Sequence[str] = (), heads: Sequence[str] = ()) -> Iterator[tuple[bool, str]]:
    """Check a bundle: of each step whether it holds, and a sentence. ``keys`` and ``heads``: known from elsewhere."""
    bundles: list[Bundle] = []

    def opened() -> str:
        bundles.append(Bundle(packed))
        return f"The bundle is of {bundles[0].manifest['round']}, {bundles[0].manifest['municipality']}."

    yield step(opened)
    if not bundles:
        return
    bundle = bundles[0]
    yield step(lambda: check_keys(bundle, keys))
    yield step(lambda: check_heads(bundle, heads))
    yield step(lambda: check_minutes(bundle))
    yield step(lambda: check_equation(bundle))
    for pot, snapshot in zip(bundle.pots, bundle.snapshots, strict=True):
        for checked in (check_snapshot, check_sums, check_ballots, check_pabulib, check_outcome):
            holds, sentence = step(partial(checked, bundle, pot, snapshot))
            yield holds, f"{pot.get('pot')}: {sentence}"


def step(checked: Callable[[], str]) -> tuple[bool, str]:
    """Whether a step holds, and its sentence."""
    try:
        return True, checked()
    except Wrong as fault:
        return False, str(fault)
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, csv.Error) as fault:
        return False, f"Something there cannot be read ({type(fault).__name__}: {fault})."


def check_keys(bundle: Bundle, known: Sequence[str]) -> str:
    """The keys are of this ledger, and those that somebody knows are the only ones."""
    ensure(bool(bundle.keys), "The bundle names no key.")
    ensure({read_key(key)[0] for key in bundle.keys} == {bundle.origin}, "A key is for another ledger.")
    if not known:
        return f"The keys are for {bundle.origin}. Whether they are its own, --key can tell."
    ensure(set(bundle.keys) <= set(known), "A key of the bundle is none that you named.")
    return "The keys are those that you named."


def check_heads(bundle: Bundle, kept: Sequence[str]) -> str:
    """Every head is signed, they grow from nothing to all leaves, and each is the root of the leaves then."""
    ensure(all(len(leaf) == 32 for leaf in bundle.leaves), "A leaf is not of 32 bytes.")
    ensure(len(set(bundle.leaves)) == len(bundle.leaves), "A leaf is there twice.")
    notes = read_json(bundle.files["checkpoints.json"])
    heads = [read_head(open_note(note, bundle.origin, bundle.keys), bundle.origin) for note in notes]
    sizes = [size for size, _ in heads]
    ensure(sizes == sorted(set(sizes)), "The signed heads are not in order, or two are of one size.")
    ensure(sizes[:1] == [0], "The first signed head is not that of an empty ledger.")
    ensure(
        sizes[-1:] == [len(bundle.leaves)], f"The last signed head is of {sizes[-1]}, not {len(bundle.leaves)} leaves."
    )
    mine = [read_head(open_note(note, bundle.origin, bundle.keys), bundle.origin) for note in kept]
    roots = roots_of(bundle.leaves, {size for size, _ in heads + mine})
    for size, root in heads:
        ensure(roots[size] == root, f"The signed head of {size} leaves is not the root of these leaves.")
    for size, root in mine:
        ensure(roots.get(size) == root, f"The head of {size} leaves that you kept is of another ledger.")
    agree = f" and to {len(mine)} that you kept" if mine else ""
    return f"{len(bundle.leaves)} leaves hash to each of {len(heads)} signed heads{agree}."


def check_minutes(bundle: Bundle) -> str:
    """The minutes are signed, over the last head and these snapshots."""
    title, *lines = open_note(bundle.files["minutes.txt"].decode(), bundle.origin, bundle.keys)
    ensure(title == "byalag minutes 1", "The minutes are something else.")
    size, root = read_head(lines[:3], bundle.origin)
    ensure(
        (size, root) == (len(bundle.leaves), roots_of(bundle.leaves, {size}).get(size)), "They name another last head."
    )
    folders = [(pot["pot_id"], bundle.files[f"{pot['folder']}/snapshot.json"]) for pot in bundle.pots]
    named = [f"{pot_id} {hashlib.sha256(content).hexdigest()}" for pot_id, content in folders]
    ensure(lines[3:] == named, "They name other outcomes than those in the bundle.")
    return f"The minutes are signed, over the last head and {len(named)} outcomes."


def check_equation(bundle: Bundle) -> str:
    """Every leaf is a revision in some pot."""
    revisions = sum(snapshot["sums"]["revisions"] for snapshot in bundle.snapshots)
    ensure(
        revisions == len(bundle.leaves), f"There are {len(bundle.leaves)} leaves, and {revisions} are accounted for."
    )
    return f"All {revisions} leaves are accounted for."


def check_snapshot(bundle: Bundle, pot: Json, snapshot: Json) -> str:
    """The outcome is of this pot and ledger, and speaks of its projects."""
    manifest, ledger, outcome = bundle.manifest, snapshot["ledger"], snapshot["outcome"]
    ensure(snapshot["format"] == "byalag snapshot 1", "It has a format that this program does not know.")
    for name, said in {**{name: manifest[name] for name in ("municipality", "round", "round_id")}, **pot}.items():
        ensure(name == "folder" or snapshot[name] == said, f"The bundle says another {name} than the outcome.")
    size = len(bundle.leaves)
    last = bundle.origin, size, roots_of(bundle.leaves, {size})[size].hex()
    ensure((ledger["origin"], ledger["size"], ledger["root"]) == last, "It was counted under another ledger.")
    projects = {str(project["number"]): project for project in snapshot["projects"]}
    ensure(len(projects) == len(snapshot["projects"]), "A project is on the ballot twice.")
    reasons = {reason["project"]: reason for reason in outcome["explanations"]}
    ensure(
        len(reasons) == len(outcome["explanations"]) and set(reasons) == set(projects),
        "A project has no reason, or two.",
    )
    funded = [*outcome["funded"], *([outcome["partly"]] if outcome["partly"] else [])]
    ensure([*reasons][: len(funded)] == funded, "The reasons are not in the order of the funded projects.")
    for place, (project, reason) in enumerate(reasons.items(), 1):
        right = projects[project]["cost"], projects[project]["supporters"], project in funded
        given = reason["cost"], reason.get("votes", right[1]), reason["type"].startswith("funded")
        ensure(
            given == right and reason.get("position", place) == place,
            f"The reason for {project} is of another project.",
        )
    ensure(outcome["budget"] == snapshot["money"] >= outcome["spent"], "It spends more than there is.")
    return f"{len(outcome['funded'])} of {len(projects)} projects are funded."


def check_sums(_bundle: Bundle, _pot: Json, snapshot: Json) -> str:
    """Every revision went somewhere."""
    sums = snapshot["sums"]
    parts = [sums["counted"], sums["superseded"], sums.get("withdrawn", 0), *sums["refused"].values()]
    ensure(min(parts) >= 0 and sum(parts) == sums["revisions"], f"{sums['revisions']} revisions are not {sum(parts)}.")
    ensure(sums["counted"] <= sums["voters"] <= sums["revisions"], "There are more counted ballots than voters.")
    channels = sums["channels"]
    ensure(set(channels) <= {"online", "paper"}, "A ballot came in a way that there is not.")
    ensure(
        all(number > 0 for number in channels.values()) and sum(channels.values()) == sums["counted"],
        "The ways in which ballots came do not add up to those that are counted.",
    )
    return f"{sums['revisions']} revisions, of which {sums['counted']} are counted."


def shown(bundle: Bundle, pot: Json, snapshot: Json) -> Json | None:
    """The inputs of a pot; None where they are rightly withheld."""
    here = {name for name in ("inputs.json", "ballots.pb") if f"{pot['folder']}/{name}" in bundle.files}
    if snapshot["sums"]["counted"] < snapshot["ballots_floor"]:
        ensure(not here, "The ballots are too few to be shown, and are shown.")
        return None
    ensure(len(here) == 2, "The counted ballots are missing.")
    inputs: Json = read_json(bundle.files[f"{pot['folder']}/inputs.json"])
    return inputs


def check_ballots(bundle: Bundle, pot: Json, snapshot: Json) -> str:
    """The inputs are those of the outcome, each ballot is one, and projects have the supporters that they have."""
    inputs = shown(bundle, pot, snapshot)
    if inputs is None:
        return f"Withheld: {snapshot['sums']['counted']} counted ballots are under {snapshot['ballots_floor']}."
    hashed = hashlib.sha256(bundle.files[f"{pot['folder']}/inputs.json"]).hexdigest()
    ensure(hashed == snapshot["input_hash"], "The outcome was made of other inputs: their hash differs.")
    for name in ("money", "rule", "ties", "style"):
        ensure(inputs[name] == snapshot[name], f"The outcome states another {name} than its inputs.")
    stated = {project["number"]: project["cost"] for project in snapshot["projects"]}
    ensure(
        [list(each) for each in sorted(stated.items())] == inputs["costs"], "A cost is not the one that was counted."
    )
    ballots = inputs["ballots"]
    keys = [(ballot["choices"], ballot["points"]) for ballot in ballots]
    ensure(len({repr(key) for key in keys}) == len(keys), "A ballot is listed twice.")
    order = [(ballot["choices"], ballot["voters"], ballot["points"]) for ballot in ballots]
    ensure(order == sorted(order), "The ballots are not sorted, so that their order could say something.")
    for ballot in ballots:
        ensure(ballot["voters"] > 0, "A ballot has no voter.")
        check_ballot(inputs["style"], stated, ballot["choices"], ballot["points"])
    counted = sum(ballot["voters"] for ballot in ballots)
    ensure(
        counted == snapshot["sums"]["counted"],
        f"There are {counted} counted ballots, not {snapshot['sums']['counted']}.",
    )
    supporters = Counter(dict.fromkeys(stated, 0))
    for ballot in ballots:
        supporters.update(dict.fromkeys(ballot["choices"], ballot["voters"]))
    said = {project["number"]: project["supporters"] for project in snapshot["projects"]}
    ensure(said == dict(supporters), "A project has other supporters than the ballots give it.")
    return f"{counted} counted ballots, {len(ballots)} of them different, are those that the outcome was made of."


def check_ballot(style: Json, costs: dict[int, int], choices: list[int], points: list[int]) -> None:
    """A ballot is of the style."""
    kind, sort = style["style"], "A counted ballot is none of this style."
    ensure(set(choices) <= set(costs) and len(set(choices)) == len(choices), sort)
    ensure(kind == "ranked" or choices == sorted(choices), sort)
    ensure(
        len(points) == (len(choices) if kind in {"cumulative", "scored"} else 0) and min(points, default=1) > 0, sort
    )
    most = style.get("max_choices")
    ensure(style.get("min_choices", 0) <= len(choices) <= (len(costs) if most is None else most), sort)
    ensure(kind != "knapsack" or sum(costs[number] for number in choices) <= style["max_cost"], sort)
    ensure(kind != "cumulative" or sum(points) <= style["max_points"], sort)
    each = {"cumulative": "max_points_per_project", "scored": "max_score"}.get(kind)
    ensure(each is None or max(points, default=0) <= style[each], sort)
    ensure(kind in {"approval", "knapsack", "cumulative", "ranked", "scored"}, f"The style {kind} is not known here.")


def check_pabulib(bundle: Bundle, pot: Json, snapshot: Json) -> str:
    """The Pabulib file says the same: money, costs, ballots, and what is funded."""
    inputs = shown(bundle, pot, snapshot)
    if inputs is None:
        return "Nor is there a Pabulib file."
    meta, projects, votes = read_pabulib(bundle.files[f"{pot['folder']}/ballots.pb"].decode())
    said = {row["key"]: row["value"] for row in meta}
    ensure(minor(said["budget"]) == inputs["money"], "The Pabulib file has another sum of money.")
    ensure(
        (int(said["num_projects"]), int(said["num_votes"])) == (len(projects), len(votes)),
        "It counts its rows wrongly.",
    )
    rules = [{option: value for option, value in rule.items() if value} for rule in (declared(said), inputs["rule"])]
    ensure(rules[0] == rules[1], "The Pabulib file declares another rule.")
    listed = [
        (row["project_id"], minor(row["cost"]), " ".join(row["name"].split()), int(row["votes"]), int(row["selected"]))
        for row in projects
    ]
    right = [
        (
            str(project["number"]),
            project["cost"],
            " ".join(project["title"].split()),
            project["supporters"],
            int(str(project["number"]) in snapshot["outcome"]["funded"]),
        )
        for project in sorted(snapshot["projects"], key=lambda project: int(project["number"]))
    ]
    ensure(listed == right, "The Pabulib file has other projects, costs, votes or funded projects.")
    cast = Counter((numbers(row["vote"]), numbers(row.get("points", ""))) for row in votes)
    counted = {(tuple(b["choices"]), tuple(b["points"])): b["voters"] for b in inputs["ballots"]}
    ensure(dict(cast) == counted, "The Pabulib file has other ballots than those counted.")
    return "The Pabulib file says the same."


def read_pabulib(text: str) -> tuple[list[dict[str, str]], ...]:
    """The rows of META, PROJECTS and VOTES."""
    sections: dict[str, list[list[str]]] = {"META": [], "PROJECTS": [], "VOTES": []}
    rows: list[list[str]] = []
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True):
        if len(row) == 1 and row[0] in sections:
            rows = sections[row[0]]
        else:
            rows.append(row)
    return tuple([dict(zip(rows[0], row, strict=True)) for row in rows[1:]] for rows in sections.values())


def numbers(text: str) -> tuple[int, ...]:
    """A list of whole numbers in one cell."""
    return tuple(int(part) for part in text.split(",")) if text else ()


def minor(text: str) -> int:
    """An amount in minor units, from one in whole units with two decimals at most."""
    whole, _, part = text.partition(".")
    ensure((whole + part).isdigit() and len(part) <= 2, f"{text} is not an amount.")
    return int(whole) * 100 + int(part.ljust(2, "0"))


def declared(meta: dict[str, str]) -> Json:
    """The rule that META declares, with all its options."""
    name, add1 = meta["rule"], meta["rule"].startswith("equalshares/add1")
    if name.startswith("{"):
        rule: Json = read_json(name.encode())
        return rule
    if name.startswith("equalshares"):
        compared = name.endswith("-comparison")
        return {"rule": "equal_shares", **SHARES, "step": 100 if add1 else 0, "comparison": compared}
    ensure(name in {"greedy", "greedy-no-skip", "greedy-threshold"}, f"The rule {name} is not known here.")
    options = {"misfit": "stop" if name == "greedy-no-skip" else "skip"}
    return {
        "rule": "greedy_by_votes",
        **GREEDY,
        **options,
        "threshold": int(meta.get("min_project_score_threshold", 0)),
    }


def check_outcome(bundle: Bundle, pot: Json, snapshot: Json) -> str:
    """The rule makes this outcome of these ballots."""
    inputs = shown(bundle, pot, snapshot)
    if inputs is None:
        return "NOT RECOUNTED: the ballots are withheld. A named auditor can count them."
    check_ballots(bundle, pot, snapshot)  # what is no ballot could keep a count from ever ending
    ensure(inputs["rule"].get("step", 0) >= 0, "The rule takes money away from voters.")
    counted = recount(inputs)
    if counted is None:
        return f"NOT RECOUNTED: this program does not count by {inputs['rule']['rule']}."
    funded, partly, spent = counted
    outcome = snapshot["outcome"]
    told = (
        [int(project) for project in outcome["funded"]],
        outcome["partly"] and int(outcome["partly"]),
        outcome["spent"],
    )
    ensure(told == (funded, partly, spent), f"Counted again, {funded} are funded, for {spent}.")
    return f"Counted again: the same {len(funded)} projects, for the same money. Its reasons were not derived again."


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the bundle that the arguments name; the exit code."""
    parser = argparse.ArgumentParser(description="Check a round's bundle without any of Byalag's own code.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--key", action="append", default=[], help="a verification key that you know")
    parser.add_argument(
        "--head", action="append", default=[], type=Path, help="a file with a signed head that you kept"
    )
    named = parser.parse_args(arguments)
    kept = [path.read_text(encoding="utf-8") for path in named.head]
    all_hold = True
    for holds, sentence in check(named.bundle.read_bytes(), named.key, kept):
        all_hold = all_hold and holds
        sys.stdout.write(f"{'holds' if holds else 'WRONG'}  {sentence}\n")
    sys.stdout.write("All of this holds.\n" if all_hold else "NOT all of this holds.\n")
    return 0 if all_hold else 1


if __name__ == "__main__":
    sys.exit(main())
