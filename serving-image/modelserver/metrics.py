"""What has happened so far? Plain integers, turned into text when somebody asks."""

from __future__ import annotations

from bisect import bisect_left

BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# These exist from the start: a counter that appears with its first error hides that error from
# every rate.
_USUAL_CODES = (200, 400, 413, 500, 503)


class ServingMetrics:
    """Counters of predictions asked for; probes and scrapes are not counted."""

    def __init__(self) -> None:
        self._codes = dict.fromkeys(_USUAL_CODES, 0)
        self._buckets = [0] * (len(BUCKETS) + 1)
        self._seconds = 0.0
        self._rows = 0

    def count(self, code: int, seconds: float, rows: int) -> None:
        """One more request was answered with `code` after `seconds`, predicting `rows`."""
        self._codes[code] = self._codes.get(code, 0) + 1
        self._buckets[bisect_left(BUCKETS, seconds)] += 1
        self._seconds += seconds
        self._rows += rows

    def exposition(self, revision: str) -> bytes:
        """All counters in the Prometheus text format, each with the label `revision`."""
        label = f'revision="{revision}"'
        lines = [
            "# HELP trainyard_requests_total Predictions asked for, by status code.",
            "# TYPE trainyard_requests_total counter",
        ]
        for code, count in sorted(self._codes.items()):
            lines.append(f'trainyard_requests_total{{{label},code="{code}"}} {count}')
        lines += [
            "# HELP trainyard_request_seconds Time from the head of a request to its answer.",
            "# TYPE trainyard_request_seconds histogram",
        ]
        total = 0
        for bound, count in zip((*BUCKETS, "+Inf"), self._buckets, strict=True):
            total += count
            lines.append(f'trainyard_request_seconds_bucket{{{label},le="{bound}"}} {total}')
        lines += [
            f"trainyard_request_seconds_sum{{{label}}} {self._seconds!r}",
            f"trainyard_request_seconds_count{{{label}}} {total}",
            "# HELP trainyard_rows_total Rows predicted.",
            "# TYPE trainyard_rows_total counter",
            f"trainyard_rows_total{{{label}}} {self._rows}",
        ]
        return ("\n".join(lines) + "\n").encode()
