"""Who calls while the API is fuzzed. The fuzzer, a process of its own, imports this for its hooks.

Ids that a fuzzer makes up lead nowhere, and so do project numbers: here some of them become real ones, always the same
for the same. A pass is for one round or pot, so the one that is shown is the one for the id in the address.
"""

import functools
import os
import re
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pyrage
import schemathesis
from msgspec.structs import replace

from schema.keys import Signer
from schema.passes import LIFETIME, Pass, seal_pass

VARIABLE = "BYALAG_FUZZ_CALLER"
"""The environment variable that names the file with the caller."""

MINE = "x-mine"
SIGN_OUT = "/api/officer/sessions"
WITHDRAW = "/api/pots/{pot_id}/withdrawals"

BEYOND_SCHEMA = re.compile(
    # JSON Schema takes 5.0 for a whole number. We do not: what reads one number as two kinds is read in two ways.
    r"must be a whole number.*, not a number with decimals"
    # What one part of a body must be to another part of it, and what stands in the lines of a file.
    r"|the timeline must run|two pots have one name|the pots name areas|the tie order ends|each criterion of the tie"
    r"|two themes have one name"
    r"|only a completion funds|a cap on a category says|the rule caps categories|the least age of a pot"
    r"|choices are asked for|the older size is at least"
    r"|the file lacks the column|the file is not UTF-8|the file holds a NUL|the first line names|line \d+ is longer"
    r"|a column is named like"
    r"|either a quarantine or an appeal is released|a ground is named where (?:a proposal|an argument) is hidden"
    r"|the recipient is no public key of age"
    r"|a void sheet has no choices|say in words why|that there is no such sheet is decided"
    r"|the file is no CSV|the file is no picture|the file is no GeoJSON"
    r"|a translation has a title|it is written in this language|the original has no such text"
)


class Caller(msgspec.Struct, frozen=True):
    """What somebody knows: ids that exist, by parameter, and tokens or passes to show.

    ``scheme`` is the security of the operations that are this caller's, and None for those that are open to all.
    ``ballots`` are pots in which this caller has a ballot, at revision 1, that could be taken back.
    The first of ``tokens`` is shown; the second is for signing out, which ends it. ``passes`` are by the id of their
    round, pot or proposal, and ``seal`` is the key (hex) to seal them with.
    """

    scheme: str | None
    ids: dict[str, list[UUID]]
    tokens: list[str] = []
    passes: dict[UUID, Pass] = {}
    seal: str = ""
    ballots: list[UUID] = []

    def shows(self, path: str, places: list[UUID]) -> str | None:
        """The token for an address with these ids, if there is anything to show."""
        if self.passes:
            wanted = [place for place in places if place in self.passes] or list(self.passes)
            claims = replace(self.passes[wanted[0]], expires=int(time.time()) + LIFETIME)
            return seal_pass(claims, Signer(bytes.fromhex(self.seal)))
        return self.tokens[path == SIGN_OUT] if self.tokens else None

    def real(self, name: str, value: object, path: str = "") -> object:
        """The value itself, or one that leads somewhere in its place; ``path`` is that of the operation it is for."""
        made_up = as_uuid(value)
        if name in self.ids and made_up:
            known = [*(self.ballots if path == WITHDRAW else ()), *self.ids[name], made_up]
            return str(known[made_up.int % len(known)])
        if name == "recipient" and isinstance(value, str) and re.fullmatch("age1[0-9a-z]{58}", value):
            return str(pyrage.x25519.Identity.generate().to_public())
        if name == "choices" and isinstance(value, list):
            near = [number % 5 + 1 if type(number) is int and number > 5 else number for number in value]
            return near if any(type(number) is not int for number in near) else list(dict.fromkeys(near))[:2]
        if name == "count" and type(value) is int and value > 5:  # letters take their time
            return value % 5 + 1
        if name == "base_revision" and type(value) is int and value > 3:
            return value % 4 // 2
        return value


@functools.cache
def caller() -> Caller:
    """Who calls in this process."""
    return msgspec.json.decode(Path(os.environ[VARIABLE]).read_bytes(), type=Caller)


def as_uuid(value: object) -> UUID | None:
    """The id that a value is the text of."""
    try:
        return UUID(str(value))
    except ValueError:
        return None


def whole(value: Any) -> Any:
    """The same with 5 for 5.0: JSON Schema takes both for a whole number, and with 5 a body gets further."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [whole(item) for item in value]
    return {name: whole(item) for name, item in value.items()} if isinstance(value, dict) else value


@schemathesis.hook
def before_load_schema(_: Any, raw_schema: dict[str, Any]) -> None:
    """Real ids are the examples of their parameters, and the caller's own operations are marked."""
    for operations in raw_schema["paths"].values():
        for operation in operations.values():
            operation[MINE] = [*operation.get("security", [{None: []}])[0]] == [caller().scheme]
            for parameter in operation.get("parameters", ()):
                if known := caller().ids.get(parameter["name"]):
                    parameter["examples"] = {str(key): {"value": str(key)} for key in known}


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Some ids in addresses lead somewhere."""
    path = context.operation.path
    return path_parameters and {name: caller().real(name, value, path) for name, value in path_parameters.items()}


@schemathesis.hook
def map_body(_: Any, body: Any) -> Any:
    """Some ids and numbers in bodies lead somewhere."""
    body = whole(body)
    if not isinstance(body, dict):
        return body
    if isinstance(body.get("points"), list) and len(body["points"]) % 4:  # no pot here wants points
        del body["points"]
    return {name: caller().real(name, value) for name, value in body.items()}


@schemathesis.hook
def filter_failure(_: Any, failure: Any, case: Any, response: Any) -> bool:
    """Keep every failure but this: well-formed data was refused, for a reason that no schema can express.

    422 is our word for just that; of what is malformed, the few sentences of BEYOND_SCHEMA.
    """
    if type(failure).__name__ != "RejectedPositiveData":
        return True
    problem = response.json()
    return problem["status"] != 422 and not BEYOND_SCHEMA.search(str(problem["facts"].get("fault")))


@schemathesis.auth(refresh_interval=None)
class Shown:
    """The Authorization header of each request."""

    def get(self, case: Any, _: Any) -> str | None:
        """What is shown at the case's address."""
        places = [place for value in (case.path_parameters or {}).values() if (place := as_uuid(value))]
        return caller().shows(case.operation.path, places)

    def set(self, case: Any, data: str, _: Any) -> None:
        """Show it."""
        case.headers["Authorization"] = f"Bearer {data}"
