"""What became of the rows so far? What the pods of the parts left, read without trusting it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trainyard.api.v1alpha1.batch_prediction_status import BatchRun, RowCounts, RowSetAside
from trainyard.conditions import shorten

_EXAMPLES = 3
_LONGEST = 200
_MOST = 10**15


def written_by(run: BatchRun, results: Mapping[int, Mapping[str, Any]]) -> RowCounts:
    """Return the counts with what the parts of the present attempt left.

    A further attempt finds again what is written: until it has, what is known stays.
    """
    if len(results) < run.written.parts:
        return run.written
    found = [results[part] for part in sorted(results)]
    return RowCounts(
        parts=len(found),
        rows=_sum(found, "rows"),
        scored=_sum(found, "scored"),
        set_aside=_sum(found, "setAside"),
        examples=tuple(_examples(found))[:_EXAMPLES],
    )


def told(run: BatchRun) -> str:
    """Return how far the run is, in words."""
    counts = run.written
    text = f"{counts.parts} of {run.parts} parts are written, {counts.scored} rows scored"
    return f"{text}, {counts.set_aside} set aside" if counts.set_aside else text


def told_set_aside(counts: RowCounts) -> str:
    """Return some of the rows that were not scored, in words."""
    return "; ".join(f"{row.file} row {row.row}: {row.reason}" for row in counts.examples)


def _sum(found: list[Mapping[str, Any]], name: str) -> int:
    return sum(_number(result.get(name)) for result in found)


def _number(value: Any) -> int:
    known = isinstance(value, int) and not isinstance(value, bool)
    return min(max(value, 0), _MOST) if known else 0


def _examples(found: list[Mapping[str, Any]]) -> Iterator[RowSetAside]:
    for result in found:
        given = result.get("examples")
        for example in given if isinstance(given, list) else ():
            if isinstance(example, Mapping):
                yield RowSetAside(
                    file=shorten(str(example.get("file") or ""), _LONGEST),
                    row=_number(example.get("row")),
                    reason=shorten(str(example.get("reason") or ""), _LONGEST),
                )
