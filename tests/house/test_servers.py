"""Real Postgres and Valkey in a data folder: they start, hold what they were given, and never meet a second run."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue

from schema.local import folder, leftover
from schema.local.leftover import command_line
from schema.local.servers import Servers, servers
from schema.local.trouble import FolderInUse, FolderNotOurs, FolderOfAnother, FolderOutOfReach
from tests.house.conftest import ask, eventually, gone, python


@pytest.fixture(scope="module")
def held(parent: Path) -> Path:
    """A data folder whose servers are up."""
    return parent / "held"


@pytest.fixture(scope="module")
def free(parent: Path) -> Path:
    """A data folder that each test may start servers in; making a database takes a second, so they share it."""
    return parent / "free"


@pytest.fixture(scope="module")
def up(held: Path) -> Iterator[Servers]:
    """Servers that one test after the other looks at."""
    with servers(held) as pair:
        yield pair


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("data_checksums", "on"),
        ("listen_addresses", ""),
        ("timezone", "UTC"),
        ("log_error_verbosity", "terse"),
    ],
)
def test_postgres_is_durable_and_private(up: Servers, setting: str, value: str) -> None:
    """Postgres keeps what it confirms, listens to this machine only, and logs no rows."""
    assert ask(up.database_url, f"select current_setting('{setting}')") == value


def test_redis_keeps_its_queues(up: Servers) -> None:
    """Valkey appends to a file, and evicts nothing."""
    with Redis.from_url(up.redis_url) as redis:
        assert redis.config_get("append*")["appendonly"] == "yes"
        assert redis.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_rq_works_with_it(up: Servers) -> None:
    """RQ takes the address as it is."""
    with Redis.from_url(up.redis_url) as redis:
        Queue("house", connection=redis).enqueue("os.getpid")
        assert Queue("house", connection=redis).count == 1


def test_a_second_run_is_refused(up: Servers, held: Path) -> None:
    """Two runs do not share a folder, and the second is told who holds it."""
    with pytest.raises(FolderInUse, match=f"process {os.getpid()}"), servers(held):
        pass


@pytest.mark.parametrize("name", ["postgres", "redis"])
def test_a_killed_server_comes_back(up: Servers, name: str) -> None:
    """A server that is killed is started again, at the same address, with what it held."""
    assert up.supervisor
    before = up.supervisor.pids[name]
    ask(up.database_url, "create table if not exists kept (n int)")
    with Redis.from_url(up.redis_url) as redis:
        redis.set("kept", "1")
        os.kill(before, signal.SIGKILL)
        eventually(lambda: ask(up.database_url, "select count(*) from kept") == 0)
        eventually(lambda: redis.get("kept") == b"1")
    assert up.supervisor.pids[name] != before


def test_given_servers_are_used_as_they_are(tmp_path: Path) -> None:
    """Addresses that are given start nothing and make no folder."""
    with servers(tmp_path / "unused", "postgresql://there/db", "redis://there") as given:
        assert (given.database_url, given.redis_url) == ("postgresql://there/db", "redis://there")
    assert not (tmp_path / "unused").exists()


def test_servers_end_with_their_context(free: Path) -> None:
    """Nothing is left running or listening when the context ends."""
    with servers(free) as pair:
        pids = [pair.postgres_pid, pair.redis_pid]
    assert gone(*pids)
    assert not list((free / "sockets").iterdir())


OPENER = """
import sys, pathlib, time
from schema.local.leftover import command_line
from schema.local.servers import servers
with servers(pathlib.Path(sys.argv[1])) as pair:
    print(pair.postgres_pid, pair.redis_pid, flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other kernels do not tell a child that its parent died")
def test_servers_end_when_the_program_is_killed(free: Path) -> None:
    """Servers do not outlive a program that was killed, so nobody has to hunt for them."""
    opener = python(OPENER, free)
    assert opener.stdout
    pids = [int(pid) for pid in opener.stdout.readline().split()]
    opener.kill()
    opener.communicate()
    eventually(lambda: gone(*pids))


def test_what_was_left_over_is_taken_over(free: Path) -> None:
    """Servers that no program holds any more are stopped with their data safe, and their folder is used again."""
    with servers(free) as pair:
        ask(pair.database_url, "create table kept (n int)")
        commands = [command_line(pid).split() for pid in (pair.postgres_pid, pair.redis_pid) if pid]
    with folder.opened(free) as opened:
        user = opened.account.uid if opened.account else None
    orphans = [subprocess.Popen(command, user=user, cwd="/", stdout=-3, stderr=-3) for command in commands]
    eventually(lambda: (free / "redis" / "pid").exists() and ask(pair.database_url, "select 1") == 1)
    with servers(free) as pair:
        assert [orphan.wait(10) for orphan in orphans] == [0, 0]
        assert ask(pair.database_url, "select count(*) from kept") == 0


def test_a_damaged_redis_file_is_set_aside(free: Path) -> None:
    """A damaged append-only file costs the bells in it, not the start."""
    with servers(free) as pair, Redis.from_url(pair.redis_url) as redis:
        for number in range(100):
            redis.rpush("bells", number)
    kept = next((free / "redis").glob("appendonlydir/*.incr.aof"))
    whole = kept.read_bytes()
    kept.write_bytes(whole[:200] + b"damage" + whole[206:])
    with servers(free) as pair, Redis.from_url(pair.redis_url) as redis:
        assert redis.llen("bells") == 0
    assert (free / "redis.damaged").is_dir()


def test_a_foreign_process_with_the_old_number_is_left_alone(tmp_path: Path) -> None:
    """A pid file whose number belongs to another program by now stops nobody, and is removed."""
    pid_file = tmp_path / "pid"
    pid_file.write_text(f"{os.getpid()}\n")
    assert not leftover.stop_left_over(pid_file, "/no/such/cluster", signal.SIGKILL)
    assert not pid_file.exists()


def test_parents_keep_their_mode(free: Path) -> None:
    """Starting servers opens no door above the data folder."""
    before = [place.stat().st_mode for place in free.parents]
    with servers(free):
        assert [place.stat().st_mode for place in free.parents] == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root steps down to another account")
def test_a_folder_out_of_reach_is_named(tmp_path: Path) -> None:
    """Root is told which folder the servers' account cannot enter, and no mode is changed to let it in."""
    tmp_path.chmod(0o700)
    with pytest.raises(FolderOutOfReach, match="cannot walk to"), servers(tmp_path / "data"):
        pass
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


def test_a_folder_with_other_things_is_refused(tmp_path: Path) -> None:
    """A folder that holds somebody's files does not become a data folder."""
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(FolderNotOurs, match="other things"), folder.opened(tmp_path):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder of somebody else's")
def test_a_folder_of_another_account_is_refused(tmp_path: Path) -> None:
    """Root does not leave files in a person's data folder that this person could not read."""
    os.chown(tmp_path, 65534, 65534)
    with pytest.raises(FolderOfAnother, match="start as nobody"), folder.opened(tmp_path):
        pass


def test_the_master_key_is_made_once(tmp_path: Path) -> None:
    """The key is 64 hex digits, closed to others, and the same ever after."""
    key = folder.master_key(tmp_path)
    assert len(bytes.fromhex(key)) == 32
    assert folder.master_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / "master.key").stat().st_mode) == 0o600


def test_a_long_path_gets_a_short_door(parent: Path) -> None:
    """Where the data folder's path is too long for a Unix socket, the sockets lie elsewhere, closed to others."""
    with folder.opened(parent / ("long" * 30)) as deep:
        with folder.sockets(deep, ".s.PGSQL.5432") as door:
            assert not door.is_relative_to(parent)
            assert stat.S_IMODE(door.stat().st_mode) == 0o700
        assert not door.exists()
