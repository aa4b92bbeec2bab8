"""The command ``byalag``. Commands come from entry points, and only the one that is called is imported."""

import os
import signal
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import click

from schema.local.folder import default_folder
from schema.local.neighbour import neighbour

OWN_HOUSE = frozenset({"up", "demo", "replay", "bench"})
ALONE = frozenset({"tally", "verify"})
"""Commands that start a house of their own, and those that need none and should be there at once. Any other command
joins the house that runs here."""

ROOMS = frozenset({"schema", "service", "workers"})


class Commands(click.Group):
    """A group whose commands are the entry points of one name."""

    def __init__(self, *args: Any, entries: str, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._group = entries

    @property
    def _entries(self) -> dict[str, EntryPoint]:
        return {entry.name: entry for entry in entry_points(group=self._group)}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command's name."""
        return sorted(self._entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        entry = self._entries.get(cmd_name)
        command: click.Command | None = entry.load() if entry else None
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the command. What we refuse is one line and exit code 2; what we did not foresee keeps its traceback."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if isinstance(error, OSError) or type(error).__module__.partition(".")[0] in ROOMS:
                raise Refused(sentence(error)) from error
            raise


class Refused(click.ClickException):
    """One line on stderr."""

    exit_code = 2


def sentence(error: Exception) -> str:
    """An error as one line: its own words, or a refusal's code and facts."""
    facts = getattr(error, "facts", None)
    if facts is None:
        return str(error) or type(error).__name__
    said = ", ".join(f"{name} {value}" for name, value in facts.items())
    return f"{getattr(error, 'code', 'refused').replace('-', ' ')}{f' ({said})' if said else ''}"


@click.group(
    cls=Commands,
    entries="byalag.commands",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="byalag", message="byalag %(version)s")
@click.pass_context
def byalag(ctx: click.Context) -> None:
    """Participatory budgeting: rounds, ballots, and outcomes anyone can recount."""
    if ctx.invoked_subcommand in ALONE:
        return
    from schema.logs import configure_logs  # noqa: PLC0415  # it takes as long as counting a village

    configure_logs()
    if ctx.invoked_subcommand not in OWN_HOUSE and not os.environ.get("DATABASE_URL"):
        found = neighbour(default_folder())
        os.environ.update(found)
        if found:
            os.environ.pop("BYALAG_MASTER_KEY_FILE", None)  # the neighbour's own master key is named


@click.group(cls=Commands, entries="byalag.benches")
def bench() -> None:
    """Measure how long things take on this machine, beside what it can do at best."""


@click.command()
@click.option(
    "--json", "folder", type=click.Path(file_okay=False, path_type=Path), help="Write each one's figures in there."
)
@click.pass_context
def every(ctx: click.Context, folder: Path | None) -> None:
    """Run every measurement, one after the other, each as it is without options."""
    failed = []
    for name, entry in sorted((entry.name, entry) for entry in entry_points(group="byalag.benches")):
        if name == ctx.info_name:
            continue
        click.echo(f"\nbyalag bench {name}")
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
        try:
            entry.load().main(["--json", str(folder / f"{name}.json")] if folder else [], standalone_mode=False)
        except click.ClickException as error:
            click.echo(error.format_message(), err=True)
            failed.append(name)
    if failed:
        raise click.ClickException(f"Not done: {', '.join(failed)}.")


def main() -> None:
    """The console script. SIGTERM ends a command the way Ctrl-C does, so that contexts close what they opened.

    SIGINT is set too: a shell script that starts us in the background would have it ignored.
    """
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, signal.default_int_handler)
    byalag(prog_name="byalag")


if __name__ == "__main__":
    main()
