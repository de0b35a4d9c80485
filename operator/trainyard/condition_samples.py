"""What /metrics shows of an object's conditions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trainyard.api.base import Condition
from trainyard.conditions import get_condition
from trainyard.reconciling.controller import StateSample


def stalled(prefix: str, conditions: Iterable[Condition]) -> Iterator[StateSample]:
    """Yield 1 with the reason while the object waits for a person, else nothing."""
    found = get_condition(conditions, "Stalled")
    if found is not None and found.status == "True":
        yield StateSample(f"{prefix}_stalled", 1.0, {"reason": found.reason})
