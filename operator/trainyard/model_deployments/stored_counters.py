"""Counters from Prometheus: raw samples with their own times, one query for all rollouts."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from trainyard.clients.prometheus import Prometheus, PrometheusFault, Series
from trainyard.model_deployments.analysis.evidence import (
    Interval,
    Reading,
    Snapshot,
    interval_between,
)
from trainyard.model_deployments.analysis.samples import Family, Sample, counts_of, metric_names
from trainyard.model_deployments.counters import DIFFERENT, Clock, CounterQuestion

STALE_AFTER = timedelta(seconds=90)
"""A pod whose newest sample is older is not being scraped."""
LATE = timedelta(seconds=2)
"""Samples may come in this late: the present is looked at with this delay."""
SHARED_FOR = timedelta(seconds=3)
"""One answer serves all rollouts that ask within this time."""
ACTIVE_FOR = timedelta(minutes=5)
LONGEST_WINDOW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What Prometheus said about all rollouts that were active."""

    at: datetime
    begins: datetime
    deployments: frozenset[tuple[str, str]]
    series: tuple[Series, ...]


class StoredCounters:
    """Reads raw counters from Prometheus.

    Each pod is one scrape target, so all series of a pod have the same sample times; an end of an
    interval is, for each pod, its last sample up to that time. The same question always gives the
    same answer, so a restart loses nothing.
    """

    def __init__(self, prometheus: Prometheus, clock: Clock) -> None:
        self._prometheus = prometheus
        self._clock = clock
        self._active: dict[Family, dict[tuple[str, str], datetime]] = defaultdict(dict)
        self._answers: dict[Family, _Answer] = {}

    async def read(self, question: CounterQuestion) -> Reading:
        """See MetricSource.read."""
        if not question.pods:
            return Reading(None, None, "no pod to count at")
        now = self._clock() - LATE
        try:
            series = await self._series(question, now)
        except PrometheusFault as fault:
            return Reading(None, None, f"Prometheus: {fault}")
        pods = _by_pod(series, question)
        latest = {pod: _moment(found, now) for pod, found in pods.items()}
        missing = sorted({pod.name for pod in question.pods} - set(pods))
        if missing:
            return Reading(None, None, f"Prometheus has no counters of pod {missing[0]}")
        stale = [pod for pod, at in latest.items() if at is None or now - at > STALE_AFTER]
        if stale:
            return Reading(None, None, f"Prometheus has no fresh counters of pod {stale[0]}")
        if question.since is None or now - question.since > LONGEST_WINDOW:
            return Reading(now, None, "counting begins")
        return _between(question, pods, question.since, now)

    async def _series(self, question: CounterQuestion, now: datetime) -> tuple[Series, ...]:
        key = (question.namespace, question.deployment)
        active = self._active[question.family]
        active[key] = now
        for other in [k for k, asked in active.items() if now - asked > ACTIVE_FOR]:
            del active[other]
        begins = max(question.since or now, now - LONGEST_WINDOW) - STALE_AFTER
        known = self._answers.get(question.family)
        if (
            known is not None
            and now - known.at < SHARED_FOR
            and known.begins <= begins
            and key in known.deployments
        ):
            return known.series
        window = int((now - begins).total_seconds()) + 1
        promql = grouped_query(question.family, active, window)
        series = await self._prometheus.query(promql, at=now)
        self._answers[question.family] = _Answer(now, begins, frozenset(active), series)
        return series


def grouped_query(
    family: Family, deployments: Iterable[tuple[str, str]], window_seconds: int
) -> str:
    """Return the query for the raw counters of all these (namespace, deployment) pairs.

    Both are DNS labels, so nothing needs escaping.
    """
    pairs = sorted(deployments)
    namespaces = "|".join(dict.fromkeys(namespace for namespace, _ in pairs))
    names = "|".join(dict.fromkeys(name for _, name in pairs))
    metrics = "|".join(metric_names(family))
    return (
        f'{{__name__=~"{metrics}",namespace=~"{namespaces}",modeldeployment=~"{names}"}}'
        f"[{window_seconds}s]"
    )


def _by_pod(series: Sequence[Series], question: CounterQuestion) -> dict[str, list[Series]]:
    wanted = {pod.name for pod in question.pods}
    found: defaultdict[str, list[Series]] = defaultdict(list)
    for one in series:
        labels = one.labels
        mine = (labels.get("namespace"), labels.get("modeldeployment"))
        if mine == (question.namespace, question.deployment) and labels.get("pod") in wanted:
            found[labels["pod"]].append(one)
    return dict(found)


def _moment(series: Sequence[Series], until: datetime) -> datetime | None:
    """Return the time of the pod's last scrape up to `until`."""
    return max((at for one in series for at, _ in one.samples if at <= until), default=None)


def _between(
    question: CounterQuestion, pods: dict[str, list[Series]], since: datetime, now: datetime
) -> Reading:
    before, after = {}, {}
    edges: tuple[str, ...] = ()
    for pod, series in pods.items():
        first, last = _moment(series, since), _moment(series, now)
        if first is None or since - first > STALE_AFTER:
            return Reading(now, None, f"pod {pod} was not counted at the beginning")
        if last is None or last == first:
            return Reading(None, None, f"pod {pod} was not scraped again yet")
        if any(_went_back(one, first) for one in series):
            return Reading(now, None, f"the counters of pod {pod} started again")
        before[pod], _ = counts_of(_at(series, first), question.family, question.arms)
        after[pod], seen = counts_of(_at(series, last), question.family, question.arms)
        if seen and edges and seen != edges:
            return Reading(now, None, f"pod {pod} has other {DIFFERENT}")
        edges = seen or edges
    found = interval_between(Snapshot(before, edges), Snapshot(after, edges), question.arms)
    return Reading(now, found) if isinstance(found, Interval) else Reading(now, None, found)


def _went_back(series: Series, first: datetime) -> bool:
    values = [value for at, value in series.samples if at >= first]
    return any(later < earlier for earlier, later in itertools.pairwise(values))


def _at(series: Sequence[Series], moment: datetime) -> Iterable[Sample]:
    for one in series:
        for at, value in one.samples:
            if at == moment:
                yield Sample(one.labels.get("__name__", ""), one.labels, value)
