"""What the operator reports about itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import itemgetter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from trainyard.process.loop_lag import LoopLag
from trainyard.reconciling.controller import StateSample
from trainyard.reconciling.queue import Key, WorkQueue
from trainyard.reconciling.worker import Outcome

READS = frozenset({"get", "list"})


class Metrics:
    """Counters of this process, in the registry that was given."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._passes = Counter(
            "trainyard_reconciles_total",
            "Passes over objects, by how they ended.",
            ["controller", "outcome"],
            registry=registry,
        )
        self._seconds = Histogram(
            "trainyard_reconcile_seconds",
            "How long a pass took.",
            ["controller"],
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
        self._present = Gauge(
            "trainyard_kind_present",
            "1 while the cluster has this optional kind.",
            ["kind"],
            registry=registry,
        )
        self._state = _StateCollector()
        registry.register(self._state)
        self._registry = registry

    def on_pass(self, controller: str, outcome: Outcome, seconds: float) -> None:
        """Count one pass."""
        self._passes.labels(controller, str(outcome)).inc()
        self._seconds.labels(controller).observe(seconds)

    def on_answer(self, verb: str, kind: str, status: int) -> None:
        """Count one request to the API server."""
        self._answers.labels(verb, kind, str(status)).inc()
        if verb not in READS:
            self._writes.labels(verb, kind).inc()

    def on_leading(self, leading: bool) -> None:
        """Show whether this replica works."""
        self._leading.set(leading)

    def on_presence(self, kind: str, present: bool) -> None:
        """Show whether the cluster has an optional kind."""
        self._present.labels(kind).set(present)

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

    def show_state(self, key: Key, samples: Iterable[StateSample]) -> None:
        """Show what the object's status says, instead of what was shown of it before."""
        self._state.show(key, tuple(samples))

    def show_loop_lag(self, lag: LoopLag) -> None:
        """Show for how long the event loop was held."""
        text = "The longest time in the last minute for which the event loop was held."
        Gauge("trainyard_event_loop_lag_seconds", text, registry=self._registry).set_function(
            lag.longest_seconds
        )


class _StateCollector(Collector):
    """Keeps the samples of each object: a scrape reads none of the objects."""

    def __init__(self) -> None:
        self._samples: dict[Key, tuple[StateSample, ...]] = {}

    def show(self, key: Key, samples: tuple[StateSample, ...]) -> None:
        if samples:
            self._samples[key] = samples
        else:
            self._samples.pop(key, None)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        families: dict[str, GaugeMetricFamily] = {}
        for key, samples in sorted([*self._samples.items()], key=itemgetter(0)):
            for sample in samples:
                metric = f"trainyard_{sample.metric}"
                labels = ("namespace", "name", *sample.labels)
                family = families.setdefault(
                    metric,
                    GaugeMetricFamily(metric, "Read from the object's status.", labels=labels),
                )
                values = (key.namespace, key.name, *sample.labels.values())
                family.add_metric(values, sample.value)
        yield from families.values()
