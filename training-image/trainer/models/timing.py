"""How long does a runtime take to answer, and which of two is faster?"""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from modelbundle.prediction import Runtime
from modelbundle.rows import Rows

BATCHES = (1, 64)
_LEAST_REPEATS = 5
BUDGET_SECONDS = 0.2
_LEAST_CALLS = 20
PERCENTILE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Timings:
    """Median microseconds per call, by rows in the call."""

    microseconds: Mapping[int, float]

    def document(self) -> dict[str, str]:
        """As runtimes.json holds them."""
        return {str(rows): f"{value:.1f}" for rows, value in self.microseconds.items()}


def time_runtime(runtime: Runtime, rows: Rows, seconds: float = BUDGET_SECONDS) -> Timings:
    """How long the runtime takes for 1 and for 64 rows; about `seconds` are spent on each."""
    return Timings(
        {count: _median_of(runtime, _repeated(rows, count), seconds) for count in BATCHES}
    )


def runtimes_document(
    native: Timings | None,
    onnx: Timings | None,
    verified: Mapping[str, Any],
    why_not: str,
    *,
    only_onnx: bool = False,
) -> dict[str, Any]:
    """runtimes.json: who serves, why, on what evidence.

    `only_onnx`: no server has the library of the native model, so ONNX serves at any speed.
    """
    serve, why = _choice(native, onnx, why_not)
    if only_onnx and onnx is not None:
        serve = "onnx"
    given = (("onnx", onnx), ("sklearn", native))
    timings = {name: timing.document() for name, timing in given if timing is not None}
    return {
        "serve": serve,
        "why": why,
        "verified": dict(verified),
        "timings": {"unit": "microseconds per call, by rows", **timings},
    }


def _choice(native: Timings | None, onnx: Timings | None, why_not: str) -> tuple[str, str]:
    if onnx is None:
        return "sklearn", why_not
    if native is None:
        return "onnx", "the model came as ONNX"
    ratios = [native.microseconds[count] / onnx.microseconds[count] for count in BATCHES]
    told = " and ".join(
        f"{ratio:.3g} times as fast for {count} row{'s' if count > 1 else ''}"
        for ratio, count in zip(ratios, BATCHES, strict=True)
    )
    # Equal weight to both sizes: the geometric mean of the two speed-ups.
    serve = "onnx" if ratios[0] * ratios[1] >= 1 else "sklearn"
    return serve, f"ONNX is {told}"


def percentile_milliseconds(runtime: Runtime, rows: Rows, count: int, percentile: int) -> float:
    """The percentile of the calls with so many rows, of at most 2,000 calls in about 3 seconds."""
    spent = _calls(runtime, _repeated(rows, count), PERCENTILE_SECONDS, _LEAST_CALLS)
    return float(np.percentile(spent, percentile)) * 1e3


def _median_of(runtime: Runtime, rows: Rows, seconds: float) -> float:
    return statistics.median(_calls(runtime, rows, seconds, _LEAST_REPEATS)) * 1e6


def _calls(runtime: Runtime, rows: Rows, seconds: float, least: int) -> list[float]:
    """The seconds of each call."""
    runtime.predict(rows)
    spent: list[float] = []
    while len(spent) < least or (sum(spent) < seconds and len(spent) < 2000):
        start = time.perf_counter()
        runtime.predict(rows)
        spent.append(time.perf_counter() - start)
    return spent


def _repeated(rows: Rows, count: int) -> Rows:
    chosen = np.arange(count) % len(rows)
    return Rows(rows.numbers[chosen], rows.texts[chosen])
