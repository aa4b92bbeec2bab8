"""``byalag bench register``: how fast a large register is imported beside a plain COPY, and in how much memory."""

import os
import subprocess
import time
from pathlib import Path
from random import Random

import asyncpg
import click
import msgspec

from schema.keys import Keys
from schema.local.figures import keep, to_json
from schema.local.folder import temporary_folder
from schema.local.servers import Servers, servers
from schema.local.up import BYALAG
from schema.migrate import apply_migrations
from service.bench.standing import MASTER_KEY, at
from service.store import roll
from service.verbs.keys import make_keys

MUNICIPALITY = "Measured"
AREAS = 400
HEAD = "identity,area,birth_year,birth_month,language,relations\n"
PLAIN = "create unlogged table plain (identity text, area text, birth_year text, birth_month text, language text,"
PLAIN += " relations text)"


class Run(msgspec.Struct, frozen=True):
    """An import in a process of its own: rows a second, that process's largest memory (MB), its last words."""

    per_second: float
    memory: float
    said: str


@click.command()
@click.option("--rows", type=click.IntRange(1), default=1_500_000, show_default=True, help="Persons in the file.")
@to_json
def register(rows: int, target: Path | None) -> None:
    """Import and apply a register that nobody has seen, then the same file again, which changes nothing.

    Beside it the same file is copied as it is into an unlogged table without any index.
    """
    with temporary_folder() as folder, servers(folder, say=lambda *_: None) as ground:
        file = folder / "register.csv"
        _write(file, rows)
        click.echo(f"{rows:,} rows, {file.stat().st_size / 1e6:,.0f} MB")
        at(ground, _prepare)
        plain = rows / at(ground, lambda db: _copy(db, file))
        click.echo(f"{'plain COPY':24} {plain:12,.0f} rows a second")
        runs = {name: _import(ground, file, rows) for name in ("imported and applied", "the same file again")}
        kept = at(ground, lambda db: db.fetchval("select count(*) from roll.person"))
    for name, run in runs.items():
        click.echo(
            f"{name:24} {run.per_second:12,.0f} rows a second, {run.per_second / plain:5.1%} of COPY,"
            f" {run.memory:,.0f} MB at most: {run.said}"
        )
    keep(target, {"rows": rows, "kept": kept, "plain": plain, "runs": runs})


def _write(file: Path, rows: int) -> None:
    chance = Random(1)  # noqa: S311  # the same people each time
    with file.open("w", encoding="utf-8") as opened:
        opened.write(HEAD)
        for number in range(rows):
            year, month, area = chance.randrange(1925, 2020), chance.randrange(1, 13), chance.randrange(AREAS)
            relations = "lives works" if number % 3 else "lives"
            opened.write(f"{year}{month:02}28-{number:07},Stadsdel {area},{year},{month},sv,{relations}\n")


async def _prepare(db: asyncpg.Connection) -> None:
    await apply_migrations(db)
    await make_keys(db, Keys(MASTER_KEY))
    await roll.municipality(db, MUNICIPALITY)
    await db.execute(PLAIN)


async def _copy(db: asyncpg.Connection, file: Path) -> float:
    """Seconds that Postgres takes for the file as it is."""
    began = time.monotonic()
    await db.copy_to_table("plain", source=file, format="csv", header=True)
    seconds = time.monotonic() - began
    await db.execute("drop table plain")
    return seconds


def _import(ground: Servers, file: Path, rows: int) -> Run:
    """Import the file as an operator does."""
    environment = os.environ | {
        "DATABASE_URL": ground.database_url,
        "REDIS_URL": ground.redis_url,
        "BYALAG_MASTER_KEY": MASTER_KEY.hex(),
    }
    command = [*BYALAG, "register", "import", str(file), "--municipality", MUNICIPALITY, "--apply"]
    began = time.monotonic()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        said = process.stdout.read()
        # Its own memory and nobody else's: what the module ``resource`` tells is the largest of all children.
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise click.ClickException("The import failed; it said why above.")
    return Run(rows / (time.monotonic() - began), used.ru_maxrss / 1024, said.strip().rpartition("\n")[2])
