"""What /metrics shows."""

from __future__ import annotations

from dataclasses import replace

from prometheus_client import CollectorRegistry
from toys import Toy, toy_controller, toy_manifest

from trainyard.metrics import Metrics
from trainyard.reconciling.cache import Cache
from trainyard.reconciling.controller import StateSample
from trainyard.reconciling.queue import Key, WorkQueue
from trainyard.reconciling.worker import Outcome


def test_passes_are_counted_by_how_they_ended() -> None:
    """With their time."""
    registry = CollectorRegistry()
    Metrics(registry).on_pass("Toy", Outcome.FAULT, 0.5)
    labels = {"kind": "Toy", "outcome": "fault"}
    assert 1 == registry.get_sample_value("trainyard_reconciles_total", labels)
    assert 0.5 == registry.get_sample_value("trainyard_reconcile_seconds_sum", {"kind": "Toy"})


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
    queue.add(Key("Toy", "ns", "a"))
    assert 1 == registry.get_sample_value("trainyard_queue_depth")


def test_state_is_read_from_statuses_and_goes_with_the_object() -> None:
    """A deleted object leaves no series behind."""
    registry, cache = CollectorRegistry(), Cache()

    def changes(toy: Toy) -> list[StateSample]:
        return [StateSample("toy_changes", toy.status.changes, {"color": toy.spec.color})]

    Metrics(registry).show_state([replace(toy_controller(), state=changes)], cache)
    toy = toy_manifest("ns", "a", color="red") | {"status": {"changes": 3}}
    toy["metadata"]["resourceVersion"] = "1"
    cache.put("Toy", toy)
    labels = {"namespace": "ns", "name": "a", "color": "red"}
    assert 3 == registry.get_sample_value("trainyard_toy_changes", labels)
    cache.remove("Toy", toy)
    assert registry.get_sample_value("trainyard_toy_changes", labels) is None


def test_an_unreadable_object_does_not_break_the_scrape() -> None:
    """Its condition tells; the others are shown."""
    registry, cache = CollectorRegistry(), Cache()
    Metrics(registry).show_state([toy_controller()], cache)
    toy = toy_manifest("ns", "a", color=["no", "word"])
    toy["metadata"]["resourceVersion"] = "1"
    cache.put("Toy", toy)
    assert [] == [family for family in registry.collect() if "toy" in family.name]


def test_leading_is_a_gauge() -> None:
    """Exactly one replica shows 1."""
    registry = CollectorRegistry()
    Metrics(registry).on_leading(True)
    assert 1 == registry.get_sample_value("trainyard_leading")
