"""Which counters are asked for, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus, Revision
from trainyard.model_deployments.analysis.bin_counters import BinQuestion, CountingServer
from trainyard.model_deployments.analysis.binned_columns import BinWindow
from trainyard.model_deployments.analysis.counter_source import CountedPod
from trainyard.model_deployments.analysis.counters import CounterQuestion
from trainyard.model_deployments.analysis.evidence import Arms
from trainyard.model_deployments.analysis.samples import MATCHED_SUFFIX, MIRROR_SUFFIX
from trainyard.model_deployments.drift_checkpoint import checkpoint_in
from trainyard.model_deployments.owned_objects import OwnedObjects
from trainyard.model_deployments.revision.workload import COLLECTOR, SERVER
from trainyard.model_deployments.traffic.mode import SERVING_PORT
from trainyard.model_deployments.traffic.modes import mode_of


def counter_question(resource: ModelDeployment, owned: OwnedObjects) -> CounterQuestion:
    """Return the question for the counters of both versions, where the mode counts them."""
    status = resource.status
    question = _question_of(resource, owned, (status.stable, status.canary))
    rollout = status.rollout
    if rollout is None:
        return question
    arms = replace(question.arms, matched=_matched(status))
    if rollout.mirror_percent:
        arms = replace(arms, canary=f"{arms.canary}{MIRROR_SUFFIX}")
    return replace(question, arms=arms, since=rollout.observed_until, anchor=rollout.anchor)


def stable_question(resource: ModelDeployment, owned: OwnedObjects) -> CounterQuestion:
    """Return the question for the counters of the stable version alone: it is in both arms."""
    stable = resource.status.stable
    return _question_of(resource, owned, (stable, stable))


def _question_of(
    resource: ModelDeployment,
    owned: OwnedObjects,
    arms: tuple[Revision | None, Revision | None],
) -> CounterQuestion:
    names = [r.revision if r is not None else "" for r in arms]
    at = mode_of(resource.spec).counts_at(owned, arms)
    return CounterQuestion(
        namespace=resource.metadata.namespace,
        deployment=resource.metadata.name,
        family=at.family,
        arms=Arms(stable=names[0], canary=names[1]),
        pods=tuple(
            CountedPod(
                name=pod["metadata"]["name"],
                identity=process_identity(pod),
                address=f"http://{(pod.get('status') or {}).get('podIP', '')}:{at.page}",
            )
            for pod in at.pods
        ),
        since=None,
    )


def _matched(status: ModelDeploymentStatus) -> str:
    """Return the name under which requests are counted that the canary gets by match."""
    matching = (share.revision for share in status.traffic if share.matches)
    return next((f"{revision}{MATCHED_SUFFIX}" for revision in matching), "")


def bin_question(resource: ModelDeployment, owned: OwnedObjects, window: BinWindow) -> BinQuestion:
    """Return the question for live values of the stable revision: at its servers in every mode."""
    stable = resource.status.stable
    revision = stable.revision if stable is not None else ""
    return BinQuestion(
        namespace=resource.metadata.namespace,
        deployment=resource.metadata.name,
        revision=revision,
        servers=tuple(
            CountingServer(
                identity=process_identity(pod),
                address=f"http://{address}:{SERVING_PORT}/metrics",
                started_at=_started_at(pod),
            )
            for pod in owned.servers([revision])
            if (address := (pod.get("status") or {}).get("podIP"))
        ),
        window=window,
        checkpoint=checkpoint_in(resource, owned),
    )


def _started_at(pod: Mapping[str, Any]) -> datetime | None:
    """Return since when the server of the pod runs, or None."""
    statuses = (pod.get("status") or {}).get("containerStatuses") or ()
    states = (c.get("state") or {} for c in statuses if c.get("name") == SERVER)
    found = next(((state.get("running") or {}).get("startedAt") for state in states), None)
    return datetime.fromisoformat(found) if found else None


def process_identity(pod: Mapping[str, Any]) -> str:
    """Return a name that changes whenever the counters of the pod start again."""
    statuses = (pod.get("status") or {}).get("containerStatuses") or ()
    counting = (container for container in statuses if container.get("name") != COLLECTOR)
    restarts = sum(int(container.get("restartCount", 0)) for container in counting)
    return f"{pod['metadata']['name']}.{restarts}"
