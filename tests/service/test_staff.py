"""Who works for a municipality: ``byalag staff``, roles, and the last admin."""

from pathlib import Path

import asyncpg
import pytest
from click.testing import CliRunner

from schema.settings import Settings
from service.cli.staff import staff
from tests.town import Town


@pytest.fixture
def byalag(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """Somebody at the command line of this house."""
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("REDIS_URL", settings.redis_url)
    monkeypatch.setenv("BYALAG_MASTER_KEY", settings.master_key.hex())
    return CliRunner()


def run(byalag: CliRunner, line: str) -> str:
    """What ``byalag staff`` says to this line."""
    return byalag.invoke(staff, line.split()).output


def listed(byalag: CliRunner) -> list[str]:
    """The lines of the list."""
    return run(byalag, "list").splitlines()


def test_the_first_officer_is_an_admin(byalag: CliRunner) -> None:
    """Whoever is made without a role may do what a municipality needs to begin."""
    assert run(byalag, "add Dagny --municipality Hagaby").startswith("Officer Dagny: ")
    assert listed(byalag) == ["Hagaby, Dagny: admin, officer"]


def test_roles_are_given_taken_and_listed(byalag: CliRunner) -> None:
    """A role stays until it is replaced, also with a new password; who is removed stays on the list."""
    run(byalag, "add Dagny --municipality Hagaby")
    run(byalag, "add Gunnar --municipality Hagaby --role clerk --role moderator")
    assert run(byalag, "add Gunnar --municipality Hagaby").startswith("New password for Gunnar: ")
    assert listed(byalag)[1] == "Hagaby, Gunnar: clerk, moderator"
    run(byalag, "role gunnar clerk clerk")
    assert listed(byalag)[1] == "Hagaby, Gunnar: clerk"
    assert run(byalag, "remove Gunnar") == "Gunnar is removed.\n"
    assert listed(byalag)[1] == "Hagaby, Gunnar: removed"


@pytest.mark.parametrize("line", ["remove Dagny", "role Dagny officer", "add Dagny --municipality Hagaby --role clerk"])
def test_the_last_admin_stays(byalag: CliRunner, line: str) -> None:
    """Somebody must be left who can change the staff; with a second admin the first may go."""
    run(byalag, "add Dagny --municipality Hagaby")
    run(byalag, "add Other --municipality Elsewhere")
    assert "Make somebody else an admin first" in run(byalag, line)
    assert listed(byalag)[1] == "Hagaby, Dagny: admin, officer"
    run(byalag, "add Fatima --municipality Hagaby --role admin")
    assert "admin first" not in run(byalag, line)


def test_nobody_of_that_name(byalag: CliRunner) -> None:
    """A name with a slip makes nobody."""
    assert "There is no officer of that name" in run(byalag, "role Nobody clerk")
    assert "Invalid value" in run(byalag, "role Nobody boss")


DIRECTORIES = """
[hall]
name = "Hagaby Hall"
issuer = "https://hall.example"
client_id = "hagaby"
municipalities = ["Hagaby"]
"""


@pytest.fixture
def with_hall(byalag: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The command line of a house with a directory."""
    file = tmp_path / "directories.toml"
    file.write_text(DIRECTORIES)
    monkeypatch.setenv("BYALAG_DIRECTORIES", str(file))
    return byalag


def test_a_link_instead_of_a_password(with_hall: CliRunner) -> None:
    """For somebody new or somebody who is there; the roles stay unless others are given."""
    said = run(with_hall, "add Dagny --municipality Hagaby --sign-in hall")
    assert said.startswith("A link for Dagny to sign in with Hagaby Hall, once, until ")
    assert "http://127.0.0.1:8400/officer/invitations/" in said
    run(with_hall, "add Gunnar --municipality Hagaby --role clerk")
    assert run(with_hall, "add Gunnar --municipality Hagaby --sign-in hall").startswith("A link for Gunnar")
    assert listed(with_hall) == ["Hagaby, Dagny: admin, officer", "Hagaby, Gunnar: clerk"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("add Dagny --municipality Hagaby --sign-in other", "No directory of this name is known"),
        ("add Egil --municipality Elsewhere --sign-in hall", "No directory of this name is known"),
        ("add Fredrik --municipality Hagaby --sign-in hall", "There is no officer of that name"),
    ],
)
def test_a_link_that_would_lead_nowhere_is_not_made(with_hall: CliRunner, line: str, said: str) -> None:
    """Not to a directory that is not known here, nor for who works elsewhere; and nobody is made by it."""
    run(with_hall, "add Fredrik --municipality Elsewhere")
    assert said in run(with_hall, line)
    assert listed(with_hall) == ["Elsewhere, Fredrik: admin, officer"]


def test_one_admin_is_named_for_emergencies(byalag: CliRunner) -> None:
    """The operator names her, and somebody else instead; nobody who is no admin."""
    run(byalag, "add Dagny --municipality Hagaby")
    run(byalag, "add Fatima --municipality Hagaby --role admin")
    run(byalag, "add Gunnar --municipality Hagaby --role clerk")
    for name in ("Dagny", "fatima"):
        assert run(byalag, f"break-glass {name}") == f"{name} gets in by password in any case.\n"
    assert "There is no admin of that name" in run(byalag, "break-glass Gunnar")
    assert [line for line in listed(byalag) if "break glass" in line] == ["Hagaby, Fatima: admin (break glass)"]


async def test_two_admins_cannot_take_each_others_role_at_once(town: Town) -> None:
    """The second waits for the first, and is refused."""
    await town.hire("Dagny")
    await town.hire("Egil", roles=["admin"])
    first, second = [await asyncpg.connect(town.settings.database_url) for _ in range(2)]
    take = "update roll.officer set roles = '{}' where name = $1"
    async with first.transaction():
        await first.execute(take, "Dagny")
        await second.execute("set lock_timeout = '100ms'")
        with pytest.raises(asyncpg.LockNotAvailableError):
            await second.execute(take, "Egil")
    with pytest.raises(asyncpg.PostgresError, match="no admin would be left"):
        await second.execute(take, "Egil")
    for db in (first, second):
        await db.close()


async def test_a_role_that_does_not_exist_is_refused_by_the_table(town: Town, db: asyncpg.Connection) -> None:
    """A slip in a command or a program gives nobody a role."""
    await town.hire("Gunnar")
    with pytest.raises(asyncpg.CheckViolationError, match="officer_roles_known"):
        await db.execute("update roll.officer set roles = '{boss}'")


async def test_who_is_removed_is_out_at_once(town: Town, db: asyncpg.Connection) -> None:
    """Their sessions end, and their password opens nothing."""
    token = await town.hire("Gunnar")
    await db.execute("update roll.officer set roles = '{}' where name = 'Gunnar'")
    assert (await town.client.get("/officer/rounds", headers=town.badge(token))).status_code == 401
    with pytest.raises(KeyError):
        await town.sign_in("Gunnar")
