"""An anchor is stored and read back as it was."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from trainyard.api.v1alpha1.counter_anchor import MOST_COUNTERS, CounterAnchor


def test_an_anchor_is_read_back_as_it_was_stored() -> None:
    """Also one without latencies."""
    anchor = CounterAnchor(processes="a" * 64, stable=(10, 1, 5, 10), canary=(0, 0))
    assert anchor == CounterAnchor.model_validate(anchor.to_api())


@pytest.mark.parametrize("length", [0, 1, MOST_COUNTERS + 1])
def test_an_anchor_has_two_counters_and_is_small(length: int) -> None:
    """It is written with each interval."""
    with pytest.raises(ValidationError):
        CounterAnchor(processes="a", stable=(0,) * length, canary=(0, 0))
