"""One house for all replays of this folder, and a small election."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from schema.local.folder import temporary_folder
from schema.local.up import running
from service.rehearsal.stage import Stage, login_for

SMALL = """\
META
key;value
description;A small election
country;Sweden
unit;Eken
instance;2026
num_projects;4
num_votes;6
budget;1000
vote_type;approval
rule;equalshares/add1
date_begin;01.03.2026
date_end;15.03.2026
max_length;2
currency;SEK
PROJECTS
project_id;cost;name;selected
p1;600;Benches;1
p2;400;Lamps;1
p3;500;Swings;0
p4;900;Stage;0
VOTES
voter_id;vote
a;p1,p2
b;p1,p2
c;p1
d;p2
e;p1,p3
f;
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """An election of six voters and four projects; Benches and Lamps are published."""
    file = tmp_path / "Eken_2026.pb"
    file.write_text(SMALL, encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """A whole house that runs, with two officers."""
    with temporary_folder() as folder, running(folder, say=lambda *_: None, limits="off") as house:
        dagny, fatima = (login_for(house, name, "Brf Eken") for name in ("Dagny", "Fatima"))
        yield Stage(house.url, dagny, fatima, house)
