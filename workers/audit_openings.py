"""What an auditor's openings show beyond the bundle: each leaf is a ballot, and the last of each voter was counted."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

import msgspec

from schema.ballots import commitment
from schema.bundle import Bundle, PotFiles, read_snapshot
from schema.openings import Opening, Openings
from schema.snapshot import Group, Inputs, Snapshot, Sums, input_hash
from schema.styles import check_choices
from workers.audit import Failed, Finding, step
from workers.eligibility import NOT_ON_ROLL, VOIDED
from workers.profile import count_inputs


def audit_openings(bundle: Bundle, openings: Openings) -> Iterator[Finding]:
    """Check the openings against the bundle that they belong to."""
    yield step(partial(_open_leaves, bundle, openings))
    for listed, files in zip(bundle.manifest.pots, bundle.pots, strict=True):
        revisions = [opening for opening in openings.openings if opening.pot_id == listed.pot_id]
        for check in (_in_order, _add_up, _counted):
            yield step(partial(check, files, revisions), listed.pot)


def _open_leaves(bundle: Bundle, openings: Openings) -> str:
    """Each leaf is the commitment to its opening, and there is one for each."""
    header = openings.header
    if (header.round_id, header.origin) != (bundle.manifest.round_id, bundle.manifest.origin):
        raise Failed("The openings are of another round.")
    if [opening.position for opening in openings.openings] != list(range(len(bundle.leaves))):
        raise Failed(f"There is not exactly one opening for each of {len(bundle.leaves):,} leaves.")
    styles = {listed.pot_id: _style(files) for listed, files in zip(bundle.manifest.pots, bundle.pots, strict=True)}
    for opening, leaf in zip(openings.openings, bundle.leaves, strict=True):
        if opening.pot_id not in styles:
            raise Failed(f"Leaf {opening.position:,} is of a pot that the bundle does not have.")
        if _committed(bundle, styles[opening.pot_id], opening) != leaf:
            raise Failed(f"Leaf {opening.position:,} commits to another ballot than its opening says.")
    return f"Each of {len(bundle.leaves):,} leaves commits to the ballot that its opening says."


def _style(files: PotFiles) -> str:
    name: str = msgspec.to_builtins(read_snapshot(files.snapshot).style)["style"]
    return name


def _committed(bundle: Bundle, style: str, opening: Opening) -> bytes:
    choices = None if opening.withdrawn else opening.choices
    nonce = bytes.fromhex(opening.nonce)
    return commitment(bundle.manifest.round_id, opening.pot_id, style, nonce, choices, opening.points)


def _in_order(_: PotFiles, revisions: Sequence[Opening]) -> str:
    """The revisions of each voter are numbered from 1 without a gap: none was taken away, none is there twice (P2)."""
    by_tag: dict[str, list[int]] = {}
    for opening in revisions:
        by_tag.setdefault(opening.tag, []).append(opening.revision)
    if any(sorted(numbers) != list(range(1, len(numbers) + 1)) for numbers in by_tag.values()):
        raise Failed("A voter's ballots are not numbered from 1 without a gap: one is missing or doubled.")
    return f"The ballots of each of {len(by_tag):,} voters are numbered without a gap."


def _current(revisions: Sequence[Opening]) -> list[Opening]:
    """Of each voter the last revision that is not refused."""
    last: dict[str, Opening] = {}
    for opening in sorted(revisions, key=lambda opening: opening.revision):
        if opening.reason is None:
            last[opening.tag] = opening
    return list(last.values())


def _add_up(files: PotFiles, revisions: Sequence[Opening]) -> str:
    """The published sums are those of the openings, and only what breaks a rule of the ballot was refused for it.

    A ballot that breaks none may be voided; the bundle says how many were, and the house by whose decision.
    """
    snapshot = read_snapshot(files.snapshot)
    costs = {project.number: project.cost for project in snapshot.projects}
    for opening in revisions:
        refusal = check_choices(snapshot.style, costs, opening.choices, opening.points)
        broken = refusal.code if refusal and not opening.withdrawn else None
        if opening.reason not in {NOT_ON_ROLL, broken or VOIDED, broken}:
            raise Failed(f"The ballot of leaf {opening.position:,} is judged “{opening.reason or 'counts'}”, wrongly.")
    if _sums(snapshot, revisions) != snapshot.sums:
        raise Failed("The published sums are not those of the ballots.")
    return f"The published sums are those of {len(revisions):,} ballots and changes, each judged as its style says."


def _sums(snapshot: Snapshot, revisions: Sequence[Opening]) -> Sums:
    refused = Counter(opening.reason for opening in revisions if opening.reason is not None)
    current = _current(revisions)
    withdrawn = sum(opening.withdrawn for opening in current)
    return Sums(
        electors=snapshot.sums.electors,
        voters=len({opening.tag for opening in revisions}),
        revisions=len(revisions),
        counted=len(current) - withdrawn,
        superseded=len(revisions) - refused.total() - len(current),
        withdrawn=withdrawn,
        refused=dict(refused),
        channels=snapshot.sums.channels,
    )


def _counted(files: PotFiles, revisions: Sequence[Opening]) -> str:
    """What was counted is the last ballot of each voter, and counting them again gives the outcome."""
    snapshot = read_snapshot(files.snapshot)
    voters = Counter((opening.choices, opening.points) for opening in _current(revisions) if not opening.withdrawn)
    inputs = Inputs(
        snapshot.money,
        snapshot.rule,
        snapshot.ties,
        snapshot.style,
        tuple((project.number, project.cost) for project in snapshot.projects),
        tuple(sorted(Group(choices, number, points) for (choices, points), number in voters.items())),
    )
    if input_hash(inputs).hex() != snapshot.input_hash:
        raise Failed("What was counted is not the last ballot of each voter.")
    if count_inputs(inputs) != snapshot.outcome:
        raise Failed("Counted again, the voters' last ballots give another outcome.")
    return f"The last ballots of {voters.total():,} voters were counted, and give the same outcome again."
