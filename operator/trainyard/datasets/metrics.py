"""What does /metrics show of a Dataset?"""

from __future__ import annotations

from collections.abc import Iterable

from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.condition_samples import stalled
from trainyard.conditions import get_condition
from trainyard.reconciling.controller import StateSample


def state_of(dataset: Dataset) -> Iterable[StateSample]:
    """Yield rows of the current version, whether newer data is refused, and what stalls it."""
    current = dataset.status.current
    yield StateSample("dataset_rows", current.rows if current is not None else 0, {})
    valid = get_condition(dataset.status.conditions, "DataValid")
    refused = valid is not None and valid.status == "False"
    yield StateSample("dataset_refused", int(refused), {})
    yield from stalled("dataset", dataset.status.conditions)
