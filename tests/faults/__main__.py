"""The command: make trouble, check, and print a table."""

import asyncio
import secrets
from pathlib import Path
from random import Random

import click
import msgspec

from schema.local.folder import temporary_folder
from tests.faults.faults import FAULTS
from tests.faults.house import House, house
from tests.faults.run import NotHere, Result


class Ran(msgspec.Struct, frozen=True):
    """All runs of one fault. ``seeds``: of the runs in which something was found."""

    fault: str
    result: Result
    seeds: list[int]


@click.command()
@click.argument("names", nargs=-1)
@click.option("--runs", default=1, show_default=True, help="Runs of each fault.")
@click.option("--seconds", default=10.0, show_default=True, help="Time for which people vote in a run.")
@click.option("--rate", default=100.0, show_default=True, help="Ballots a second.")
@click.option("--seed", type=int, help="The first run's seed.  [default: a new one]")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write what came of it here.")
def faults(names: tuple[str, ...], runs: int, seconds: float, rate: float, seed: int | None, file: Path | None) -> None:
    """Make trouble of these kinds (all of them without NAMES; F1 means each that begins so), and check what must hold.

    Exit code 1 if anything was found.
    """
    first = secrets.randbelow(1_000_000) if seed is None else seed
    chosen = [name for name in FAULTS if not names or any(f"{name}-".startswith(f"{one}-") for one in names)]
    if not chosen:
        raise click.UsageError(f"the faults are {', '.join(FAULTS)}")
    ran: list[Ran] = []
    click.echo(f"{'fault':<22}{'runs':>5}{'rounds':>7}{'sent':>8}{'taken':>8}{'refused':>8}{'unknown':>8}  found")
    with temporary_folder() as folder, house(folder) as built:
        for name in chosen:
            try:
                one = asyncio.run(_runs(name, built, range(first, first + runs), seconds, rate))
            except NotHere as fault:
                click.echo(f"{name:<22}  cannot be made here: {fault}")
                continue
            ran.append(one)
            click.echo(_line(one, runs))
            for finding in one.result.findings[:10]:
                click.echo(f"    {finding.invariant}: {finding.what}")
            if one.result.findings:
                click.echo(f"    seeds {one.seeds}; {FAULTS[name].does}; {FAULTS[name].holds}")
    if file:
        file.write_bytes(msgspec.json.encode(ran))
    raise SystemExit(any(one.result.findings for one in ran))


async def _runs(name: str, built: House, seeds: range, seconds: float, rate: float) -> Ran:
    total: Result | None = None
    bad: list[int] = []
    for seed in seeds:
        one = await FAULTS[name].play(built, Random(f"{name} {seed}"), seconds, rate)
        if one.findings:
            bad.append(seed)
        total = one if total is None else total + one
    assert total
    return Ran(name, total, bad)


def _line(one: Ran, runs: int) -> str:
    what = one.result
    return (
        f"{one.fault:<22}{runs:>5}{what.rounds:>7}{what.sent:>8}{what.acknowledged:>8}{what.refused:>8}{what.unknown:>8}"
        f"  {len(what.findings) or 'nothing'} (answers within {what.answered} s, closed within {what.closed} s,"
        f" counted within {what.settled} s, well after {what.healed} s)"
    )


if __name__ == "__main__":
    faults()
