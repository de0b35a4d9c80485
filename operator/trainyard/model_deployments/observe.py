"""What is read before a decision: children from the world, the rest only when it is due."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.clients.answer_pages import AnswerPages
from trainyard.clients.predictions import Predictor
from trainyard.clients.prometheus import Prometheus, PrometheusFault
from trainyard.clients.scraping import Scraper
from trainyard.installation import Installation
from trainyard.model_deployments.analysis.bin_counters import BinCounters
from trainyard.model_deployments.analysis.binned_columns import BinWindow
from trainyard.model_deployments.analysis.checks.kinds import compares, queries
from trainyard.model_deployments.analysis.confined_queries import why_not_confined
from trainyard.model_deployments.analysis.counters import Clock, MetricSource
from trainyard.model_deployments.analysis.error_windows import ErrorWindows
from trainyard.model_deployments.analysis.evidence import ErrorWindow, Reading
from trainyard.model_deployments.analysis.queries import QueryAnswer, filled_in
from trainyard.model_deployments.analysis.query_numbers import number_of
from trainyard.model_deployments.monitoring.monitor import MonitorQuestion, ReadAnswer
from trainyard.model_deployments.monitoring.monitors import questions_due
from trainyard.model_deployments.monitoring.smoke_test import smoke_test_wanted
from trainyard.model_deployments.notifications import outgoing_notifications
from trainyard.model_deployments.observe_approvals import with_approvals
from trainyard.model_deployments.observe_jobs import with_jobs
from trainyard.model_deployments.observe_pairs import read_pairs
from trainyard.model_deployments.observe_routers import (
    RouterQuestions,
    asked_router,
    router_questions,
)
from trainyard.model_deployments.observed import Observed, Prediction, observed_from
from trainyard.model_deployments.owned_objects import OwnedObjects, named, owned_objects_of
from trainyard.model_deployments.questions import bin_question, counter_question, stable_question
from trainyard.model_deployments.revision.workload import cluster_finding
from trainyard.model_deployments.rollout.judging import analysis_of_step, look_due
from trainyard.model_deployments.source import wanted_version
from trainyard.model_deployments.traffic.in_force import is_in_force
from trainyard.model_deployments.traffic.mode import SERVICE_PORT
from trainyard.notifications.notification import Notification
from trainyard.objects import RawObject
from trainyard.outbox import Outbox
from trainyard.pod_creation import not_created
from trainyard.reconciling.namespaces import image_refresh
from trainyard.reconciling.world import World

PREDICTIONS = 12
"""Tries until the revision with most of the requests answers; with 50 % of them it does not in
one of 4,000 cases, and then it is asked again."""


@dataclass(frozen=True, slots=True)
class ServingSources:
    """What an observer asks beside the API server."""

    installation: Installation
    counters: MetricSource
    bins: BinCounters
    answer_pages: AnswerPages
    errors: ErrorWindows
    outbox: Outbox[Notification]
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
    owned = await owned_objects_of(resource, world)
    source = wanted_version(resource.spec.model, await _named_source(resource, world))
    seen = observed_from(resource, sources.installation, source, owned)
    seen = await with_jobs(resource, seen, world)
    namespace = await world.get("Namespace", "", resource.metadata.namespace)
    seen = replace(seen, image_refresh=image_refresh(namespace or {}))
    seen = await with_approvals(resource, seen, world)
    seen = await _with_creation(resource, seen, world)
    seen = await _with_reports(resource, seen, owned, sources)
    seen = await _with_prediction(resource, seen, owned, sources)
    seen = await _with_numbers(resource, seen, owned, sources)
    outgoing = outgoing_notifications(resource, sources.installation.receivers)
    return replace(seen, deliveries=sources.outbox.offer_all(resource.metadata.uid, outgoing))


async def _named_source(resource: ModelDeployment, world: World) -> RawObject | None:
    model, namespace = resource.spec.model, resource.metadata.namespace
    if model.training_job is not None:
        return await world.get("TrainingJob", namespace, model.training_job.name)
    name = model.version.name if model.version is not None else ""
    return await world.get("ModelVersion", namespace, name)


async def _with_creation(resource: ModelDeployment, seen: Observed, world: World) -> Observed:
    """Ask the Events of a pod that has no container after so long: volumes say it nowhere else."""
    workloads = dict(seen.workloads)
    for name, found in seen.workloads.items():
        creating = found.creating
        if creating is None or found.trouble or not creating.is_overdue(world.now):
            continue
        warnings = await world.warnings(resource.metadata.namespace, creating.uid)
        fault = not_created(creating.pod, warnings)
        if fault is not None:
            why = cluster_finding(fault)
            workloads[name] = replace(found, trouble=why.trouble, message=why.message)
    return replace(seen, workloads=workloads)


async def _with_reports(
    resource: ModelDeployment, seen: Observed, owned: OwnedObjects, sources: ServingSources
) -> Observed:
    """Ask the routers what is not known of them, and needed."""
    questions = router_questions(resource.spec, resource.status, seen)
    if questions == RouterQuestions():
        return seen
    addresses = owned.addresses()
    asked = (
        asked_router(sources.scraper, questions, pod, addresses.get(pod.name, ""))
        for pod in seen.carrier.pods
    )
    pods = tuple(await asyncio.gather(*asked))
    return replace(seen, carrier=replace(seen.carrier, pods=pods))


async def _with_prediction(
    resource: ModelDeployment, seen: Observed, owned: OwnedObjects, sources: ServingSources
) -> Observed:
    revision = smoke_test_wanted(resource.spec, resource.status, seen)
    service = named(owned.services, resource.metadata.name)
    address = ((service or {}).get("spec") or {}).get("clusterIP", "None")
    if revision is None or address == "None":
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
    resource: ModelDeployment, seen: Observed, owned: OwnedObjects, sources: ServingSources
) -> Observed:
    now = sources.clock()
    rollout, spec = resource.status.rollout, resource.spec
    if due := questions_due(resource, now):
        seen = replace(seen, monitors=await _monitored(resource, due, owned, sources))
        place = resource.metadata.namespace, resource.metadata.name
        seen = replace(seen, drift_checkpoint=sources.bins.checkpoint(*place))
    if rollout is None or spec.suspend or not look_due(spec.analysis, rollout, now):
        return seen
    if not is_in_force(spec, resource.status, seen.carrier):
        return seen
    reading, analysis = Reading(now, None), analysis_of_step(spec, rollout)
    if compares(analysis):
        question = counter_question(resource, owned)
        reading = await sources.counters.read(question)
    values = _values(resource, resource.status.canary)
    answers = await _asked(queries(analysis), values, sources)
    pairs = None
    if rollout.mirror_percent:
        pairs = await read_pairs(resource, rollout, owned, sources.answer_pages)
    return replace(seen, reading=reading, answers=answers, pairs=pairs)


async def _monitored(
    resource: ModelDeployment,
    due: Mapping[str, MonitorQuestion],
    owned: OwnedObjects,
    sources: ServingSources,
) -> dict[str, ReadAnswer]:
    """Ask what the monitors want to know; windows that are not over yet have no answer."""
    values = _values(resource, resource.status.stable)
    asked = {signal: query for signal, query in due.items() if isinstance(query, str)}
    answers: dict[str, ReadAnswer] = dict(await _asked(asked, values, sources))
    for signal, window in due.items():
        answer = await _counted(resource, window, owned, sources)
        if answer is not None:
            answers[signal] = answer
    return answers


async def _counted(
    resource: ModelDeployment, window: MonitorQuestion, owned: OwnedObjects, sources: ServingSources
) -> ReadAnswer | None:
    now = sources.clock()
    match window:
        case BinWindow():
            return await sources.bins.read(bin_question(resource, owned, window), now)
        case ErrorWindow():
            return await sources.errors.read(stable_question(resource, owned), window, now)
        case _:
            return None


def _values(resource: ModelDeployment, revision: Any) -> dict[str, str]:
    return {
        "revision": revision.revision if revision is not None else "",
        "modeldeployment": resource.metadata.name,
        "namespace": resource.metadata.namespace,
    }


async def _asked(
    asked: Mapping[str, str], values: Mapping[str, str], sources: ServingSources
) -> dict[str, QueryAnswer]:
    names = list(asked)
    answers = await asyncio.gather(*(_ask(asked[n], values, sources) for n in names))
    return dict(zip(names, answers, strict=True))


async def _ask(query: str, values: Mapping[str, str], sources: ServingSources) -> QueryAnswer:
    if sources.prometheus is None:
        return QueryAnswer(None, "the operator was installed without a Prometheus")
    at, label = sources.clock(), sources.installation.prometheus_namespace_label
    try:
        promql = filled_in(query, values)
        if label and (why := why_not_confined(promql, label, values["namespace"])):
            return QueryAnswer(None, why)
        return number_of(await sources.prometheus.query(promql, at, most=1), at)
    except (PrometheusFault, ValueError) as fault:
        return QueryAnswer(None, str(fault))
