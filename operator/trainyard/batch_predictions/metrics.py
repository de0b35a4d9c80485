"""What does /metrics show of a BatchPrediction?"""

from __future__ import annotations

from collections.abc import Iterable

from trainyard.api.v1alpha1.batch_prediction import BatchPrediction
from trainyard.condition_samples import stalled
from trainyard.reconciling.controller import StateSample


def state_of(batch: BatchPrediction) -> Iterable[StateSample]:
    """Yield the rows of the last run, and what stalls it."""
    last = batch.status.last_run
    counts = last.written if last is not None else None
    scored, aside = (counts.scored, counts.set_aside) if counts is not None else (0, 0)
    yield StateSample("batchprediction_rows", scored, {"outcome": "scored"})
    yield StateSample("batchprediction_rows", aside, {"outcome": "set_aside"})
    yield from stalled("batchprediction", batch.status.conditions)
