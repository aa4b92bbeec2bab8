"""The commands of this room."""

import click

from schema.events import LANES, Lane
from workers.clock import run_clock
from workers.lanes import listen


@click.command()
@click.option(
    "--lane",
    type=click.Choice(LANES),
    required=True,
    help="roll: who may vote. judge: which ballots count. sequence: the ledger. spread: its heads, to folder and"
    " webhooks. count: outcomes of closed rounds. compare: what-if. civic: proposals.",
)
def workers(lane: Lane) -> None:
    """Do what waits in one lane, until stopped.

    Start one for each lane; more of a lane share its work. Any of them may be killed at any moment.
    """
    listen(lane)


@click.command()
def clock() -> None:
    """Close rounds whose time is over, tell the workers again what still waits, and forget traces after a day.

    One is enough; two do no harm.
    """
    run_clock()
