"""What is asked of a source of counters."""

from __future__ import annotations

from builders_serving import NOW
from counted_pods import CANARY, READER, STABLE

from trainyard.model_deployments.analysis.counter_source import CounterWindow


def test_the_pods_can_be_divided_between_sources() -> None:
    """Each is asked for the same counters between the same moments."""
    asked = CounterWindow("team", "tumours", READER, (STABLE, CANARY), NOW, NOW)
    assert CounterWindow("team", "tumours", READER, (CANARY,), NOW, NOW) == asked.of((CANARY,))
