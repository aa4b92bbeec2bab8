"""All that can be seen of a house, as texts: every address as every caller, every column as every role, Redis, the log.

What is random or a time by design is blanked, at its length. Two houses that differ in nothing but the choices on
ballots must give the same texts (``tests/service/worlds.py`` makes them).
"""

import base64
import hashlib
import re
import zlib
from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from typing import Any
from urllib.parse import urlencode, urlsplit

import asyncpg
import msgspec
from litestar import Litestar
from litestar.routes import HTTPRoute
from redis import Redis

from schema.settings import Settings
from service.app import make_app
from service.pages.shell import STATIC
from tests.builders import ADDRESS, MASTER_KEY

ROLES = ("byalag_roll", "byalag_registrar", "byalag_civic", "byalag_box", "byalag_worker")
ROOMS = ("roll", "box", "civic", "post")

INJECTED = {"request", "house", "officer", "claims"}
"""Parameters of handlers that come from the house and not from the address."""

MOVES = {
    "POST /api/rounds/{round_id}/close",
    "POST /api/rounds/{round_id}/publication",
    "DELETE /api/officer/sessions",
    "POST /officer/sign-out",
}
"""What would move the round on or end the officer's session. Closing and publishing are looked at when they happen."""

CANARY = 7
"""The number of the project that one of two houses votes for, in every pot."""

Sight = dict[tuple[str, str], str]
"""What is seen at one moment: a text for each channel and each of those who can look."""


class Scene(msgspec.Struct, frozen=True):
    """What two houses have in common: ids, and what somebody called the observer holds, who votes alike in both.

    ``passes`` are by pot. ``key`` and ``receipt`` (a commitment) are of the observer's ballot in the first pot.
    ``leaves`` is how many ballots were in the ledger when the houses parted. ``crowd``: the passes, by name and pot, of
    those who do not vote alike.
    """

    round_id: str
    pots: list[str]
    projects: list[str]
    proposals: list[str]
    officer: str
    code: str
    passes: dict[str, str]
    civic: str
    key: str
    receipt: str
    leaves: int
    crowd: dict[str, dict[str, str]]


class Answer(msgspec.Struct, frozen=True):
    """What came back from an address."""

    status: int
    headers: dict[str, str]
    content: bytes


# Addresses


class Route(msgspec.Struct, frozen=True):
    """A method at an address, with the names of what has to be filled in."""

    method: str
    path: str
    parameters: tuple[str, ...]
    queries: tuple[str, ...]

    @property
    def label(self) -> str:
        """Its name."""
        return f"{self.method} {self.path}"


def routes(app: Litestar | None = None) -> list[Route]:
    """Every route there is, read from the application itself."""
    app = app or make_app(Settings("postgresql://nowhere", "redis://nowhere", MASTER_KEY, ADDRESS))
    found = []
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            continue
        parameters = tuple(route.path_parameters)
        for method, (handler, _) in route.route_handler_map.items():
            if method != "OPTIONS":
                declared = set(handler.parsed_fn_signature.parameters) - INJECTED - set(parameters)
                found.append(Route(str(method), route.path_format, parameters, tuple(sorted(declared))))
    return sorted(found, key=lambda route: (route.path, route.method))


def fillings(scene: Scene, method: str) -> dict[str, list[str]]:
    """What may stand in each part of an address."""
    return {
        "round_id": [scene.round_id],
        "pot_id": scene.pots,
        "project_id": scene.projects[CANARY - 1 : CANARY],
        "proposal_id": [scene.proposals[0], scene.proposals[-1]] if method == "GET" else scene.proposals[:1],
        "commitment": [scene.receipt],
        "level": ["0"],
        "place": ["000.p/1", f"000.p/{scene.leaves}"],
        "act": ["close" if method == "GET" else "take-back"],
        "slug": ["not-counted", "not-open"],
        "name": [min(STATIC)],
        "path": ["openapi.yaml"],
    }


def questions(scene: Scene) -> dict[str, str]:
    """What may stand behind the question mark."""
    return {
        "after": "0",
        "older": "1",
        "newer": str(scene.leaves),
        "commitment": scene.receipt,
        "note": "needed",
        "done": "close",
        "act": "close",
        "v": "0",
        "revision": "1",
    }


AN_ID = {"/api/rounds", "/", "/api/rounds/{round_id}/proposals", "/rounds/{round_id}/proposals"} | {
    "/officer/rounds/{round_id}"
}
"""Where ``after`` is an id and not a size."""


def unknown(route: Route, scene: Scene) -> list[str]:
    """The parameters of a route that nothing is known to fill."""
    known, asked = fillings(scene, route.method), questions(scene)
    return [name for name in route.parameters if name not in known] + [
        name for name in route.queries if name not in asked
    ]


def addresses(route: Route, scene: Scene) -> Iterator[str]:
    """The route with everything filled in, and once more with its query."""
    known, asked = fillings(scene, route.method), questions(scene)
    for values in product(*(known[name] for name in route.parameters)):
        path = route.path
        for name, value in zip(route.parameters, values, strict=True):
            path = path.replace(f"{{{name}}}", value)
        if route.method == "GET" or not route.queries:
            yield path
        if route.queries:
            query = {name: asked[name] for name in route.queries}
            if "after" in query and route.path in AN_ID:
                query["after"] = scene.proposals[0] if "proposals" in path or "officer" in path else scene.round_id
            yield f"{path}?{urlencode(query)}"


def callers(scene: Scene, path: str) -> dict[str, dict[str, str]]:
    """Everybody who may ask for an address, with the headers they send."""
    shown = {"nobody": None, "voter": scene.passes[_pot(scene, path)], "member": scene.civic, "officer": scene.officer}
    accept = {} if path.startswith("/api") else {"Accept": "text/html"}
    return {whom: accept | ({"Authorization": f"Bearer {token}"} if token else {}) for whom, token in shown.items()}


def _pot(scene: Scene, path: str) -> str:
    """The pot of an address; the first one where there is none in it."""
    return next((pot for pot in scene.pots if pot in path), scene.pots[0])


def _usual(path: str) -> str:
    """Who is most at home at an address."""
    return "officer" if path.startswith("/officer") else "voter" if path.endswith("/ballot") else "nobody"


Body = tuple[str, bytes, dict[str, str]]
"""Who sends it, what, and with which headers."""


def bodies(route: Route, scene: Scene, path: str) -> list[Body]:
    """What is sent to an address: by everybody nothing of use, and where that shows something, what is meant to be."""
    if route.method == "GET":
        return [(whom, b"", {}) for whom in callers(scene, path)]
    api = path.startswith("/api")
    kind = {"Content-Type": "application/json" if api else "application/x-www-form-urlencoded"}
    empty = b"{}" if api else b""
    return [
        *((whom, empty, kind) for whom in callers(scene, path)),
        *(_sent if api else _forms)(route, scene, path, kind),
    ]


def _sent(route: Route, scene: Scene, path: str, kind: dict[str, str]) -> list[Body]:
    """JSON: a replay of the observer's first ballot, a late change of it, and her code."""
    ballot = {"choices": [1, 2], "base_revision": 0}
    match route.label:
        case "POST /api/pots/{pot_id}/ballots" if scene.pots[0] in path:
            replay = kind | {"Idempotency-Key": f"{scene.key}-{scene.pots[0]}"}
            late = kind | {"Idempotency-Key": "asked-once-more"}
            return [
                ("voter", msgspec.json.encode(ballot), replay),
                ("voter", msgspec.json.encode(ballot | {"base_revision": 99}), late),
            ]
        case "POST /api/rounds/{round_id}/sign-in":
            return [("nobody", msgspec.json.encode({"code": scene.code}), kind)]
    return []


def _forms(route: Route, scene: Scene, path: str, kind: dict[str, str]) -> list[Body]:
    """Forms of pages that show something for a pass or a code."""
    box, civic, code = ("pass", scene.passes[_pot(scene, path)]), ("pass", scene.civic), ("code", scene.code)
    forms: list[list[tuple[str, str]]] = []
    match route.label:
        case "POST /pots/{pot_id}/ballot":
            forms = [[box], [box, ("add_up", "1"), ("choices", str(CANARY))]]
        case "POST /pots/{pot_id}/ballots" if scene.pots[0] in path:
            forms = [[box, ("choices", "1"), ("base_revision", "99"), ("idempotency_key", "asked-once-more")]]
        case "POST /rounds/{round_id}/sign-in":
            forms = [[code], [code, ("then", "ballot"), ("pot", scene.pots[0])]]
        case "POST /rounds/{round_id}/supports" | "POST /rounds/{round_id}/proposals/new":
            forms = [[civic]]
        case "POST /proposals/{proposal_id}/support" | "POST /proposals/{proposal_id}/unsupport":
            forms = [[civic]]
    return [("nobody", urlencode(form).encode(), kind) for form in forms]


async def seen_over_http(app: Litestar, scene: Scene, known: frozenset[str]) -> Sight:
    """Every route of the application as every caller; all answers that one caller gets there are one text."""
    found: Sight = {}
    for route in routes(app):
        if route.label in MOVES or unknown(route, scene):
            continue
        for place, path in enumerate(addresses(route, scene)):
            callers_of = callers(scene, path)
            for whom, body, headers in bodies(route, scene, path):
                if place and not body.strip(b"{}") and whom != _usual(path):
                    continue  # everybody has seen the first of these addresses
                answer = await ask(app, route.method, path, callers_of[whom] | headers, body)
                found[route.label, whom] = found.get((route.label, whom), "") + told(path, answer, known)
    return found


async def ask(app: Litestar, method: str, address: str, headers: dict[str, str], body: bytes) -> Answer:
    """One request, handed to the application itself: there are thousands, and a client would take longer than it."""
    url = urlsplit(address)
    begun: dict[str, Any] = {}
    content = bytearray()
    scope: Any = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": url.path,
        "raw_path": url.path.encode(),
        "root_path": "",
        "query_string": url.query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in {"Host": "house", **headers}.items()],
        "client": ("127.0.0.1", 1),
        "server": ("house", 80),
        "extensions": {},
    }

    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        begun.update(message if message["type"] == "http.response.start" else {})
        content.extend(message.get("body", b""))

    await app(scope, receive, send)
    named = {name.decode().lower(): value.decode() for name, value in begun["headers"]}
    return Answer(begun["status"], named, bytes(content))


# What is blanked

_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?|\d{1,2}\xa0[A-Z][a-z]+\xa0\d{4}(?:, \d\d:\d\d)?")
_PASS = re.compile(r"(?<![\w-])([\w-]{80,})\.[\w-]{86}")
_KEY = re.compile(r'(?<=name="idempotency_key" value=")[\w-]+')
_NAME = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|(?<![0-9a-f])[0-9a-f]{64,}(?![0-9a-f])")
_HASH = re.compile(r"(?<![0-9a-f])[0-9a-f]{64,}(?![0-9a-f])|[A-Za-z0-9+/]{43}=|(?<=— )\S+ [A-Za-z0-9+/=]+")
_LEDGER = re.compile(r"/ledger|/checkpoints|/consistency|/receipts|/api/log/")


_NUMBER = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=byalag-limit:)[0-9a-f]{32}|\d{10,}(?:\.\d+)?")
_CHANCE = re.compile(r'"(ms|request_id|timestamp)":("[^"]*"|[\d.]+)')
_LATE = re.compile(r"\w+ waits over 30 s(, )?")


def _blank(found: re.Match[str]) -> str:
    return "·" * len(found[0])


def _claims(found: re.Match[str]) -> str:
    """What a pass says, but for when it ends."""
    claims = base64.urlsafe_b64decode(found[1] + "===").decode()
    return re.sub(r'(?<="expires":)\d+', _blank, claims)


@lru_cache(maxsize=1000)
def veiled(text: str, known: frozenset[str]) -> str:
    """A text without times, without the random ids and hashes of this house (``known``), and with passes opened."""
    text = _NAME.sub(lambda found: _blank(found) if found[0] in known else found[0], text)
    return _KEY.sub(_blank, _PASS.sub(_claims, _TIME.sub(_blank, text)))


def told(path: str, answer: Answer, known: frozenset[str] = frozenset()) -> str:
    """Status, headers and body of an answer. Of the ledger's hashes only the number and the lengths are told.

    A request id is random. An ETag must be what anybody can work out from the body: then it tells nothing more.
    """
    headers = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
    if headers.get("etag") == f'"{hashlib.sha256(answer.content).hexdigest()[:32]}"':
        headers["etag"] = "that of the body"
    if headers.get("content-type") == "application/octet-stream":
        body = f"{len(answer.content)} bytes"
    else:
        body = veiled(answer.content.decode(), known)
    if _LEDGER.search(path):
        body = _HASH.sub(_blank, body)
    lines = [f"{path} → {answer.status}", *(f"{name}: {value}" for name, value in headers.items()), "", body, "", ""]
    return "\n".join(lines)


async def known_names(db: asyncpg.Connection) -> frozenset[str]:
    """What is random by design: ids of ballots and snapshots, nonces, commitments, hashes of the tree."""
    rows = await db.fetch(
        "select id::text as name from box.ballot union all select id::text from box.snapshot"
        " union all select encode(nonce, 'hex') from box.ballot"
        " union all select encode(commitment, 'hex') from box.ballot"
        " union all select encode(hashes, 'hex') from box.tile"
    )
    return frozenset(row["name"] for row in rows)


# Tables, Redis, the log

_READABLE = """
select format('%s.%s', n.nspname, c.relname) as table, a.attname as column,
    array(select r from unnest($1::text[]) r
        where has_schema_privilege(r, n.oid, 'usage') and has_column_privilege(r, c.oid, a.attnum, 'select')) as roles
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
where n.nspname = any($2::text[]) and c.relkind in ('r', 'p', 'v', 'm', 'f') and a.attnum > 0 and not a.attisdropped
order by 1, a.attnum
"""


async def seen_in_tables(db: asyncpg.Connection, known: frozenset[str]) -> Sight:
    """Every column that a role can read, with its rows in the order in which they lie."""
    columns: dict[str, dict[str, list[str]]] = {}
    for row in await db.fetch(_READABLE, ROLES, ROOMS):
        columns.setdefault(row["table"], {})[row["column"]] = row["roles"]
    found: Sight = {}
    for table, readable in columns.items():
        wanted = ", ".join(f'"{column}"::text' for column in readable)
        rows = await db.fetch(f"select {wanted} from {table}")
        for at, (column, roles) in enumerate(readable.items()):
            text = veiled("\n".join(str(row[at]).replace("\\x", "") for row in rows), known)
            if (table, column) == ("box.checkpoint", "note"):
                text = _HASH.sub(_blank, text)
            found |= {(f"{table}.{column}", role): _without_fractions(text) for role in roles}
    return found


def _without_fractions(text: str) -> str:
    """Postgres leaves out zeros at the end of a time, so its length is chance."""
    return re.sub(r"·+(?=\+00$)", "·", text, flags=re.MULTILINE)


def seen_in_redis(redis: Redis, known: frozenset[str]) -> Sight:
    """The kinds of keys and values in Redis. How many buckets of callers are not full yet is a matter of time."""
    kinds = set()
    for key in redis.scan_iter():
        match redis.type(key):
            case b"string":
                held: Any = redis.get(key)
            case b"hash":
                held = sorted((name, _unpacked(value)) for name, value in redis.hgetall(key).items())
            case b"list":
                held = redis.lrange(key, 0, -1)
            case b"zset":
                held = redis.zrange(key, 0, -1)
            case b"set":
                held = sorted(redis.smembers(key))
            case other:
                held = other
        kinds.add(_NUMBER.sub("·", veiled(f"{key!r} {held!r}", known)))
    kinds.discard("b'byalag-limit:·' b'·'")
    return {
        ("Redis", "whoever reads it"): "\n".join(sorted(kind for kind in kinds if "leak" not in kind)),
        ("leak: Redis", "whoever reads it"): "\n".join(sorted(kind for kind in kinds if "leak" in kind)),
    }


def _unpacked(value: Any) -> Any:
    """RQ packs what it keeps."""
    try:
        return zlib.decompress(value)
    except zlib.error:
        return value


def seen_in_log(text: str, known: frozenset[str]) -> Sight:
    """What service, workers and clock wrote, but for the lines of the test's own client.

    How long something took is chance, and so is whether that was too long: for Redis, or for an event that waits.
    """
    lines = [
        _CHANCE.sub(r'"\1":·', _LATE.sub("", veiled(line, known)))
        for line in text.splitlines()
        if "HTTP Request: " not in line and "redis" not in line
    ]
    return {
        ("the log", "whoever reads it"): "\n".join(line for line in lines if '"leak"' not in line),
        ("leak: log", "whoever reads it"): "\n".join(line for line in lines if '"leak"' in line),
    }
