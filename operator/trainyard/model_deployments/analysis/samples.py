"""From scraped samples to counts: what the names of the metrics mean."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from trainyard.model_deployments.analysis.evidence import Arms, Counts

GRPC_SUFFIX = "-grpc"
"""Ends the name of a revision's cluster for gRPC; names of revisions end in hex digits."""

MATCHED_SUFFIX = "-matched"
"""Ends the name of a revision's cluster for requests that are its own whatever the weights are."""
MIRROR_SUFFIX = "-mirror"
"""Ends the name of a revision's cluster for copies of requests."""
EXPLAIN_SUFFIX = "-explain"
"""Ends the name of a revision's cluster for explanations: they are no predictions, and slow."""
APART = (MATCHED_SUFFIX, MIRROR_SUFFIX)
"""Groups of requests that are counted apart from those by weight."""


@dataclass(frozen=True, slots=True)
class Family:
    """The metrics of one kind of scraped pod."""

    answers: str
    """Counter of answers by code or class of codes."""
    code: str
    """Its label with the code or its first digit."""
    again: str
    """Counter of tries that failed and were tried again; empty: there is none."""
    buckets: str
    """Cumulative latency buckets."""
    revision: str
    """The label that names the revision."""
    edge_milliseconds: float = 1.0
    """How long one unit of the buckets' edges is."""
    grpc_suffix: str = ""
    """Ends that label where the series is about gRPC, whose answers all have code 200."""
    grpc_succeeded: str = ""
    """Counter of gRPC calls with status OK."""
    grpc_failed: str = ""
    """Counter of gRPC calls with any other status."""

    def revision_of(self, sample: Sample) -> tuple[str, bool]:
        """Return the revision that the sample is about, and whether it is about gRPC alone."""
        name = sample.labels.get(self.revision, "")
        if self.grpc_suffix and name.endswith(self.grpc_suffix):
            return name.removesuffix(self.grpc_suffix), True
        return name, False

    def outcome_of(self, sample: Sample, *, over_grpc: bool) -> bool | None:
        """Return whether the requests that the sample counts failed; None: it counts none."""
        if sample.name == self.again:
            return True
        if over_grpc:
            return {self.grpc_succeeded: False, self.grpc_failed: True}.get(sample.name)
        if sample.name == self.answers:
            return sample.labels.get(self.code, "").startswith(FAILED)
        return None


FAILED = ("4", "5")
"""First digits of the codes that count as failures. 4xx too: both versions get the same mix of
requests, so a version that refuses more of them is one that breaks clients."""

ROUTER = Family(
    answers="envoy_cluster_upstream_rq_xx",
    code="envoy_response_code_class",
    again="envoy_cluster_upstream_rq_retry",
    buckets="envoy_cluster_upstream_rq_time_bucket",
    revision="envoy_cluster_name",
)
ROUTER_OF_BOTH = replace(
    ROUTER,
    grpc_suffix=GRPC_SUFFIX,
    grpc_succeeded="envoy_cluster_grpc_success",
    grpc_failed="envoy_cluster_grpc_failure",
)
"""HTTP and gRPC. Where one version alone speaks gRPC, nothing can be compared with its calls."""

SERVER = Family(
    answers="trainyard_requests_total",
    code="code",
    again="",
    buckets="trainyard_request_seconds_bucket",
    revision="revision",
    edge_milliseconds=1000.0,
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One number of one series."""

    name: str
    labels: Mapping[str, str]
    value: float


def metric_names(family: Family) -> tuple[str, ...]:
    """Return the metrics that are read."""
    grpc = (family.grpc_succeeded, family.grpc_failed)
    return tuple(name for name in (family.answers, family.again, family.buckets, *grpc) if name)


@dataclass(frozen=True, slots=True)
class PodCounts:
    """Counters of both versions in one pod at one moment."""

    counts: Mapping[str, Counts]
    """By revision."""
    edges: tuple[str, ...] = ()
    """Latency edges in rising order."""


@dataclass(frozen=True, slots=True)
class CountsReader:
    """Reads the counters of both versions."""

    family: Family
    arms: Arms

    @property
    def metrics(self) -> tuple[str, ...]:
        """Return the metrics that are read."""
        return metric_names(self.family)

    def read(self, samples: Iterable[Sample]) -> PodCounts:
        """Return the counters in the samples of one pod."""
        return PodCounts(*counts_of(samples, self.family, self.arms))


def counts_of(
    samples: Iterable[Sample], family: Family, arms: Arms
) -> tuple[dict[str, Counts], tuple[str, ...]]:
    """Return the counters of both revisions in one pod, and the latency edges in rising order."""
    requests: defaultdict[str, int] = defaultdict(int)
    errors: defaultdict[str, int] = defaultdict(int)
    buckets: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for sample in samples:
        revision, over_grpc = family.revision_of(sample)
        if revision not in arms.names or not math.isfinite(sample.value):
            continue
        number = int(sample.value)
        if sample.name == family.buckets:
            if _is_edge(edge := sample.labels.get("le", "")):
                buckets[revision][edge] = buckets[revision].get(edge, 0) + number
        elif (failed := family.outcome_of(sample, over_grpc=over_grpc)) is not None:
            requests[revision] += number
            errors[revision] += number * failed
    edges = _edges(buckets.values())
    found = {
        revision: Counts(
            requests[revision],
            errors[revision],
            tuple(buckets[revision].get(edge, 0) for edge in edges) if revision in buckets else (),
        )
        for revision in {*requests, *buckets}
    }
    return found, edges


def _is_edge(text: str) -> bool:
    """Tell whether it is a number: a server image of the user may show anything."""
    try:
        return not math.isnan(float(text))
    except ValueError:
        return False


def _edges(buckets: Iterable[Mapping[str, int]]) -> tuple[str, ...]:
    return tuple(sorted({edge for found in buckets for edge in found}, key=float))
