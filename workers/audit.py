"""Audit: check a round's bundle, step by step, and say of each step whether it holds.

Everything is derived again: the ledger's root from its leaves at every head, the sums from the ballots, the outcome
from the inputs. What a bundle claims of itself is only compared.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise

import msgspec

from schema.bundle import BadBundle, Bundle, BundledPot, PotFiles, read_inputs, read_snapshot
from schema.checkpoint import BadCheckpoint, Head, read_checkpoint, read_key
from schema.minutes import Minutes, read_minutes
from schema.pb import PbError, declaration, read_pb
from schema.pb.form import one_line
from schema.snapshot import Inputs, Snapshot
from schema.styles import canonical, check_choices
from schema.tree import EMPTY, TileId, grow, root
from workers.profile import count_inputs
from workers.seal import supported


class Finding(msgspec.Struct, frozen=True):
    """A step of the check: whether it holds, and a sentence about it. ``about``: the pot, if it is about one."""

    holds: bool
    sentence: str
    about: str | None = None


class Failed(Exception):
    """A step does not hold; the message says why."""


class Known(msgspec.Struct, frozen=True):
    """What somebody knows from elsewhere: verification keys, heads that they kept, commitments of receipts (hex)."""

    keys: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    commitments: tuple[str, ...] = ()


def audit(bundle: Bundle, known: Known) -> Iterator[Finding]:
    """Check a bundle. After a step that failed the others are checked as well, as far as that goes."""
    tree = Tree(bundle.leaves)
    yield step(partial(_keys, bundle, known))
    yield step(partial(_heads, bundle, tree))
    for note in known.heads:
        yield step(partial(_kept_head, bundle, tree, note))
    for commitment in known.commitments:
        yield step(partial(_included, bundle, commitment))
    yield step(partial(_minutes, bundle, tree))
    for listed, files in zip(bundle.manifest.pots, bundle.pots, strict=True):
        for check in (_snapshot_told, _sums_hold, _ballots_told, _recounted, _pb_told):
            yield step(partial(check, files), listed.pot)
    yield step(partial(_equation, bundle))


def step(check: Callable[[], str], about: str | None = None) -> Finding:
    """What a check says, or why it does not hold."""
    try:
        return Finding(True, check(), about)
    except (Failed, BadBundle, BadCheckpoint, PbError) as fault:
        return Finding(False, str(fault), about)
    except ValueError as fault:  # a number, a text or a ballot that no house of ours would have written
        return Finding(False, f"Something there cannot be read: {fault}", about)


class Tree:
    """The ledger's tree, built anew from its leaves."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.size = len(leaves)
        self._tiles: dict[TileId, bytes] = grow({}, 0, leaves)

    def head(self, size: int) -> Head:
        """The head of the first ``size`` leaves. Raises Failed when there are fewer."""
        if size > self.size:
            raise Failed(f"A head signs {size:,} leaves, and the bundle has {self.size:,}: some are missing.")
        return Head(size, root(self._tiles, size))


def _publics(bundle: Bundle) -> list[bytes]:
    found = []
    for text in bundle.manifest.keys:
        origin, public = read_key(text)
        if origin != bundle.manifest.origin:
            raise Failed(f"A key of the bundle is for another log, {origin}.")
        found.append(public)
    return found


def _keys(bundle: Bundle, known: Known) -> str:
    """The keys are for this log, and those that somebody knows from elsewhere are the only ones."""
    _publics(bundle)
    if not known.keys:
        return f"The keys are for {bundle.manifest.origin}; --key compares them with one that you know."
    strange = sorted(set(bundle.manifest.keys) - set(known.keys))
    if strange:
        raise Failed(f"The bundle is signed with a key that you did not name: {strange[0]}")
    return "The bundle is signed with keys that you named, and no others."


def _heads(bundle: Bundle, tree: Tree) -> str:
    """Every head is signed and is that of the first leaves: so they are all consistent with each other (P5)."""
    publics = _publics(bundle)
    heads = [read_checkpoint(note, bundle.manifest.origin, publics) for note in bundle.heads]
    sizes = [head.size for head in heads]
    if not heads or heads[0] != Head(0, EMPTY):
        raise Failed("The ledger does not begin with a signed head of an empty tree.")
    if any(newer <= older for older, newer in pairwise(sizes)):
        raise Failed("The signed heads are not in order, or two have one size.")
    for head in heads:
        if tree.head(head.size) != head:
            raise Failed(f"The signed head of {head.size:,} leaves is not that of the bundle's leaves.")
    if sizes[-1] != tree.size:
        raise Failed(f"The last signed head is of {sizes[-1]:,} leaves, and the bundle has {tree.size:,}.")
    if len(set(bundle.leaves)) != tree.size:
        raise Failed("A leaf stands in the ledger twice.")
    return f"The ledger's {tree.size:,} leaves hash to each of its {len(heads):,} signed heads."


def _kept_head(bundle: Bundle, tree: Tree, note: str) -> str:
    """A head that somebody kept is one of this ledger's past."""
    head = read_checkpoint(note, bundle.manifest.origin, _publics(bundle))
    if tree.head(head.size) != head:
        raise Failed(f"The head of {head.size:,} leaves that you kept is of another ledger: you were shown two.")
    return f"The head of {head.size:,} leaves that you kept is of this ledger."


def _included(bundle: Bundle, commitment: str) -> str:
    """A receipt's ballot is in the ledger."""
    try:
        position = bundle.leaves.index(bytes.fromhex(commitment))
    except ValueError:
        raise Failed(f"The ballot of receipt {commitment} is not in the ledger.") from None
    return f"The ballot of receipt {commitment} is in the ledger, at position {position:,}."


def _minutes(bundle: Bundle, tree: Tree) -> str:
    """The minutes are signed, over the last head and over exactly these snapshots."""
    minutes = read_minutes(bundle.minutes, bundle.manifest.origin, _publics(bundle))
    if minutes.head != tree.head(tree.size):
        raise Failed("The signed minutes name another head of the ledger than the last.")
    counted = tuple(
        (listed.pot_id, hashlib.sha256(files.snapshot).hexdigest())
        for listed, files in zip(bundle.manifest.pots, bundle.pots, strict=True)
    )
    if minutes != Minutes(minutes.head, counted):
        raise Failed("The signed minutes name other outcomes than those in the bundle.")
    for listed, files in zip(bundle.manifest.pots, bundle.pots, strict=True):
        _belongs(bundle, listed, read_snapshot(files.snapshot), minutes.head)
    return f"The signed minutes name the last head and the outcome of {_pots(len(counted))}."


def _belongs(bundle: Bundle, listed: BundledPot, snapshot: Snapshot, head: Head) -> None:
    manifest = bundle.manifest
    said = (snapshot.municipality, snapshot.round_id, snapshot.round, snapshot.pot_id, snapshot.pot)
    if said != (manifest.municipality, manifest.round_id, manifest.round, listed.pot_id, listed.pot):
        raise Failed("An outcome in the bundle is of another round or pot, or one with another name.")
    ledger = snapshot.ledger
    if (ledger.origin, ledger.size, ledger.root) != (bundle.manifest.origin, head.size, head.root.hex()):
        raise Failed("An outcome was counted under another ledger than the bundle's.")


def _snapshot_told(files: PotFiles) -> str:
    """The snapshot's projects are those of its outcome, and the money is kept to."""
    snapshot = read_snapshot(files.snapshot)
    costs = {str(project.number): project.cost for project in snapshot.projects}
    outcome = snapshot.outcome
    if len(costs) != len(snapshot.projects):
        raise Failed("It lists a project twice.")
    if not set(outcome.funded) <= set(costs) or len(set(outcome.funded)) != len(outcome.funded):
        raise Failed("It funds a project that is not on the ballot, or one twice.")
    reasons = tuple(line.project for line in outcome.explanations)
    if sorted(reasons) != sorted(costs) or reasons[: len(outcome.funded)] != outcome.funded:
        raise Failed("It does not give exactly one reason for each project, the funded ones first.")
    if outcome.budget != snapshot.money or outcome.spent > snapshot.money:
        raise Failed("It spends more than the money of the pot.")
    return f"{len(outcome.funded)} of {len(costs)} projects are funded, within the money of the pot."


def _sums_hold(files: PotFiles) -> str:
    """Every revision went somewhere, and no voter is counted twice (P2, P11)."""
    sums = read_snapshot(files.snapshot).sums
    elsewhere = sums.superseded + sums.withdrawn + sum(sums.refused.values())
    if min(sums.counted, sums.superseded, sums.withdrawn, *sums.refused.values()) < 0:
        raise Failed("A sum is below zero.")
    if sums.revisions != sums.counted + elsewhere or sums.counted > sums.voters:
        raise Failed(f"Of {sums.revisions:,} ballots and changes {sums.counted + elsewhere:,} are accounted for.")
    if min(sums.channels.values(), default=1) < 1 or sum(sums.channels.values()) != sums.counted:
        raise Failed(f"The ways in which ballots came do not add up to the {sums.counted:,} that were counted.")
    return (
        f"{sums.revisions:,} ballots and changes = {sums.counted:,} counted + {sums.superseded:,} changed later"
        f" + {sums.withdrawn:,} taken back + {sum(sums.refused.values()):,} refused."
    )


def _shown(files: PotFiles) -> tuple[Snapshot, Inputs | None]:
    """A pot's snapshot and inputs; no inputs where they are rightly withheld. Raises Failed."""
    snapshot = read_snapshot(files.snapshot)
    if snapshot.withheld:
        if files.inputs is not None or files.pb is not None:
            raise Failed("The ballots are too few to be shown, and yet they are in the bundle.")
        return snapshot, None
    if files.inputs is None or files.pb is None:
        raise Failed("The counted ballots are missing, and they are not too few to be shown.")
    return snapshot, read_inputs(files.inputs)


def _ballots_told(files: PotFiles) -> str:
    """The inputs are those of the snapshot, and give every project its supporters."""
    snapshot, inputs = _shown(files)
    if inputs is None:
        return f"{snapshot.sums.counted:,} ballots are too few to be shown to all (under {snapshot.ballots_floor:,})."
    if hashlib.sha256(files.inputs or b"").hexdigest() != snapshot.input_hash:
        raise Failed("The counted ballots, the rule or a cost is another than the outcome was made of.")
    said = (snapshot.money, snapshot.rule, snapshot.ties, snapshot.style)
    if said != (inputs.money, inputs.rule, inputs.ties, inputs.style):
        raise Failed("The outcome states another rule, style or sum of money than it was made of.")
    if list(inputs.ballots) != sorted(set(inputs.ballots)):
        raise Failed("The counted ballots are not in order.")
    counted = sum(group.voters for group in inputs.ballots)
    if counted != snapshot.sums.counted:
        raise Failed(f"There are {counted:,} counted ballots, and the outcome says {snapshot.sums.counted:,}.")
    titles = {project.number: project.title for project in snapshot.projects}
    if set(titles) != {number for number, _ in inputs.costs}:
        raise Failed("The projects of the outcome are not those on the ballot.")
    listed = supported(((number, titles[number], cost) for number, cost in inputs.costs), inputs.ballots)
    if listed != snapshot.projects:
        raise Failed("The outcome gives a project other supporters or another cost than the ballots do.")
    _are_ballots(inputs)
    return f"The {counted:,} counted ballots are those that the outcome was made of."


def _are_ballots(inputs: Inputs) -> None:
    """Every counted ballot is one of the style, in its one form, and somebody's."""
    costs = dict(inputs.costs)
    for group in inputs.ballots:
        if group.voters < 1 or check_choices(inputs.style, costs, group.choices, group.points):
            raise Failed("A counted ballot breaks the limits of a ballot, or is nobody's.")
        if canonical(inputs.style, group.choices, group.points) != (group.choices, group.points):
            raise Failed("A counted ballot is not in the form in which ballots are stored.")


def _recounted(files: PotFiles) -> str:
    """The rule makes the same outcome of the same inputs (P6)."""
    snapshot, inputs = _shown(files)
    if inputs is None:
        return "It cannot be counted again without its ballots: a named auditor can."
    _are_ballots(inputs)  # what is none cannot be counted
    if count_inputs(inputs) != snapshot.outcome:
        raise Failed("Counted again, the ballots give another outcome.")
    return "Counted again, the ballots give the same outcome with the same reasons."


def _pb_told(files: PotFiles) -> str:
    """The Pabulib file holds the same ballots."""
    snapshot, inputs = _shown(files)
    if inputs is None:
        return "Nor is there a Pabulib file of them."
    file = read_pb(files.pb or b"")
    if file.budget != inputs.money or not declaration(inputs.rule).items() <= file.meta.items():
        raise Failed("The Pabulib file states another sum of money or another rule.")
    projects = [(each.id, each.cost, one_line(each.name), each.votes) for each in file.projects]
    if projects != [(str(each.number), each.cost, one_line(each.title), each.supporters) for each in snapshot.projects]:
        raise Failed("The Pabulib file has other projects, costs or votes than the outcome.")
    ballots = Counter((tuple(map(int, voter.choices)), voter.points) for voter in file.voters)
    if ballots != Counter({(group.choices, group.points): group.voters for group in inputs.ballots}):
        raise Failed("The Pabulib file holds other ballots than those counted.")
    if file.published != frozenset(snapshot.outcome.funded):
        raise Failed("The Pabulib file names other funded projects than the outcome.")
    return "The Pabulib file holds the same ballots, projects, rule and outcome."


def _equation(bundle: Bundle) -> str:
    """The seal equation: every leaf is a revision of some pot, and every revision has a leaf."""
    revisions = sum(read_snapshot(files.snapshot).sums.revisions for files in bundle.pots)
    if revisions != len(bundle.leaves):
        raise Failed(f"The ledger has {len(bundle.leaves):,} leaves, and the outcomes account for {revisions:,}.")
    return f"Each of the ledger's {revisions:,} leaves is accounted for in {_pots(len(bundle.pots))}."


def _pots(number: int) -> str:
    return f"{number} pot{'' if number == 1 else 's'}"
