"""What is to be done to the children so that they are as the status says."""

from __future__ import annotations

from collections.abc import Iterator

from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus, Revision
from trainyard.model_deployments.manifests import deployment, service
from trainyard.model_deployments.progress import Scene
from trainyard.model_deployments.retiring import may_go, routers_are_left
from trainyard.model_deployments.revisions import kept_revisions, weight_of
from trainyard.model_deployments.rollout import step_at
from trainyard.model_deployments.traffic.backend import DECISION, routing_of
from trainyard.model_deployments.traffic.choice import backend_of
from trainyard.model_deployments.traffic.router import REPLICAS as ROUTERS
from trainyard.model_deployments.traffic.router import router_name
from trainyard.ownership import ROLE
from trainyard.reconciling.plan import Action, Apply, Create, Delete, ObjectRef, Patch

RETIRED = "retired"


def wanted_actions(scene: Scene, status: ModelDeploymentStatus) -> tuple[Action, ...]:
    """Return the actions in order: pods, then traffic, then what has no traffic any more.

    Only the status is rendered, never the spec's wish: a revision that is being let in is in the
    status first.
    """
    if not status.decision:
        return ()
    return (
        *(a for revision in kept_revisions(status) for a in _serve(scene, status, revision)),
        *_traffic(scene, status),
        *_nudges(scene, status),
        *_removals(scene, status),
    )


def pods_wanted(scene: Scene, status: ModelDeploymentStatus, revision: Revision) -> int:
    """Return how many pods the revision has."""
    spec, rollout = scene.resource.spec, status.rollout
    if status.canary is None or revision.revision != status.canary.revision or rollout is None:
        return spec.replicas
    weight = weight_of(status, revision.revision)
    if rollout.finishing or rollout.readiness_only or weight == 100:
        return spec.replicas
    step = step_at(spec, max(1, rollout.step))
    declared = step.weight_percent if step is not None else 100
    return backend_of(spec).canary_pods(spec.replicas, max(weight, declared))


def _role(status: ModelDeploymentStatus, revision: Revision) -> str:
    if status.stable is not None and revision.revision == status.stable.revision:
        return "stable"
    if status.canary is not None and revision.revision == status.canary.revision:
        return "canary"
    return RETIRED


def _serve(scene: Scene, status: ModelDeploymentStatus, revision: Revision) -> Iterator[Action]:
    resource, observed = scene.resource, scene.observed
    pods, role = pods_wanted(scene, status, revision), _role(status, revision)
    yield Apply(service(resource, revision))
    found = observed.workload(revision.revision)
    if not found.exists:
        yield Create(deployment(resource, revision, pods, role, observed.installation))
    elif (found.replicas, found.role) != (pods, role):
        changes = {"metadata": {"labels": {ROLE: role}}, "spec": {"replicas": pods}}
        yield Patch(_reference(scene, "Deployment", revision.revision, found.uid), changes)


def _traffic(scene: Scene, status: ModelDeploymentStatus) -> Iterator[Action]:
    routing = routing_of(scene.resource, status)
    for action in backend_of(scene.resource.spec).actions(routing, scene.observed.installation):
        if not _too_early(scene, action):
            yield action
    router = scene.observed.router
    if scene.resource.spec.traffic.mode == "Router" and router.exists and not router.replicas:
        name = router_name(scene.resource)
        changes = {"spec": {"replicas": ROUTERS}}
        yield Patch(_reference(scene, "Deployment", name, router.uid), changes)


def _too_early(scene: Scene, action: Action) -> bool:
    """Tell whether a Service that works without routers would be led to routers not ready yet."""
    observed = scene.observed
    if not isinstance(action, Apply) or action.manifest["kind"] != "Service":
        return False
    if scene.resource.spec.traffic.mode != "Router" or observed.service_routed:
        return False
    ready = any(pod.ready for pod in observed.router.pods)
    return observed.user_service and not ready


def _nudges(scene: Scene, status: ModelDeploymentStatus) -> Iterator[Action]:
    """Annotate routers after the configuration is written: kubelet then refreshes it at once."""
    number = str(status.decision)
    for pod in scene.observed.router.pods:
        if pod.told != status.decision:
            changes = {"metadata": {"annotations": {DECISION: number}}}
            yield Patch(_reference(scene, "Pod", pod.name, pod.uid), changes)


def _removals(scene: Scene, status: ModelDeploymentStatus) -> Iterator[Action]:
    observed = scene.observed
    if not may_go(scene, status):
        return
    for name in status.leaving:
        if observed.workload(name).exists:
            yield Delete(_reference(scene, "Deployment", name, observed.workload(name).uid))
        if name in observed.services:
            yield Delete(_reference(scene, "Service", name, observed.services[name]))
    if routers_are_left(scene):
        yield from _router_removals(scene)


def _router_removals(scene: Scene) -> Iterator[Action]:
    name, router = router_name(scene.resource), scene.observed.router
    if router.exists:
        yield Delete(_reference(scene, "Deployment", name, router.uid))
    elif router.configuration_uid and not router.pods:
        yield Delete(_reference(scene, "ConfigMap", name, router.configuration_uid))


def _reference(scene: Scene, kind: str, name: str, uid: str) -> ObjectRef:
    return ObjectRef(kind, scene.resource.metadata.namespace, name, uid=uid)
