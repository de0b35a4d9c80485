"""How does a metric look in the Prometheus text format (0.0.4)?"""

from __future__ import annotations

from collections.abc import Iterable

from modelserver.metrics.histogram import Histogram

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})


def label(name: str, value: str) -> str:
    """`name="value"`, whatever characters the value has."""
    return f'{name}="{value.translate(_ESCAPES)}"'


def family(name: str, kind: str, says: str, samples: Iterable[str]) -> list[str]:
    """The lines of one metric; `samples` are made by `sample`."""
    return [f"# HELP {name} {says}", f"# TYPE {name} {kind}", *samples]


def sample(name: str, labels: str, value: float) -> str:
    """One number of one series."""
    return f"{name}{{{labels}}} {value!r}"


def histogram(name: str, says: str, labels: str, found: Histogram) -> list[str]:
    """The lines of a histogram: cumulative buckets, sum and count."""
    lines = []
    total = 0
    for bound, count in zip((*found.bounds, "+Inf"), found.counts, strict=True):
        total += count
        lines.append(f'{name}_bucket{{{labels},le="{bound}"}} {total}')
    lines.append(sample(f"{name}_sum", labels, found.total))
    lines.append(sample(f"{name}_count", labels, total))
    return family(name, "histogram", says, lines)
