"""Which whole numbers does a time become for a model? Its parts, in UTC."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from trainer.tasks.ingest_task import TimePart


def part_of(times: pa.Array, part: TimePart) -> pa.Array:
    """The part of each time (us, UTC) as int64; missing where the time is."""
    if part is TimePart.WEEKDAY:
        return pc.day_of_week(times, count_from_zero=False)
    kernels = {
        TimePart.YEAR: pc.year,
        TimePart.MONTH: pc.month,
        TimePart.DAY: pc.day,
        TimePart.HOUR: pc.hour,
    }
    return kernels[part](times)
