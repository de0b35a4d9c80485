"""Which times are perhaps none, or have not come yet?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trainer.checks.examination import Examination
from trainer.files.raw_batch import FileRead
from trainer.rows.typed_rows import TypedRows
from trainer.tasks.ingest_task import ColumnType, IngestTask, Role

_AHEAD = timedelta(days=1)
_FIRST = frozenset(
    {"0001-01-01", "1601-01-01", "1753-01-01", "1899-12-30", "1899-12-31", "1900-01-01"}
    | {"1901-01-01", "1970-01-01"}
)
_LAST = frozenset({"2099-12-31", "2999-12-31", "9999-12-31"})
"""Days that stand for no time in .NET, Windows, SQL Server, Excel, Unix, and in many minds."""
_LEAST_GAP = 5 * 365 * 86_400
_GAP_SHARE = 0.25
_MICROS = 1_000_000


def time_notes(
    task: IngestTask, typed: TypedRows, examined: Examination, files: Iterable[FileRead]
) -> Iterator[str]:
    """Days that often mean no time, far from all other times, and times of rows to come."""
    sample = examined.sampled()
    declare = "declare csv.nullValues, or " if any(file.csv for file in files) else ""
    for column in typed.schema.stored:
        oldest, newest = examined.oldest(column.name), examined.newest(column.name)
        if column.type is not ColumnType.TIMESTAMP or oldest is None or newest is None:
            continue
        others = _others(sample.rows.column(column.name)) if sample else []
        days = _far(oldest, newest, others) if others else []
        for day in days:
            yield (
                f"column {column.name} holds {day}, far from all other times: if it means a missing"
                f" value, {declare}export an empty cell"
            )
        ahead = datetime.fromtimestamp(newest, UTC) > task.now + _AHEAD
        day = _day(newest)
        if column.role is Role.TIME and ahead and day not in days:
            yield f"column {column.name} holds times after today, up to {day}: is that right?"


def _far(oldest: float, newest: float, others: list[float]) -> list[str]:
    """Which of both ends is a day that means no time, and lies apart from the others."""
    gap = max(_LEAST_GAP, _GAP_SHARE * (others[-1] - others[0]))
    found = []
    if _day(oldest) in _FIRST and others[0] - oldest >= gap:
        found.append(_day(oldest))
    if _day(newest) in _LAST and newest - others[-1] >= gap:
        found.append(_day(newest))
    return found


def _others(column: pa.ChunkedArray) -> list[float]:
    """The sampled times that are of none of those days, in seconds, sorted."""
    micros = np.sort(pc.cast(column.drop_null(), pa.int64()).to_numpy())
    seconds: list[float] = (micros / _MICROS).tolist()
    if {_day(end) for end in (*seconds[:1], *seconds[-1:])} & (_FIRST | _LAST):
        return [time for time in seconds if _day(time) not in _FIRST | _LAST]
    return seconds


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:10]
