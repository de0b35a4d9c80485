"""How is a file of JSON lines read in one stream?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from trainer.files.column_names import column_name
from trainer.files.compression import Stream
from trainer.files.encodings import as_utf8
from trainer.files.list_columns import ListColumns, length_of_texts
from trainer.files.raw_batch import LeftOut, RawBatch, Unreadable
from trainer.files.signatures import refuse_other_kinds
from trainer.pod.exits import Reason, UserFault

_ROWS = 8192
_BATCH_BYTES = 4 << 20
_LINE_BYTES = 1 << 20
_DEEPEST = 4
_RECORD_SEPARATOR = b"\x1e"
_Row = dict[str, Any]
_SURROGATE = re.compile("[\ud800-\udfff]")
_DEEP = "it holds objects within objects within objects: export them flat"


def read_jsonl(
    name: str, stream: Stream, unreadable: Unreadable, left_out: LeftOut, lists: ListColumns
) -> Iterator[RawBatch]:
    """One row per line that is a JSON object; numbers keep the digits that stand there, and record
    separators before objects (JSON text sequences, RFC 7464) are skipped.

    Objects within become one column per member (`place.lat`), lists of numbers of one length one
    column per number; other lists go to `left_out`. Empty lines are skipped; lines that are no
    object go to `unreadable`.
    Raises UserFault FormatUnreadable for a line over 1 MiB and for one array of all rows.
    """
    stream = as_utf8(name, stream, None, "JSON lines")
    rows: list[_Row] = []
    size = number = 0
    _check_start(name, stream)
    while line := stream.readline(_LINE_BYTES + 1):
        if len(line) > _LINE_BYTES:
            raise UserFault(
                Reason.FORMAT_UNREADABLE, f"file {name}: line {number + 1} is longer than 1 MiB"
            )
        line = line.lstrip(_RECORD_SEPARATOR)
        if not line.strip():
            continue
        number += 1
        row = _row(line, left_out)
        if row is None:
            unreadable.add(number, line[:60].decode("utf-8", "replace").strip())
            continue
        rows.append(row)
        size += len(line)
        if len(rows) >= _ROWS or size >= _BATCH_BYTES:
            yield _batch(rows, left_out, lists)
            rows, size = [], 0
    if rows:
        yield _batch(rows, left_out, lists)


def _check_start(name: str, stream: Stream) -> None:
    start = stream.peek(512)[:512]
    refuse_other_kinds(name, start, "JSON lines")
    start = start.lstrip()
    if start[:1] == b"[" and start[1:].lstrip()[:1] in {b"{", b""}:
        raise UserFault(
            Reason.FORMAT_UNREADABLE,
            f"file {name} is one JSON array: each line must be one JSON object (JSON lines); write"
            " one object per line, as jq -c '.[]' does",
        )
    if start.lstrip(_RECORD_SEPARATOR).split(b"\n", 1)[0].strip() == b"{":
        raise UserFault(
            Reason.FORMAT_UNREADABLE,
            f"file {name}: its objects take several lines, but each line must be one JSON object"
            " (JSON lines): write one object per line, as jq -c . does",
        )


def _object(members: list[tuple[str, Any]]) -> _Row:
    found = dict(members)
    if len(found) < len(members):
        names = [name for name, _ in members]
        raise _doubled(next(name for name in names if names.count(name) > 1))
    return found


def _doubled(name: str) -> UserFault:
    text = f"several members of an object are called {name}; rename all but one"
    return UserFault(Reason.FORMAT_UNREADABLE, text)


_LINES = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=str, parse_int=str, parse_constant=str
)


def _row(line: bytes, left_out: LeftOut) -> _Row | None:
    try:
        found = _LINES.decode(line.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    row: _Row = {}
    _spread(found, "", 1, row, left_out)
    return row


def _spread(found: dict[str, Any], before: str, depth: int, row: _Row, left_out: LeftOut) -> None:
    for key, cell in found.items():
        own = column_name(key)
        name = f"{before}{own}"
        if not own:
            left_out.setdefault(name, "it has no name")
        elif isinstance(cell, dict):
            if depth < _DEEPEST:
                _spread(cell, f"{name}.", depth + 1, row, left_out)
            else:
                left_out.setdefault(name, _DEEP)
        elif name in row:
            raise _doubled(name)
        else:
            row[name] = cell if isinstance(cell, list) else _text(cell)


def _text(cell: Any) -> str | None:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return cell if cell is None else str(cell)


def _batch(rows: list[_Row], left_out: LeftOut, lists: ListColumns) -> RawBatch:
    names: list[str] = []
    for name in dict.fromkeys(key for row in rows for key in row):
        if any(type(row.get(name)) is list for row in rows):
            names += _spread_lists(name, rows, left_out, lists)
        else:
            names.append(name)
    arrays = [pa.array([_encoded(row.get(name)) for row in rows], pa.binary()) for name in names]
    return RawBatch(pa.RecordBatch.from_arrays(arrays, names=names), keys_vary=True)


def _spread_lists(name: str, rows: list[_Row], left_out: LeftOut, lists: ListColumns) -> list[str]:
    """The columns that the rows have now in place of a list; none where it is left out."""
    given = [cell for row in rows if (cell := row.get(name)) is not None]
    lengths = {length_of_texts(cell) if isinstance(cell, list) else None for cell in given}
    known = frozenset(length for length in lengths if length is not None)
    if not lists.decide(name, known if None not in lengths else frozenset(), left_out):
        return []
    columns = lists.names(name)
    for row in rows:
        cell = row.pop(name, None)
        if isinstance(cell, list):
            row.update(zip(columns, cell, strict=True))
    return columns


def _encoded(cell: Any) -> bytes | None:
    if cell is None:
        return None
    try:
        encoded: bytes = cell.encode("utf-8")
    except UnicodeEncodeError:
        # A lone surrogate is valid JSON but not valid UTF-8: told as damaged, it stops nothing.
        return _SURROGATE.sub("\ufffd", cell).encode("utf-8")
    return encoded
