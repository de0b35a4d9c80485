"""What a model server shows of live values beside those of the training: as many lines as it has.

Thirty features in twelve bins each, live rows in the proportions of the training: nothing drifts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic

METRICS = "/metrics"
FEATURES = 30
ROWS_PER_SECOND = 50
_REFERENCE = (0, 40, 60, 90, 110, 130, 140, 120, 100, 70, 40, 0, 100)
"""Rows of the training in each bin; the last is those without a value."""
_OTHER_LINES = 200
"""Of other metrics, as servers show them."""


@dataclass(frozen=True, slots=True)
class LiveRows:
    """What one server has counted of steady requests."""

    since: float = field(default_factory=monotonic)

    def page(self, revision: str) -> str:
        """The page as it is now."""
        seconds = monotonic() - self.since
        rows = ROWS_PER_SECOND * seconds / sum(_REFERENCE)
        lines = [line for n in range(FEATURES) for line in _column("feature", f"f{n}", rows)]
        lines += _column("prediction", "prediction", rows)
        lines += [f'trainyard_other_{n}{{revision="{revision}"}} 0' for n in range(_OTHER_LINES)]
        return "\n".join(lines) + "\n"


def _column(kind: str, name: str, rows: float) -> Iterator[str]:
    label = "output" if kind == "prediction" else "feature"
    for place, count in enumerate(_REFERENCE):
        bin_ = "missing" if place == len(_REFERENCE) - 1 else str(place)
        labels = f'{{{label}="{name}",bin="{bin_}",holds="[{place}, {place + 1})"}}'
        yield f"trainyard_{kind}_bin_reference{labels} {count}"
        yield f"trainyard_{kind}_bin_total{labels} {int(rows * count)}"
