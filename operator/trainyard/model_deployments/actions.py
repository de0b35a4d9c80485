"""What is to be done to the children so that they are as the status says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus, Revision
from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.model_deployments.drift_checkpoint import checkpoint_actions
from trainyard.model_deployments.join_job import join_job, join_report_job
from trainyard.model_deployments.manifests import (
    deployment,
    disruption_budget,
    preview_service,
    service,
)
from trainyard.model_deployments.monitoring.label_join import is_joining
from trainyard.model_deployments.owned_objects import reference
from trainyard.model_deployments.rehearsal_job import rehearsal_job
from trainyard.model_deployments.revision.hand_edits import restored
from trainyard.model_deployments.revision.identity import kept_revisions, weight_of
from trainyard.model_deployments.rollout.rehearsing import is_rehearsing
from trainyard.model_deployments.rollout.retiring import may_go
from trainyard.model_deployments.rollout.steps import steps_of
from trainyard.model_deployments.traffic.mode import routing_of
from trainyard.model_deployments.traffic.modes import mode_of
from trainyard.model_deployments.traffic.router import removals
from trainyard.model_deployments.view import View
from trainyard.ownership import ROLE
from trainyard.reconciling.plan import Action, Apply, Create, Delete, Patch

RETIRED = "retired"


def wanted_actions(view: View, status: ModelDeploymentStatus) -> tuple[Action, ...]:
    """Return the actions in order: pods, then traffic, then what has no traffic any more.

    Only the status is rendered, never the spec's wish: a revision that is being let in is in the
    status first.
    """
    if not status.routing_generation:
        return ()
    mode, observed = mode_of(view.resource.spec), view.observed
    routing = routing_of(view.resource, status)
    return (
        *(a for revision in kept_revisions(status) for a in _serve(view, status, revision)),
        Apply(disruption_budget(view.resource)),
        *mode.actions(routing, observed.carrier, observed.installation),
        *_preview(view, status),
        *checkpoint_actions(
            view.resource, observed.drift_checkpoint, observed.drift_checkpoint_seen
        ),
        *_jobs(view, status),
        *_removals(view, status),
    )


def pods_wanted(view: View, status: ModelDeploymentStatus, revision: Revision) -> int:
    """Return how many pods the revision has."""
    spec, rollout = view.resource.spec, status.rollout
    if status.canary is None or revision.revision != status.canary.revision or rollout is None:
        return spec.replicas
    weight = weight_of(status, revision.revision)
    if rollout.finishing or rollout.readiness_only:
        return spec.replicas
    steps = steps_of(spec)
    declared = rollout.weight_percent or (steps[0].weight_percent if steps else None)
    if declared is None and not weight:
        return spec.replicas
    return mode_of(spec).canary_pods(spec.replicas, max(weight, declared or 0))


def _preview(view: View, status: ModelDeploymentStatus) -> Iterator[Action]:
    """The Service of strategy BlueGreen, which leads to the newest version that has pods."""
    newest = status.canary or status.stable
    if view.resource.spec.rollout.strategy == "BlueGreen" and newest is not None:
        yield Apply(preview_service(view.resource, newest))
    elif view.observed.preview is not None:
        yield Delete(view.observed.preview)


def _jobs(view: View, status: ModelDeploymentStatus) -> Iterator[Action]:
    """The Jobs that begin; no Job is kept whose end is in the status."""
    wanted = {
        job["metadata"]["name"]: job for job in (*_rehearsal(view, status), *_join(view, status))
    }
    there = {job.name for job in view.observed.jobs}
    yield from (Create(job) for name, job in wanted.items() if name not in there)
    yield from (Delete(job) for job in view.observed.jobs if job.name not in wanted)


def _rehearsal(view: View, status: ModelDeploymentStatus) -> Iterator[dict[str, Any]]:
    rollout = status.rollout
    rehearsal = rollout.rehearsal if rollout is not None and is_rehearsing(rollout) else None
    if rehearsal and status.stable and status.canary:
        revisions = status.stable, status.canary
        yield rehearsal_job(view.resource, rehearsal, revisions, view.observed.installation)


def _join(view: View, status: ModelDeploymentStatus) -> Iterator[dict[str, Any]]:
    join, installation = status.label_join, view.observed.installation
    if join is None or not is_joining(join):
        return
    if join.phase is TaskPhase.REPORTING:
        yield join_report_job(view.resource, join, installation)
    else:
        yield join_job(view.resource, join, installation)


def _role(status: ModelDeploymentStatus, revision: Revision) -> str:
    if status.stable is None or revision.revision == status.stable.revision:
        return "stable"  # a first version has nobody to be compared with
    if status.canary is not None and revision.revision == status.canary.revision:
        return "canary"
    return RETIRED


def _serve(view: View, status: ModelDeploymentStatus, revision: Revision) -> Iterator[Action]:
    resource, observed = view.resource, view.observed
    pods, role = pods_wanted(view, status, revision), _role(status, revision)
    yield Apply(service(resource, revision))
    found = observed.workload(revision.revision)
    edited = observed.deployments.get(revision.revision)
    if not found.exists:
        yield Create(deployment(resource, revision, pods, role, observed.installation))
    elif (found.replicas, found.role) != (pods, role) or edited is not None:
        spec: dict[str, Any] = {"replicas": pods}
        if edited is not None:
            whole = deployment(resource, revision, pods, role, observed.installation)
            spec["template"] = restored(whole["spec"]["template"], edited)
        changes = {"metadata": {"labels": {ROLE: role}}, "spec": spec}
        yield Patch(reference(view.resource, "Deployment", revision.revision, found.uid), changes)


def _removals(view: View, status: ModelDeploymentStatus) -> Iterator[Action]:
    observed = view.observed
    if not may_go(view, status):
        return
    for name in status.leaving:
        found = observed.workload(name)
        if found.exists:
            ref = reference(view.resource, "Deployment", name, found.uid)
            yield Delete(replace(ref, resource_version=found.version))
        if name in observed.services:
            yield Delete(observed.services[name])
    yield from (Delete(ref) for ref in observed.carrier.leftovers)
    if not mode_of(view.resource.spec).needs_routers(view.resource.spec, status):
        yield from removals(view.resource, observed.carrier)
