"""``byalag bench read``: pages and answers of the API, as whole copies and as "you have it already"."""

import sys
import time
from pathlib import Path

import click

from schema.local.figures import keep, to_json
from schema.local.up import DIRECT
from service.bench.crowd import Crowd, Row, table
from service.bench.place import Place, close_place, decide
from service.bench.standing import Standing, at, standing

VOTERS = 2_000
CONNECTIONS = 16
LANES = (*(("workers", "--lane", lane) for lane in ("judge", "sequence", "count")), ("clock",))
SNAPSHOT = "select id from box.snapshot where round_id = $1"


@click.command()
@click.option("--seconds", type=click.FloatRange(min=0.5), default=3.0, show_default=True, help="Length of each load.")
@to_json
def read(seconds: float, target: Path | None) -> None:
    """Read what everybody reads while a round is open and on the day of its outcome.

    Each address twice: as somebody who comes for the first time, and as somebody whose browser has it already. Beside
    them an address of the same server that only decodes a ballot.
    """
    with standing(VOTERS, LANES) as house:
        counted = _published(house, seconds)
        addresses = {
            "stylesheet": "/static/byalag.css",
            "front page": "/",
            "round page": f"/rounds/{house.place.round_id}",
            "results page": f"/pots/{counted.pot_id}/results",
            "round": f"/api/rounds/{house.place.round_id}",
            "turnout": f"/api/rounds/{house.place.round_id}/turnout",
            "snapshot": f"/api/pots/{counted.pot_id}/snapshot",
            "snapshot as .pb": f"/api/pots/{counted.pot_id}/snapshot.pb",
        }
        crowd = Crowd(house, house.place)
        rows: list[Row] = []
        with click.progressbar(length=1 + 2 * len(addresses), label="Measuring", file=sys.stderr) as progress:
            rows.append(crowd.measure("bare", CONNECTIONS, seconds))
            progress.update(1)
            for name, path in addresses.items():
                etag = DIRECT.open(house.url + path).headers["ETag"]
                rows.append(crowd.read(name, path, CONNECTIONS, seconds))
                rows.append(crowd.read(f"{name}, known", path, CONNECTIONS, seconds, etag))
                progress.update(2)
    click.echo("\n".join(table(rows)))
    keep(target, {"rows": rows})


def _published(house: Standing, seconds: float) -> Place:
    """A round that was voted in, closed, counted and published."""
    place = house.another_place(VOTERS)
    Crowd(house, place).measure("cast", CONNECTIONS, seconds)
    at(house.servers, lambda db: close_place(db, place))
    while not house.asked(SNAPSHOT, place.round_id):
        time.sleep(0.1)
    decided = at(house.servers, lambda db: decide(db, place.round_id, "publish"))
    assert house.asked("select box.publish_round($1, $2)", place.round_id, decided) == "published"
    return place
