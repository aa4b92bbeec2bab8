"""``byalag audit``: holding the audit log against its ledgers."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import click

from schema.heads import NotAsPublished, refuse_other_database
from schema.settings import Settings, read_settings
from service.cli.connecting import connected
from service.verbs.audit import Checked, check_ledgers


@click.group()
def audit() -> None:
    """The log of what officers and commands changed."""


@audit.command("verify")
@click.option(
    "--head",
    "heads",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A signed head of an audit log that you kept. Repeatable.",
)
def verify_log(heads: Sequence[Path]) -> None:
    """Hold every entry against its leaf, and every signed head against the entries. Exit code 1: something differs.

    The newest heads in the folder of heads must be in the database. Heads from elsewhere make the check stronger.
    """
    kept = [path.read_text(encoding="utf-8") for path in heads]
    try:
        found = asyncio.run(_check(read_settings(), kept))
    except NotAsPublished as fault:
        raise click.ClickException(str(fault)) from None
    for line in map(_line, found):
        click.echo(line)
    if any(each.fault for each in found):
        raise click.exceptions.Exit(1)


def _line(checked: Checked) -> str:
    root = checked.note.split("\n")[2] if checked.note else "-"
    what = f"not as it was signed: {checked.fault}" if checked.fault else "all match"
    return f"{checked.name or 'the house itself'}: {checked.size} entries, head {root}, {what}"


async def _check(settings: Settings, kept: Sequence[str]) -> list[Checked]:
    async with connected(settings, "byalag_roll") as db:
        await refuse_other_database(db, settings.heads)
        return await check_ledgers(db, kept)
