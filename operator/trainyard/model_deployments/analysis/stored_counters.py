"""Counters from Prometheus: raw samples with their own times."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from trainyard.clients.prometheus import Prometheus, PrometheusFault, Series, TooManySeries
from trainyard.model_deployments.analysis.counter_source import (
    CountersUnreadable,
    CounterWindow,
    PodCounters,
    Read,
)
from trainyard.model_deployments.analysis.samples import Sample

STALE_AFTER = timedelta(seconds=90)
"""A pod whose newest sample is older is not being scraped."""


class StoredCounters:
    """Reads raw counters from Prometheus.

    Each pod is one scrape target, so all series of a pod have the same sample times; an end of an
    interval is, for each pod, its last sample up to that time, and what was not scraped yet is in
    the next interval. The same question always gives the same answer, so a restart loses nothing.
    Each deployment has a query of its own: a pod that shows very many series spoils no other's.
    """

    def __init__(self, prometheus: Prometheus) -> None:
        self._prometheus = prometheus

    async def read(self, window: CounterWindow[Read]) -> Mapping[str, PodCounters[Read]]:
        """See CounterSource.read: a pod is known while it is being scraped.

        Of a deployment with more series than are read, no pod is known.
        """
        try:
            result = await self._prometheus.query(counter_query(window), window.until)
        except TooManySeries:
            # A pod of somebody's own image shows too much: it is looked at itself, with bounds.
            return {}
        except PrometheusFault as fault:
            raise CountersUnreadable(f"Prometheus: {fault}") from fault
        return {
            pod: _counters(pod, series, window)
            for pod, series in _by_pod(result.series, window).items()
            if _is_scraped(series, window.until)
        }


def counter_query(window: CounterWindow[Any]) -> str:
    """Return the query for the raw counters of all pods of the deployment.

    Its name and namespace are DNS labels, so nothing needs escaping.
    """
    begins = (window.since or window.until) - STALE_AFTER
    seconds = int((window.until - begins).total_seconds()) + 1
    metrics = "|".join(window.reader.metrics)
    place = f'namespace="{window.namespace}",modeldeployment="{window.deployment}"'
    return f'{{__name__=~"{metrics}",{place}}}[{seconds}s]'


def _by_pod(series: Sequence[Series], window: CounterWindow[Any]) -> dict[str, list[Series]]:
    wanted = {pod.name for pod in window.pods}
    found: defaultdict[str, list[Series]] = defaultdict(list)
    for one in series:
        if (pod := one.labels.get("pod", "")) in wanted:
            found[pod].append(one)
    return dict(found)


def _is_scraped(series: Sequence[Series], until: datetime) -> bool:
    last = _moment(series, until)
    return last is not None and until - last <= STALE_AFTER


def _moment(series: Sequence[Series], until: datetime) -> datetime | None:
    """Return the time of the pod's last scrape up to `until`."""
    return max((at for one in series for at, _ in one.samples if at <= until), default=None)


def _counters(pod: str, series: Sequence[Series], window: CounterWindow[Read]) -> PodCounters[Read]:
    last = _moment(series, window.until)
    after = window.reader.read(_at(series, last))
    if window.since is None:
        return PodCounters(after, why="counting begins")
    first = _moment(series, window.since)
    if first is None or window.since - first > STALE_AFTER:
        return PodCounters(after, why=f"pod {pod} was not counted at the beginning")
    if any(_went_back(one, first) for one in series):
        return PodCounters(after, why=f"the counters of pod {pod} started again")
    return PodCounters(after, window.reader.read(_at(series, first)))


def _went_back(series: Series, first: datetime) -> bool:
    values = [value for at, value in series.samples if at >= first]
    return any(later < earlier for earlier, later in itertools.pairwise(values))


def _at(series: Sequence[Series], moment: datetime | None) -> Iterator[Sample]:
    for one in series:
        for at, value in one.samples:
            if at == moment:
                yield Sample(one.labels.get("__name__", ""), one.labels, value)
