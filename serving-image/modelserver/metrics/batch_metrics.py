"""How large are batches, how long do they take, and how long do requests wait for them?

Counted per batch, not per request: the requests of a batch are in order of arrival, so that a
look at the first and the last mostly tells where all of them fall. The times of decoding, which are
in no order, wait in a list for their batch.
"""

from __future__ import annotations

from collections.abc import Sequence

from modelserver.metrics.exposition import family, histogram, label, sample
from modelserver.metrics.histogram import Histogram

_ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096, 16384)
_SECONDS = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
_LONG_SECONDS = (1.0, 2.0, 5.0, 10.0, 20.0, 60.0)
# The buckets of KServe's model server: those that prometheus_client has by default.
_KSERVE_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)


class BatchMetrics:
    """What happened to requests between their decoding and their answers. Lives in the loop."""

    def __init__(self) -> None:
        self.repeated = 0
        self._rows = Histogram(_ROWS)
        self._seconds = Histogram((*_SECONDS, *_LONG_SECONDS))
        self._queue = Histogram((*_SECONDS, *_LONG_SECONDS))
        self._stages = {
            name: Histogram(_KSERVE_SECONDS)
            for name in ("preprocess", "explain", "predict", "postprocess")
        }
        self._decoding: list[float] = []
        self.decoded = self._decoding.append

    def predicted(self, rows: int, started: float, ended: float) -> None:
        """A batch of so many rows was with the model from `started` to `ended`."""
        self._rows.observe(rows)
        self._seconds.observe(ended - started)
        self._count_decoding()

    def waited(self, submitted: Sequence[float], started: float, known: float) -> None:
        """Requests submitted at these rising times began at `started` and are answered now."""
        self._queue.observe_since(submitted, started)
        self._stages["predict"].observe_since(submitted, known)

    def encoded(self, requests: int, seconds: float) -> None:
        """So many answers were encoded and handed to their connections within `seconds`."""
        if requests:
            self._stages["postprocess"].observe_mean(seconds / requests, requests)

    def lines(self, labels: str) -> list[str]:
        """The metrics that carry the constant label `revision` alone."""
        repeated = "trainyard_batches_repeated_total"
        return [
            *histogram("trainyard_batch_rows", "Rows predicted together.", labels, self._rows),
            *histogram(
                "trainyard_batch_seconds", "Time a batch was with the model.", labels, self._seconds
            ),
            *histogram(
                "trainyard_queue_seconds",
                "Time from the end of a request's decoding to the start of its batch.",
                labels,
                self._queue,
            ),
            *family(
                repeated,
                "counter",
                "Batches that failed as a whole and were repeated request by request.",
                [sample(repeated, labels, self.repeated)],
            ),
        ]

    def stage_lines(self, model: str, labels: str) -> list[str]:
        """KServe's four histograms, with its label `model_name` besides ours."""
        self._count_decoding()
        labels = f"{label('model_name', model)},{labels}"
        lines = []
        for name, found in self._stages.items():
            lines += histogram(f"request_{name}_seconds", _STAGES[name], labels, found)
        return lines

    def _count_decoding(self) -> None:
        if self._decoding:
            self._stages["preprocess"].observe_all(self._decoding)
            self._decoding.clear()


_STAGES = {
    "preprocess": "Time to decode and check a request.",
    "explain": "Always empty: this server explains nothing.",
    "predict": "Time from a decoded request to the answer of the model, waiting included.",
    "postprocess": "Time to encode an answer and hand it to its connection, mean of its batch.",
}
