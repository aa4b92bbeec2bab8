"""Named queries: SQL lives in ``.sql`` files, each statement under a ``-- name:`` line.

``SQL = queries(__file__)`` in ``store/rounds.py`` reads ``store/rounds.sql``; ``SQL.round_by_id`` is its text.
Rows become msgspec structs here and nowhere else: ``Any`` stops at the store.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from asyncpg import Connection
from asyncpg.pool import PoolConnectionProxy

T = TypeVar("T")

Db = Connection | PoolConnectionProxy
NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


class Queries:
    """The statements of one file, each an attribute. An unknown name is an AttributeError that lists what there is."""

    def __init__(self, file: Path) -> None:
        parts = NAME.split(file.read_text(encoding="utf-8"))
        names, texts = parts[1::2], parts[2::2]
        if len(set(names)) != len(names):
            raise ValueError(f"{file.name}: a query name is used twice")
        self.file = file
        self.texts = {name: text.strip() for name, text in zip(names, texts, strict=True)}

    def __getattr__(self, name: str) -> str:
        try:
            return self.texts[name]
        except KeyError:
            raise AttributeError(f"{self.file.name} has no query {name!r}; it has {sorted(self.texts)}") from None


def queries(module_file: str) -> Queries:
    """The queries in the ``.sql`` file beside a store module."""
    return Queries(Path(module_file).with_suffix(".sql"))


async def many(db: Db, shape: type[T], sql: str, *values: object) -> list[T]:
    """All rows of a query, each as ``shape``."""
    rows = await db.fetch(sql, *values)
    return [_shaped(row, shape) for row in rows]


async def one(db: Db, shape: type[T], sql: str, *values: object, seconds: float | None = None) -> T | None:
    """The first row of a query as ``shape``, or None when there is none; within ``seconds``, or the connection's."""
    row = await db.fetchrow(sql, *values, timeout=seconds)
    return None if row is None else _shaped(row, shape)


def _shaped(row: Any, shape: type[T]) -> T:
    return msgspec.convert(dict(row), shape)


async def run(db: Db, sql: str, *values: object, seconds: float | None = None) -> int:
    """Run a write; answer the number of rows it touched. It may take ``seconds``, or as long as the connection says."""
    status: str = await db.execute(sql, *values, timeout=seconds)
    return int(status.rpartition(" ")[2] or 0)


async def run_many(db: Db, sql: str, rows: Sequence[Sequence[object]]) -> None:
    """Run a write once per row, all or nothing."""
    await db.executemany(sql, rows)
