"""How do rows get into the store soon, and in few objects?

A part is written again, whole, whenever it has more rows, every few seconds: what a pod can lose
that is killed is what came since. When it is large or old the next one begins.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq

EVERY_SECONDS = 3.0
MOST_ROWS = 20_000
MOST_BYTES = 32 << 20
MOST_SECONDS = 300.0


class Writable(Protocol):
    """The part of modelbundle's Store that is needed here."""

    def write(self, key: str, content: bytes) -> None:
        """The object holds these bytes."""


@dataclass(slots=True)
class _Part:
    key: str
    begun: float
    tables: list[pa.Table] = field(default_factory=list)
    rows: int = 0
    size: int = 0
    stored: int = 0
    """Rows, of those it has."""

    def add(self, table: pa.Table) -> None:
        self.tables.append(table)
        self.rows += table.num_rows
        self.size += table.nbytes

    def content(self) -> bytes:
        whole = pa.concat_tables(self.tables)
        self.tables = [whole]
        target = io.BytesIO()
        pq.write_table(whole, target, compression="zstd")
        return target.getvalue()


class CaptureParts:
    """The parts of one collector below `folder`; `name` is like that of no other collector."""

    def __init__(self, store: Writable, folder: str, name: str, now: Callable[[], float]) -> None:
        self._store = store
        self._folder = folder
        self._name = name
        self._now = now
        self._number = 0
        self._part: _Part | None = None
        self._written = float("-inf")

    def add(self, table: pa.Table) -> None:
        """The rows are stored with the next `store`. Rows of another form begin another part."""
        part = self._part
        if part is not None and part.tables and part.tables[0].schema != table.schema:
            self.store()
            part = self._part = None
        if part is None:
            part = self._part = self._begun()
        part.add(table)

    @property
    def is_full(self) -> bool:
        """True when no more rows should come before what is there is stored."""
        part = self._part
        return part is not None and (part.rows >= MOST_ROWS or part.size >= MOST_BYTES)

    @property
    def is_due(self) -> bool:
        """True when there are rows to be stored now."""
        part = self._part
        if part is None or part.stored == part.rows:
            return False
        return self.is_full or self._now() - self._written >= EVERY_SECONDS

    def store(self) -> None:
        """Every row that was added is in the store. Raises StoreFault; it can be called again."""
        part = self._part
        if part is None:
            return
        if part.stored < part.rows:
            self._written = self._now()
            self._store.write(part.key, part.content())
            part.stored = part.rows
        if self.is_full or self._now() - part.begun >= MOST_SECONDS or self._day() not in part.key:
            self._part = None

    def _begun(self) -> _Part:
        self._number += 1
        key = f"{self._folder}/{self._day()}/{self._name}-{self._number:05d}.parquet"
        return _Part(key, self._now())

    def _day(self) -> str:
        return datetime.fromtimestamp(self._now(), UTC).date().isoformat()
