"""All that can be seen of a house, as texts: every address as every caller, every column as every role, Redis, the log.

What is random or a time by design is blanked, at its length. Two houses that differ in nothing but the choices on
ballots must give the same texts (``tests/service/worlds.py`` makes them).
"""

import asyncio
import base64
import hashlib
import re
import zlib
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import msgspec
from litestar import Litestar
from redis import Redis

from tests.service.addresses import MOVES, Scene, requests, routes, unknown

ROLES = ("byalag_roll", "byalag_registrar", "byalag_civic", "byalag_box", "byalag_worker")
ROOMS = ("roll", "box", "civic", "post")

Sight = dict[tuple[str, str], str]
"""What is seen at one moment: a text for each channel and each of those who can look."""


class Answer(msgspec.Struct, frozen=True):
    """What came back from an address."""

    status: int
    headers: dict[str, str]
    content: bytes


async def seen_over_http(app: Litestar, scene: Scene, known: frozenset[str]) -> Sight:
    """Every route of the application as every caller; all answers that one caller gets there are one text."""
    found: Sight = {}
    for route in routes(app):
        if route.label in MOVES or unknown(route, scene):
            continue
        for path, (whom, body, headers) in requests(route, scene):
            answer = await ask(app, route.method, path, headers, body)
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

    messages = iter([{"type": "http.request", "body": body, "more_body": False}])
    answered = asyncio.Event()

    async def receive() -> Any:
        if message := next(messages, None):
            return message
        await answered.wait()  # a stream listens, as long as it lasts, for a caller who is gone
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        begun.update(message if message["type"] == "http.response.start" else {})
        content.extend(message.get("body", b""))
        if message["type"] == "http.response.body" and not message.get("more_body"):
            answered.set()

    await app(scope, receive, send)
    named = {name.decode().lower(): value.decode() for name, value in begun["headers"]}
    return Answer(begun["status"], named, bytes(content))


# What is blanked

_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?|\d{8}T\d{6}Z"
    r"|\d{1,2}\xa0[A-Z][a-z]+\xa0\d{4}(?:, \d\d:\d\d)?"
)
_PASS = re.compile(r"(?<![\w-])([\w-]{80,})\.[\w-]{86}")
_KEY = re.compile(r'(?<=name="idempotency_key" value=")[\w-]+')
_SLIP = re.compile(r'(?<="slip":")[\w=-]{92}|(?<=name="slip" value=")[\w=-]{92}')
_NAME = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|(?<![0-9a-f])[0-9a-f]{64,}(?![0-9a-f])")
_HASH = re.compile(r"(?<![0-9a-f])[0-9a-f]{64,}(?![0-9a-f])|[A-Za-z0-9+/]{43}=|(?<=— )\S+ [A-Za-z0-9+/=]+")
_REQUEST = re.compile(r"\b[0-9a-f]{16}\b")
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
    text = _SLIP.sub(_blank, text)
    return _KEY.sub(_blank, _PASS.sub(_claims, _TIME.sub(_blank, text)))


def told(path: str, answer: Answer, known: frozenset[str] = frozenset()) -> str:
    """Status, headers and body of an answer. Of the ledger's hashes, and of what is locked, only the length is told.

    A request id is random. An ETag must be what anybody can work out from the body: then it tells nothing more.
    """
    headers = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
    if headers.get("etag") == f'"{hashlib.sha256(answer.content).hexdigest()[:32]}"':
        headers["etag"] = "that of the body"
    if headers.get("content-type") == "application/octet-stream":
        body = f"{len(answer.content)} bytes"
    elif headers.get("content-type") == "application/zip":
        body = hashlib.sha256(answer.content).hexdigest()
    else:
        body = veiled(answer.content.decode(), known)
    if "/audit" in path:
        body = _REQUEST.sub(_blank, body)
    if _LEDGER.search(path):
        body = _HASH.sub(_blank, body)
    lines = [f"{path} → {answer.status}", *(f"{name}: {value}" for name, value in headers.items()), "", body, "", ""]
    return "\n".join(lines)


async def known_names(db: asyncpg.Connection) -> frozenset[str]:
    """What is random by design: ids of ballots, snapshots and acts, nonces, commitments, hashes of the tree."""
    rows = await db.fetch(
        "select id::text as name from box.ballot union all select id::text from box.snapshot"
        " union all select id::text from roll.act"
        " union all select encode(nonce, 'hex') from box.ballot"
        " union all select encode(commitment, 'hex') from box.ballot"
        " union all select encode(hashes, 'hex') from box.tile"
    )
    return frozenset(row["name"] for row in rows)


# Tables, Redis, the log

MOVING = ("roll.officer_session", "post.outbox")
"""Rows that move with an officer's first click of each minute, or into the places of events that were answered."""

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
        order = " order by id" if table in MOVING else ""
        rows = await db.fetch(f"select {wanted} from {table}{order}")
        for at, (column, roles) in enumerate(readable.items()):
            text = veiled("\n".join(str(row[at]).replace("\\x", "") for row in rows), known)
            if (table, column) == ("roll.audit", "request_id"):
                text = _REQUEST.sub(_blank, text)
            if column == "note" and table in {"box.checkpoint", "box.audit_checkpoint", "box.log_head"}:
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
