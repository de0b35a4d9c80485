"""From scraped samples to counts: what the names of the metrics mean."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from trainyard.model_deployments.analysis.evidence import Arms, Counts


@dataclass(frozen=True, slots=True)
class Family:
    """The metrics of one kind of scraped pod."""

    answers: str
    """Counter of answers by code or class of codes."""
    code: str
    """Its label with the code or its first digit."""
    failed: tuple[str, ...]
    """First digits of the codes that count as failures."""
    again: str
    """Counter of tries that failed and were tried again; empty: there is none."""
    buckets: str
    """Cumulative latency buckets."""
    revision: str
    """The label that names the revision."""


ROUTER = Family(
    answers="envoy_cluster_upstream_rq_xx",
    code="envoy_response_code_class",
    # 4xx too: both versions get the same mix of requests, so a version that refuses more of them
    # is one that breaks clients.
    failed=("4", "5"),
    again="envoy_cluster_upstream_rq_retry",
    buckets="envoy_cluster_upstream_rq_time_bucket",
    revision="envoy_cluster_name",
)
SERVER = Family(
    answers="trainyard_requests_total",
    code="code",
    # Not 4xx: one client keeps one connection to one pod, and a bad client may be the canary's.
    failed=("5",),
    again="",
    buckets="trainyard_request_seconds_bucket",
    revision="revision",
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One number of one series."""

    name: str
    labels: Mapping[str, str]
    value: float


def metric_names(family: Family) -> tuple[str, ...]:
    """Return the metrics that are read."""
    return tuple(name for name in (family.answers, family.again, family.buckets) if name)


def counts_of(
    samples: Iterable[Sample], family: Family, arms: Arms
) -> tuple[dict[str, Counts], tuple[str, ...]]:
    """Return the counters of both revisions in one pod, and the latency edges in rising order."""
    requests: defaultdict[str, int] = defaultdict(int)
    errors: defaultdict[str, int] = defaultdict(int)
    buckets: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for sample in samples:
        revision = sample.labels.get(family.revision, "")
        if revision not in (arms.stable, arms.canary):
            continue
        if not math.isfinite(sample.value):
            continue
        number = int(sample.value)
        if sample.name == family.buckets:
            buckets[revision][sample.labels["le"]] = number
        elif sample.name == family.again:
            requests[revision] += number
            errors[revision] += number
        elif sample.name == family.answers:
            requests[revision] += number
            errors[revision] += number * sample.labels[family.code].startswith(family.failed)
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


def _edges(buckets: Iterable[Mapping[str, int]]) -> tuple[str, ...]:
    return tuple(sorted({edge for found in buckets for edge in found}, key=float))
