"""Whether the version that the source asks for starts now, waits, or must not start."""

from __future__ import annotations

from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.api.v1alpha1.model_deployment_status import (
    ModelDeploymentStatus,
    QuarantineEntry,
    Revision,
    RolloutStatus,
)
from trainyard.model_deployments.moves import ended, shares
from trainyard.model_deployments.progress import Progress, Scene
from trainyard.model_deployments.revisions import revision_of, weight_of
from trainyard.model_deployments.source import Wanted
from trainyard.model_deployments.traffic.choice import backend_of


def admitted(scene: Scene, progress: Progress) -> Progress:
    """Return the status after the wanted version was let in, queued, or left outside."""
    wanted = wanted_revision(scene)
    if wanted is None:
        return progress.having(waiting=None)
    status = progress.status
    if scene.resource.spec.suspend or (status.rollout is not None and status.rollout.on_hold):
        return progress
    if status.stable is not None and wanted.revision == status.stable.revision:
        return _returned(scene, progress)
    if status.canary is not None:
        return _unrefused(scene, _beside(scene, progress, wanted))
    return _alone(scene, progress, wanted)


def wanted_revision(scene: Scene) -> Revision | None:
    """Return the revision that source and template ask for, or None while there is no version."""
    source = scene.observed.source
    if not isinstance(source, Wanted):
        return None
    image = scene.observed.installation.server_image(source.serves)
    return revision_of(scene.resource, source.bundle_digest, source.model_version, image)


def quarantine_of(status: ModelDeploymentStatus, revision: str) -> QuarantineEntry | None:
    """Return why the revision is in quarantine, or None."""
    return next((e for e in status.quarantine if e.revision == revision), None)


def is_way_back(status: ModelDeploymentStatus) -> bool:
    """Tell whether the rollout is an undo."""
    return bool(status.stable and status.rollout and status.rollout.readiness_only)


def nobody_else_serves(scene: Scene, status: ModelDeploymentStatus) -> bool:
    """Tell whether only the canary has ready pods, so that it must not be taken back now."""
    if status.stable is None or status.canary is None:
        return False
    workload = scene.observed.workload
    stable, canary = workload(status.stable.revision), workload(status.canary.revision)
    return not stable.ready and bool(canary.ready) and bool(weight_of(status, canary.revision))


def started(
    scene: Scene, progress: Progress, revision: Revision, *, readiness_only: bool
) -> Progress:
    """Return the status with a rollout of the revision just begun."""
    status = progress.status
    previous, leaving = status.previous, status.leaving
    if previous is not None and previous.revision == revision.revision:
        previous = None
    elif previous is not None and previous.warm_until is not None:
        leaving = (*leaving, previous.revision)
        previous = previous.model_copy(update={"warm_until": None})
    rollout = RolloutStatus(
        id=f"{revision.revision}.{status.decision + 1}",
        revision=revision.revision,
        phase="Starting",
        why="its pods are being started",
        readiness_only=readiness_only,
        started_at=scene.now,
        step_started_at=scene.now,
    )
    retry = status.retry if status.retry and status.retry.revision == revision.revision else None
    after = progress.having(
        canary=revision, rollout=rollout, previous=previous, leaving=leaving, retry=retry
    )
    after = after.having(traffic=shares(after.status, 0))
    of = f" of {revision.model_version}" if revision.model_version else ""
    told = f"{revision.revision}{of} starts ({revision.bundle_digest[:19]}…)"
    return after.told(scene, Reason.ROLLING_OUT, told)


def _returned(scene: Scene, progress: Progress) -> Progress:
    """The source asks for what is stable: whatever else was under way is not wanted any more."""
    status = progress.status
    if status.canary is None or is_way_back(status) or nobody_else_serves(scene, status):
        return progress.having(waiting=None)
    told = f"{status.canary.revision} is taken back: the source asks for the stable version again"
    return ended(progress).having(waiting=None).told(scene, Reason.ABORTED, told)


def _beside(scene: Scene, progress: Progress, wanted: Revision) -> Progress:
    status = progress.status
    if status.canary is None or wanted.revision == status.canary.revision:
        return progress.having(waiting=None)
    if quarantine_of(status, wanted.revision) is not None:
        return progress.having(waiting=None)
    if not _hopeless(scene, status):
        return progress.having(waiting=wanted)
    told = f"{status.canary.revision} gives way to a newer version: no pod of any version is ready"
    after = ended(progress).told(scene, Reason.ABORTED, told)
    return _alone(scene, after, wanted)


def _unrefused(scene: Scene, progress: Progress) -> Progress:
    """Return the status without a rollout whose steps the mode, as it is now, cannot do."""
    status, spec = progress.status, scene.resource.spec
    refused = backend_of(spec).refused_weight(spec)
    if refused is None or status.canary is None or status.stable is None:
        return progress
    if is_way_back(status) or nobody_else_serves(scene, status):
        return progress
    told = f"{status.canary.revision} is taken back: {refused}"
    return ended(progress).told(scene, Reason.WEIGHT_TOO_FINE, told, warning=True)


def _hopeless(scene: Scene, status: ModelDeploymentStatus) -> bool:
    """Tell whether nothing serves, so that a newer version need not queue."""
    serving = (r for r in (status.stable, status.canary) if r is not None)
    return not any(scene.observed.workload(r.revision).ready for r in serving)


def _alone(scene: Scene, progress: Progress, wanted: Revision) -> Progress:
    status = progress.status
    after = progress.having(waiting=None)
    if quarantine_of(status, wanted.revision) is not None or obstacle(scene, wanted):
        return after
    retry = status.retry
    if retry is not None and retry.revision == wanted.revision and scene.now < retry.retry_at:
        return after
    warm = backend_of(scene.resource.spec).keeps_warm
    if wanted.revision in status.leaving or (status.leaving and not warm):
        return progress.having(waiting=wanted)
    return started(scene, after, wanted, readiness_only=status.stable is None)


def obstacle(scene: Scene, wanted: Revision) -> tuple[Reason, str] | None:
    """Return what in the spec keeps any new version from starting, or None."""
    if not wanted.image:
        why = "spec.server.image is empty and the operator was installed without a server image"
        return Reason.IMAGE_MISSING, why
    refused = backend_of(scene.resource.spec).refused_weight(scene.resource.spec)
    if refused is not None and scene.resource.status.stable is not None:
        return Reason.WEIGHT_TOO_FINE, refused
    return None
