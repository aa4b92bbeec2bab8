"""``byalag verify BUNDLE``: check a round's published outcome, without any house."""

import re
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from schema.bundle import MOST_BYTES, BadBundle, Bundle, unpack
from schema.openings import BadOpenings, unlock
from workers.audit import Finding, Known, audit
from workers.audit_openings import audit_openings

COMMITMENT = re.compile(r"[0-9a-f]{64}")
SECONDS = 60


class Receipt(msgspec.Struct):
    """What is looked at of a receipt that somebody kept."""

    commitment: str


class NotFetched(Exception):
    """An address gave no bundle; the message says why."""


@click.command()
@click.argument("source", metavar="BUNDLE")
@click.option("--key", "keys", multiple=True, metavar="KEY", help="A verification key that you know. Repeatable.")
@click.option(
    "--head",
    "heads",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A signed head (checkpoint) that you kept. Repeatable.",
)
@click.option(
    "--receipt", "receipts", multiple=True, metavar="RECEIPT", help="A receipt's file or its commitment. Repeatable."
)
@click.option(
    "--openings",
    "locked",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What an auditor was given: every ballot with its place in the ledger. Needs --identity.",
)
@click.option(
    "--identity",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The auditor's secret key, a file as age-keygen writes it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify(
    source: str,
    keys: tuple[str, ...],
    heads: tuple[Path, ...],
    receipts: tuple[str, ...],
    locked: Path | None,
    identity: Path | None,
    as_json: bool,
) -> None:
    """Check a round's outcome from its bundle: ledger, signatures, sums, ballots, and the count itself.

    BUNDLE is a file, or the address of a round's page or of its bundle. Nothing but the bundle is asked. Exit code 0:
    everything holds; 1: something does not; 2: it could not be tried.

    Keys, heads and receipts that you have from elsewhere make the check stronger: they show that you were not shown
    another ledger than your neighbours.
    """
    if (locked is None) != (identity is None):
        raise click.UsageError("--openings and --identity go together: only the auditor's key opens them.")
    known = Known(keys, tuple(path.read_text(encoding="utf-8") for path in heads), tuple(map(_commitment, receipts)))
    packed = _fetched(source) if source.startswith(("http://", "https://")) else _read(source)
    try:
        bundle = unpack(packed)
    except BadBundle as fault:
        findings = [Finding(False, f"This is not a whole bundle: {fault}.")]
    else:
        findings = list(audit(bundle, known))
        if locked and identity:
            findings += _opened(bundle, locked, identity)
    holds = all(finding.holds for finding in findings)
    if as_json:
        click.echo(msgspec.json.encode({"holds": holds, "findings": findings}))
    else:
        click.echo("\n".join(_told(findings)))
        click.echo("Everything holds." if holds else "NOT everything holds: this outcome cannot be trusted as it is.")
    raise SystemExit(0 if holds else 1)


def _opened(bundle: Bundle, locked: Path, identity: Path) -> list[Finding]:
    """What the auditor's openings show."""
    lines = identity.read_text(encoding="utf-8").splitlines()
    secret = next((line.strip() for line in lines if line.strip() and not line.startswith("#")), "")
    try:
        openings = unlock(locked.read_bytes(), secret)
    except BadOpenings as fault:
        return [Finding(False, f"The openings cannot be read: {fault}.")]
    return list(audit_openings(bundle, openings))


def _told(findings: Sequence[Finding]) -> list[str]:
    lines, about = [], None
    for finding in findings:
        if finding.about not in {about, None}:
            lines.append(f"{finding.about}:")
        about = finding.about
        lines.append(f"{'  ' if about else ''}{'good ' if finding.holds else 'WRONG'}  {finding.sentence}")
    return lines


def _commitment(receipt: str) -> str:
    """A commitment as given, or that of a receipt in a file."""
    if COMMITMENT.fullmatch(receipt):
        return receipt
    try:
        said = msgspec.json.decode(Path(receipt).read_bytes(), type=Receipt).commitment
    except (OSError, msgspec.DecodeError):
        said = ""
    if not COMMITMENT.fullmatch(said):
        raise click.BadParameter(f"{receipt} is neither a commitment nor a receipt's file.", param_hint="--receipt")
    return said


def _read(source: str) -> bytes:
    try:
        return Path(source).read_bytes()
    except OSError as fault:
        raise click.BadParameter(f"{source}: {fault.strerror}.", param_hint="BUNDLE") from None


def _fetched(address: str) -> bytes:
    """The bundle at an address: its own, or that of the round's page."""
    page = re.fullmatch(r"(https?://[^/?#]+)/rounds/([0-9a-f-]{36})/?", address)
    wanted = f"{page[1]}/api/rounds/{page[2]}/bundle" if page else address
    try:
        with urllib.request.urlopen(wanted, timeout=SECONDS) as answer:  # noqa: S310 - the scheme was looked at
            packed: bytes = answer.read(MOST_BYTES)
    except (urllib.error.URLError, OSError) as fault:
        raise NotFetched(f"{wanted} cannot be fetched: {getattr(fault, 'reason', fault)}.") from None
    return packed
