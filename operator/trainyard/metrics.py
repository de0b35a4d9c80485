"""What the operator reports about itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from trainyard.reconciling.cache import Cache, name_of
from trainyard.reconciling.controller import Controller, StateSample
from trainyard.reconciling.once import Unreadable, parse
from trainyard.reconciling.queue import WorkQueue
from trainyard.reconciling.worker import Outcome

READS = frozenset({"get", "list"})


class Metrics:
    """Counters of this process, in the registry that was given."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._passes = Counter(
            "trainyard_reconciles_total",
            "Passes over objects, by how they ended.",
            ["kind", "outcome"],
            registry=registry,
        )
        self._seconds = Histogram(
            "trainyard_reconcile_seconds",
            "How long a pass took.",
            ["kind"],
            registry=registry,
        )
        self._writes = Counter(
            "trainyard_writes_total",
            "Requests that change the cluster, by verb and kind.",
            ["verb", "kind"],
            registry=registry,
        )
        self._answers = Counter(
            "trainyard_api_requests_total",
            "Requests to the API server by HTTP status; 0 means no answer.",
            ["verb", "kind", "status"],
            registry=registry,
        )
        self._leading = Gauge(
            "trainyard_leading", "1 while this replica holds the lease.", registry=registry
        )
        self._registry = registry

    def on_pass(self, kind: str, outcome: Outcome, seconds: float) -> None:
        """Count one pass."""
        self._passes.labels(kind, str(outcome)).inc()
        self._seconds.labels(kind).observe(seconds)

    def on_answer(self, verb: str, kind: str, status: int) -> None:
        """Count one request to the API server."""
        self._answers.labels(verb, kind, str(status)).inc()
        if verb not in READS:
            self._writes.labels(verb, kind).inc()

    def on_leading(self, leading: bool) -> None:
        """Show whether this replica works."""
        self._leading.set(leading)

    def show_queue(self, queue: WorkQueue) -> None:
        """Show the queue as it is at each scrape."""
        gauges: Mapping[str, tuple[str, Callable[[], float]]] = {
            "trainyard_queue_depth": ("Objects due or in work.", queue.depth),
            "trainyard_queue_failing": ("Objects whose last pass failed.", queue.failing),
            "trainyard_queue_oldest_seconds": (
                "For how long the oldest object has been due or in work.",
                queue.oldest_seconds,
            ),
        }
        for name, (text, read) in gauges.items():
            Gauge(name, text, registry=self._registry).set_function(read)

    def show_state(self, controllers: Iterable[Controller], cache: Cache) -> None:
        """Show at each scrape what the objects' statuses say; a deleted object shows nothing."""
        self._registry.register(_StateCollector(tuple(controllers), cache))


class _StateCollector(Collector):
    def __init__(self, controllers: tuple[Controller, ...], cache: Cache) -> None:
        self._controllers = controllers
        self._cache = cache

    def collect(self) -> Iterator[GaugeMetricFamily]:
        families: dict[str, GaugeMetricFamily] = {}
        for namespace, name, sample in self._samples():
            metric = f"trainyard_{sample.metric}"
            labels = ("namespace", "name", *sample.labels)
            family = families.setdefault(
                metric, GaugeMetricFamily(metric, "Read from the object's status.", labels=labels)
            )
            family.add_metric((namespace, name, *sample.labels.values()), sample.value)
        yield from families.values()

    def _samples(self) -> Iterator[tuple[str, str, StateSample]]:
        for controller in self._controllers:
            for raw in self._cache.list(controller.kind):
                try:
                    resource = parse(controller.model, raw)
                except Unreadable:
                    continue  # its condition says so
                for sample in controller.state(resource):
                    yield (*name_of(raw), sample)
