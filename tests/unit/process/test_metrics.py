"""What /metrics shows."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

from trainyard.process.loop_lag import LoopLag
from trainyard.process.metrics import Metrics
from trainyard.reconciling.controller import StateSample
from trainyard.reconciling.queue import Key, WorkQueue
from trainyard.reconciling.worker import Outcome


def test_passes_are_counted_by_how_they_ended() -> None:
    """With their time."""
    registry = CollectorRegistry()
    Metrics(registry).on_pass("toys", Outcome.FAULT, 0.5)
    labels = {"controller": "toys"}
    ended = labels | {"outcome": "fault"}
    assert 1 == registry.get_sample_value("trainyard_reconciles_total", ended)
    assert 0.5 == registry.get_sample_value("trainyard_reconcile_seconds_sum", labels)


def test_only_what_changes_the_cluster_is_a_write() -> None:
    """Reads are requests too, but no writes."""
    registry = CollectorRegistry()
    metrics = Metrics(registry)
    metrics.on_answer("apply", "Job", 200)
    metrics.on_answer("get", "Job", 503)
    write, read = {"verb": "apply", "kind": "Job"}, {"verb": "get", "kind": "Job"}
    assert 1 == registry.get_sample_value("trainyard_writes_total", write)
    assert registry.get_sample_value("trainyard_writes_total", read) is None
    failed = registry.get_sample_value("trainyard_api_requests_total", read | {"status": "503"})
    assert 1 == failed


def test_the_queue_is_shown_as_it_is_at_the_scrape() -> None:
    """Depth and age are read, not counted."""
    registry = CollectorRegistry()
    queue = WorkQueue(lambda: 0.0, lambda: 0.0)
    Metrics(registry).show_queue(queue)
    queue.add(Key("toys", "ns", "a"))
    assert 1 == registry.get_sample_value("trainyard_queue_depth")


def test_state_is_shown_until_the_object_has_gone() -> None:
    """A deleted object leaves no series behind, and a new status replaces the old one."""
    registry = CollectorRegistry()
    metrics, key = Metrics(registry), Key("toys", "ns", "a")
    labels = {"namespace": "ns", "name": "a", "color": "red"}
    for changes in (3, 4):
        metrics.show_state(key, [StateSample("toy_changes", changes, {"color": "red"})])
    assert 4 == registry.get_sample_value("trainyard_toy_changes", labels)
    metrics.show_state(key, ())
    assert registry.get_sample_value("trainyard_toy_changes", labels) is None


async def test_the_lag_of_the_event_loop_is_shown() -> None:
    """In seconds, the longest of the last minute."""
    registry = CollectorRegistry()
    lag = LoopLag()
    Metrics(registry).show_loop_lag(lag)
    assert 0 == registry.get_sample_value("trainyard_event_loop_lag_seconds")
    lag.took(0.25)
    assert 0.25 == registry.get_sample_value("trainyard_event_loop_lag_seconds")


def test_leading_is_a_gauge() -> None:
    """Exactly one replica shows 1."""
    registry = CollectorRegistry()
    Metrics(registry).on_leading(True)
    assert 1 == registry.get_sample_value("trainyard_leading")
