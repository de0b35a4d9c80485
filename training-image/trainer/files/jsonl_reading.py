"""How is a file of JSON lines read in one stream?"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from trainer.files.raw_batch import RawBatch, Unreadable
from trainer.pod.exits import Reason, UserFault

_ROWS = 8192
_BATCH_BYTES = 4 << 20
_LINE_BYTES = 1 << 20


def read_jsonl(
    name: str, stream: io.BufferedReader[io.RawIOBase], unreadable: Unreadable
) -> Iterator[RawBatch]:
    """One row per line that is a JSON object; numbers keep the digits that stand there.

    Empty lines are skipped; lines that are no object go to `unreadable`.
    Raises UserFault FormatUnreadable for a line over 1 MiB.
    """
    rows: list[dict[str, str | None]] = []
    size = number = 0
    while line := stream.readline(_LINE_BYTES + 1):
        if len(line) > _LINE_BYTES:
            raise UserFault(
                Reason.FORMAT_UNREADABLE, f"file {name}: line {number + 1} is longer than 1 MiB"
            )
        if not line.strip():
            continue
        number += 1
        row = _row(line)
        if row is None:
            unreadable.add(number, line[:60].decode("utf-8", "replace").strip())
            continue
        rows.append(row)
        size += len(line)
        if len(rows) >= _ROWS or size >= _BATCH_BYTES:
            yield _batch(rows)
            rows, size = [], 0
    if rows:
        yield _batch(rows)


def _row(line: bytes) -> dict[str, str | None] | None:
    try:
        found = json.loads(line, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    return {key: _text(cell) for key, cell in found.items() if key}


def _text(cell: Any) -> str | None:
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return json.dumps(cell, ensure_ascii=False)


def _batch(rows: list[dict[str, str | None]]) -> RawBatch:
    names = dict.fromkeys(key for row in rows for key in row)
    # A lone surrogate is valid JSON but not valid UTF-8: it shows as ? instead of stopping all.
    arrays = [pa.array([_encoded(row.get(name)) for row in rows], pa.binary()) for name in names]
    return RawBatch(pa.RecordBatch.from_arrays(arrays, names=list(names)), keys_vary=True)


def _encoded(cell: str | None) -> bytes | None:
    return None if cell is None else cell.encode("utf-8", "replace")
