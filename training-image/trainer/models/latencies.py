"""How long do the calls take that gates ask about, and how does that reach `publish`?"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from modelbundle.prediction import Runtime
from modelbundle.rows import Rows
from trainer.models.timing import percentile_milliseconds
from trainer.pod.plain_files import read_plain_file
from trainer.tasks.measures import LatencyMeasure, Measure

LATENCIES_NAME = "latencies.json"
_MAX_BYTES = 16 << 10


def write_latencies(
    measures: Sequence[Measure], runtimes: Sequence[Runtime], rows: Rows, folder: Path
) -> None:
    """`latencies.json` has the milliseconds of each latency that is asked for, by its key.

    Of several runtimes the faster counts, as the one that serves is chosen.
    """
    asked = [measure for measure in measures if isinstance(measure, LatencyMeasure)]
    if not asked:
        return
    found = {
        measure.key: min(
            percentile_milliseconds(runtime, rows, measure.rows, measure.percentile)
            for runtime in runtimes
        )
        for measure in asked
    }
    (folder / LATENCIES_NAME).write_text(json.dumps(found), encoding="utf-8")


def read_latencies(folder: Path) -> Mapping[str, float]:
    """What `write_latencies` left; nothing where it left nothing that can be read.

    Raises UserFault(ModelUnreadable) for a file that is none.
    """
    path = folder / LATENCIES_NAME
    if not path.exists() and not path.is_symlink():
        return {}
    try:
        found = json.loads(read_plain_file(path, _MAX_BYTES))
        return {str(key): float(value) for key, value in found.items() if math.isfinite(value)}
    except (ValueError, AttributeError, TypeError, RecursionError):
        return {}
