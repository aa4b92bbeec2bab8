"""``byalag codes``: letters with codes, printed a thousand at a time; what was issued; making it void."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import asyncpg
import click

from schema.errors import Refusal
from schema.keys import Keys
from schema.settings import Settings, read_settings
from service.cli.connecting import connected, identities
from service.printing.letters import Letterhead, print_letters
from service.printing.words import FALLBACK, languages
from service.problems import details
from service.store import codes as store
from service.store.codes import Batch
from service.store.rounds import Round
from service.verbs import codes as verbs
from service.verbs.addressees import SHEETS, Addressee, everybody, nobodies, read_addressees
from service.verbs.codes import Order, Sheet

OPERATOR = "byalag codes"
"""Whom a batch names that was issued at the command line."""

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW = click.Path(dir_okay=False, path_type=Path)


@click.group()
def codes() -> None:
    """Letter codes: issued in batches, printed once, stored as hashes, made void."""


@codes.command("issue")
@click.argument("round_id", metavar="ROUND", type=click.UUID)
@click.option("--count", type=click.IntRange(1, 1_500_000), help="So many codes that name nobody.")
@click.option("--register", is_flag=True, help="A code for each person on the register who has none that works.")
@click.option(
    "--file", "people", type=_FILE, help="With --register: CSV with identity, name, address_1, …, language. Not kept."
)
@click.option("--again", is_flag=True, help="With --register: also for those whose code works. That one stops working.")
@click.option(
    "--language",
    type=click.Choice(list(languages())),
    default=FALLBACK,
    show_default=True,
    help="Of letters to people whose language is not known.",
)
@click.option("--test", is_flag=True, help="Codes that show the ballot and cannot vote.")
@click.option("--out", required=True, type=_NEW, help="The letters (PDF); for more than 1,000 several files, numbered.")
@click.option("--csv", "table", type=_NEW, help="The codes as a table as well.")
def issue(
    round_id: UUID,
    count: int | None,
    register: bool,
    people: Path | None,
    again: bool,
    language: str,
    test: bool,
    out: Path,
    table: Path | None,
) -> None:
    """Issue codes and print their letters. A code stands in these files and nowhere else.

    Stopped half-way and done again, --register goes on with those who have no letter yet.
    """
    if register == (count is not None):
        raise click.UsageError("Give either --count or --register.")
    if count is not None and (people or again):
        raise click.UsageError("--file and --again go with --register.")
    order = Order("register" if register else "list", language, test, again)
    try:
        press = asyncio.run(_issue(read_settings(), round_id, order, count, people, out, table))
    except Refusal as refusal:
        raise click.ClickException(details(refusal).detail) from None
    except FileExistsError as error:
        raise click.ClickException(f"{error.filename} is there already, and letters are not written over.") from None
    if press.batch is None:
        click.echo("Everybody has a code that works: no letter was made.")
        return
    click.echo(f"Batch {press.batch.id}: {press.size:,} codes{' for a test' if test else ''}.")
    click.echo(f"Print {out} and its like, then delete them: the codes stand nowhere else.")


@codes.command("list")
@click.argument("round_id", metavar="ROUND", type=click.UUID)
def list_codes(round_id: UUID) -> None:
    """Every batch of a round: how many codes, for whom, when, and whether it is void. No code is shown."""

    async def ask() -> list[Batch]:
        async with connected(read_settings(), "byalag_roll") as roll:
            return await store.batches(roll, round_id)

    for batch in asyncio.run(ask()):
        kind = f"{batch.size:,} {batch.kind}{', test' if batch.is_test else ''}"
        void = f"  void {batch.voided_at:%Y-%m-%d %H:%MZ}: {batch.void_reason}" if batch.voided_at else ""
        click.echo(f"{batch.id}  {batch.issued_at:%Y-%m-%d %H:%MZ}  {kind:<24} {batch.issued_by}{void}")


@codes.command("void")
@click.argument("batch_id", metavar="BATCH", type=click.UUID)
@click.option("--reason", required=True, help="Why these codes should stop working, for whoever reads the list.")
def void(batch_id: UUID, reason: str) -> None:
    """Make a batch void, for good: its codes sign nobody in."""

    async def act() -> Batch:
        async with connected(read_settings(), "byalag_roll") as roll:
            return await verbs.make_void(roll, batch_id, OPERATOR, reason)

    try:
        batch = asyncio.run(act())
    except Refusal as refusal:
        raise click.ClickException(details(refusal).detail) from None
    click.echo(f"{batch.size:,} codes are void.")


class Press:
    """One run: prints sheets, and makes their codes good as soon as their letters are on the disk."""

    def __init__(self, roll: asyncpg.Connection, keys: Keys, head: Letterhead, order: Order, out: Path) -> None:
        self._roll, self._keys, self._head, self._order, self._out = roll, keys, head, order, out
        self.batch: Batch | None = None
        self.size = 0
        self._files = 0

    async def print(self, addressees: list[Addressee]) -> Sheet:
        """A file with a letter for each of them. A file whose codes are not good does not stay."""
        sheet = verbs.write_sheet(self._order, self.size + 1, addressees)
        file = self._out.with_stem(f"{self._out.stem}-{self._files + 1}") if self._files else self._out
        with _new(file) as written:
            written.write(print_letters(self._head, sheet.letters))
        try:
            async with self._roll.transaction():
                batch = self.batch or await self._open()
                await verbs.keep_sheet(self._roll, self._keys, self._order, batch, sheet)
        except BaseException:
            file.unlink()
            raise
        self.batch, self.size, self._files = batch, self.size + len(sheet.letters), self._files + 1
        return sheet

    async def _open(self) -> Batch:
        order = self._order
        return await store.insert_batch(self._roll, self._head.round.id, order.kind, order.is_test, OPERATOR)


async def _issue(
    settings: Settings,
    round_id: UUID,
    order: Order,
    count: int | None,
    people: Path | None,
    out: Path,
    table: Path | None,
) -> Press:
    keys = Keys(settings.master_key)
    async with connected(settings, "byalag_roll") as roll:
        found = await verbs.found_round(roll, round_id)
        verbs.refuse_late(found, order)
        press = Press(roll, keys, await verbs.letterhead(roll, found, settings.public_url, order), order, out)
        with ExitStack() as files:
            listed = files.enter_context(_new(table)) if table else None
            async for addressees in _full(_persons(roll, keys, found, order, count, people, files)):
                sheet = await press.print(addressees)
                if listed:
                    rows = verbs.codes_csv(sheet)
                    listed.write((rows if press.size == len(addressees) else rows.partition("\n")[2]).encode())
    return press


async def _full(parts: AsyncIterator[list[Addressee]]) -> AsyncIterator[list[Addressee]]:
    """The same people in parts of a thousand, nobody twice in one of them."""
    waiting: dict[bytes, Addressee] = {}
    async for part in parts:
        for each in part:
            waiting[each.ref] = each
            if len(waiting) == SHEETS:
                yield list(waiting.values())
                waiting = {}
    if waiting:
        yield list(waiting.values())


async def _persons(
    roll: asyncpg.Connection,
    keys: Keys,
    found: Round,
    order: Order,
    count: int | None,
    people: Path | None,
    files: ExitStack,
) -> AsyncIterator[list[Addressee]]:
    """Whoever gets a letter."""
    if count is not None:
        for part in nobodies(count):
            yield part
        return
    strangers = 0
    parts = everybody(roll, found.municipality_id)
    if people is not None:
        file = files.enter_context(people.open(encoding="utf-8", newline=""))
        parts = _later(read_addressees(file, await identities(roll, keys)))
    async for part in parts:
        chosen, unknown = await verbs.without_letter(roll, found, order, part)
        strangers += unknown
        yield chosen
    if strangers:
        click.echo(f"{strangers:,} people of the file are not in the register and got no letter.", err=True)


async def _later(parts: Iterable[list[Addressee]]) -> AsyncIterator[list[Addressee]]:
    for part in parts:
        yield part


def _new(file: Path) -> BinaryIO:
    """A file that was not there, for nobody else to read."""
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
