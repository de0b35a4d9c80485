"""Times as whole numbers."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from trainer.files.raw_values import TIMESTAMP
from trainer.rows.time_parts import part_of
from trainer.tasks.ingest_task import TimePart

TIMES = pa.array([dt.datetime(2025, 3, 2, 23, 30, tzinfo=dt.UTC), None], TIMESTAMP)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        (TimePart.YEAR, 2025),
        (TimePart.MONTH, 3),
        (TimePart.DAY, 2),
        (TimePart.WEEKDAY, 7),
        (TimePart.HOUR, 23),
    ],
)
def test_a_part_is_a_whole_number(part: TimePart, value: int) -> None:
    """In UTC; Sunday is 7. What is missing stays so."""
    found = part_of(TIMES, part)
    assert [value, None] == found.to_pylist()
    assert pa.int64() == found.type
