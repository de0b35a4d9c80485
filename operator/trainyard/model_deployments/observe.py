"""What is read before a decision: children from the world, the rest only when it is due."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.clients.predictions import Predictor
from trainyard.clients.prometheus import Prometheus, PrometheusFault, Series
from trainyard.clients.scraping import ScrapeFailed, Scraper, samples
from trainyard.installation import Installation
from trainyard.model_deployments.analysis.evidence import Reading
from trainyard.model_deployments.analysis.queries import QueryAnswer, filled_in
from trainyard.model_deployments.analysis.verdict import compares
from trainyard.model_deployments.counters import Clock, MetricSource
from trainyard.model_deployments.decide import Observed
from trainyard.model_deployments.judging import look_due
from trainyard.model_deployments.observed import Prediction, RouterPod
from trainyard.model_deployments.proving import proof_wanted
from trainyard.model_deployments.questions import counter_question, monitors_due
from trainyard.model_deployments.retiring import next_to_serve
from trainyard.model_deployments.seen import Family, family_of, observed_from
from trainyard.model_deployments.source import wanted_version
from trainyard.model_deployments.traffic.backend import SERVICE_PORT
from trainyard.model_deployments.traffic.envoy import DECISION_PATH, STATS_PATH, STATS_PORT
from trainyard.reconciling.world import RawObject, World

PREDICTIONS = 12
"""Tries until the revision with most of the requests answers; with 50 % of them it does not in
one of 4,000 cases, and then it is asked again."""


@dataclass(frozen=True, slots=True)
class ServingSources:
    """What an observer asks beside the API server."""

    installation: Installation
    counters: MetricSource
    scraper: Scraper
    predictor: Predictor
    prometheus: Prometheus | None
    clock: Clock


async def observe_model_deployment(
    resource: ModelDeployment, world: World, sources: ServingSources
) -> Observed:
    """Return everything the decision looks at.

    Pods are asked only while a decision is not in force, a prediction is wanted, or an interval of
    the analysis or the monitoring is over: a settled deployment causes no request.
    """
    family = await family_of(resource, world)
    source = wanted_version(resource.spec.model, await _named_source(resource, world))
    seen = observed_from(resource, sources.installation, source, family)
    seen = await _with_reports(resource, seen, family, sources)
    seen = await _with_prediction(resource, seen, family, sources)
    return await _with_numbers(resource, seen, family, sources)


async def _named_source(resource: ModelDeployment, world: World) -> RawObject | None:
    model, namespace = resource.spec.model, resource.metadata.namespace
    if model.training_job is not None:
        return await world.get("TrainingJob", namespace, model.training_job.name)
    name = model.version.name if model.version is not None else ""
    return await world.get("ModelVersion", namespace, name)


async def _with_reports(
    resource: ModelDeployment, seen: Observed, family: Family, sources: ServingSources
) -> Observed:
    """Ask the routers which decision is in force, until all report the newest; and whom they
    reach, before a revision gets its first request.
    """
    status = resource.status
    if not status.decision or resource.spec.traffic.mode != "Router":
        return seen
    ask = _Asking(
        sources.scraper,
        decision=status.drained_at is None,
        reach=next_to_serve(resource.spec, status, seen) is not None,
    )
    if not ask.decision and not ask.reach:
        return seen
    addresses = family.addresses()
    pods = await asyncio.gather(
        *(ask.pod(pod, addresses.get(pod.name, "")) for pod in seen.router.pods)
    )
    return replace(seen, router=replace(seen.router, pods=tuple(pods)))


@dataclass(frozen=True, slots=True)
class _Asking:
    """What is asked of a router in this pass."""

    scraper: Scraper
    decision: bool
    reach: bool

    async def pod(self, pod: RouterPod, address: str) -> RouterPod:
        if not pod.ready or not address:
            return pod
        base = f"http://{address}:{STATS_PORT}"
        if self.decision:
            page = await self._page(f"{base}{DECISION_PATH}")
            pod = replace(pod, reports=int(page)) if page.strip().isdigit() else pod
        if self.reach:
            page = await self._page(f"{base}{STATS_PATH}?filter=membership_healthy")
            pod = replace(pod, reaches=_reached(page))
        return pod

    async def _page(self, url: str) -> str:
        try:
            return await self.scraper.page(url)
        except ScrapeFailed:
            return ""


def _reached(page: str) -> frozenset[str]:
    name, label = "envoy_cluster_membership_healthy", "envoy_cluster_name"
    try:
        found = samples(page, [name])
    except ScrapeFailed:
        return frozenset()
    return frozenset(s.labels.get(label, "") for s in found if s.value > 0)


async def _with_prediction(
    resource: ModelDeployment, seen: Observed, family: Family, sources: ServingSources
) -> Observed:
    revision = proof_wanted(resource.status, seen)
    address = family.service_address()
    if revision is None or address is None:
        return seen
    found = Prediction("", "not asked")
    for _ in range(PREDICTIONS):
        answer = await sources.predictor.predict(
            f"http://{address}:{SERVICE_PORT}", resource.metadata.name
        )
        found = Prediction(answer.bundle, answer.message)
        if answer.bundle == revision.bundle_digest or answer.message:
            break
    return replace(seen, prediction=found)


async def _with_numbers(
    resource: ModelDeployment, seen: Observed, family: Family, sources: ServingSources
) -> Observed:
    now = sources.clock()
    rollout, spec = resource.status.rollout, resource.spec
    if monitors := monitors_due(resource, now):
        values = _values(resource, resource.status.stable)
        answers = await _asked(monitors, values, sources.prometheus)
        seen = replace(seen, monitors=answers)
    if rollout is None or spec.suspend or not look_due(spec.analysis, rollout, now):
        return seen
    if resource.status.drained_at is None:
        return seen
    reading = Reading(now, None)
    if compares(spec.analysis):
        question = counter_question(resource, family)
        reading = await sources.counters.read(question)
    queries = {c.name: c.prometheus.query for c in spec.analysis.checks if c.prometheus}
    values = _values(resource, resource.status.canary)
    answers = await _asked(queries, values, sources.prometheus)
    return replace(seen, reading=reading, answers=answers)


def _values(resource: ModelDeployment, revision: Any) -> dict[str, str]:
    return {
        "revision": revision.revision if revision is not None else "",
        "modeldeployment": resource.metadata.name,
        "namespace": resource.metadata.namespace,
    }


async def _asked(
    queries: Mapping[str, str], values: Mapping[str, str], prometheus: Prometheus | None
) -> dict[str, QueryAnswer]:
    names = list(queries)
    answers = await asyncio.gather(*(_ask(queries[n], values, prometheus) for n in names))
    return dict(zip(names, answers, strict=True))


async def _ask(query: str, values: Mapping[str, str], prometheus: Prometheus | None) -> QueryAnswer:
    if prometheus is None:
        return QueryAnswer(None, "the operator was installed without a Prometheus")
    try:
        return one_number(await prometheus.query(filled_in(query, values)))
    except (PrometheusFault, ValueError) as fault:
        return QueryAnswer(None, str(fault))


def one_number(series: tuple[Series, ...]) -> QueryAnswer:
    """Return the value of exactly one series with one sample; anything else is no evidence."""
    if len(series) != 1 or len(series[0].samples) != 1:
        found = "nothing" if not series else f"{len(series)} series"
        return QueryAnswer(None, f"the query gave {found}, expected one number")
    return QueryAnswer(series[0].samples[0][1])
