"""What has happened so far? Plain integers, turned into text when somebody asks."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable

from modelserver.metrics.exposition import family, histogram, label, sample
from modelserver.metrics.histogram import Histogram

BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
# These exist from the start: a counter that appears with its first error hides that error from
# every rate.
_USUAL_CODES = (200, 400, 413, 429, 500, 503)

# Lines of more metrics, for a constant label (see `exposition.label`).
Lines = Callable[[str], list[str]]


class ServingMetrics:
    """Counters of predictions asked for; probes and scrapes are not counted."""

    def __init__(self) -> None:
        self._codes = dict.fromkeys(_USUAL_CODES, 0)
        self._seconds = Histogram(BUCKETS)
        self._rows = 0
        self._more: list[Lines] = []

    def count(self, code: int, seconds: float, rows: int) -> None:
        """One more request was answered with `code` after `seconds`, predicting `rows`."""
        self._codes[code] = self._codes.get(code, 0) + 1
        times = self._seconds
        times.counts[bisect_left(BUCKETS, seconds)] += 1  # `observe`, without the price of a call
        times.total += seconds
        self._rows += rows

    def add(self, lines: Lines) -> None:
        """These lines are part of the exposition from now on."""
        self._more.append(lines)

    def add_gauge(self, name: str, says: str, value: Callable[[], float]) -> None:
        """The value, read when somebody asks, is part of the exposition from now on."""
        self.add(lambda labels: family(name, "gauge", says, [sample(name, labels, value())]))

    def add_counter(self, name: str, says: str, value: Callable[[], int]) -> None:
        """The count, read when somebody asks, is part of the exposition from now on."""
        self.add(lambda labels: family(name, "counter", says, [sample(name, labels, value())]))

    def exposition(self, revision: str) -> bytes:
        """All metrics in the Prometheus text format, each with the label `revision`."""
        labels = label("revision", revision)
        codes = sorted(self._codes.items())
        requests, rows = "trainyard_requests_total", "trainyard_rows_total"
        by_code = [sample(requests, f'{labels},code="{code}"', count) for code, count in codes]
        lines = family(requests, "counter", "Predictions asked for, by status code.", by_code)
        lines += histogram(
            "trainyard_request_seconds",
            "Time from the head of a request to its answer.",
            labels,
            self._seconds,
        )
        lines += family(rows, "counter", "Rows predicted.", [sample(rows, labels, self._rows)])
        for more in self._more:
            lines += more(labels)
        return ("\n".join(lines) + "\n").encode()
