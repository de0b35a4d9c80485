"""Whether the version that the source asks for starts now, waits, or must not start."""

from __future__ import annotations

from trainyard.api.v1alpha1.model_deployment import ModelDeploymentSpec
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.api.v1alpha1.model_deployment_status import (
    ModelDeploymentStatus,
    QuarantineEntry,
    Revision,
)
from trainyard.api.v1alpha1.rollout_status import RolloutStatus
from trainyard.model_deployments.revision.identity import revision_of, weight_of
from trainyard.model_deployments.rollout.moves import ended, with_traffic_at_rest
from trainyard.model_deployments.rollout.steps import steps_digest, steps_of, traffic_of
from trainyard.model_deployments.source import Wanted
from trainyard.model_deployments.traffic.modes import mode_of
from trainyard.model_deployments.view import Turn, View
from trainyard.pod_defaults import with_defaults


def admitted(view: View, turn: Turn) -> Turn:
    """Return the status after the wanted version was let in, queued, or left outside."""
    wanted = wanted_revision(view, turn.status)
    if wanted is None:
        return turn.changed(waiting=None)
    status = turn.status
    if view.resource.spec.suspend or (
        status.rollout is not None and status.rollout.pause_requested
    ):
        return turn
    if status.stable is not None and wanted.revision == status.stable.revision:
        return _returned(view, turn)
    if status.canary is not None:
        return _unrefused(view, _beside(view, turn, wanted))
    return _alone(view, turn, wanted)


def wanted_revision(view: View, status: ModelDeploymentStatus) -> Revision | None:
    """Return the revision that source and template ask for, or None while there is no version."""
    source = view.observed.source
    if not isinstance(source, Wanted):
        return None
    installation = view.observed.installation
    image = installation.server_image(source.runtime)
    version = source.bundle_digest, source.model_version
    found = revision_of(view.resource, *version, image, status.image_refresh)
    # The defaults of now are recorded: others of tomorrow make its pods no different.
    resources = with_defaults(found.pod.resources, installation.pods.resources)
    pod = found.pod.model_copy(update={"resources": resources})
    collector = installation.training_image if found.capture is not None else ""
    return found.model_copy(update={"pod": pod, "collector_image": collector})


def quarantine_of(status: ModelDeploymentStatus, revision: str) -> QuarantineEntry | None:
    """Return why the revision is in quarantine, or None."""
    return next((e for e in status.quarantine if e.revision == revision), None)


def is_way_back(status: ModelDeploymentStatus) -> bool:
    """Tell whether the rollout is an undo."""
    return bool(status.stable and status.rollout and status.rollout.readiness_only)


def nobody_else_serves(view: View, status: ModelDeploymentStatus) -> bool:
    """Tell whether only the canary has ready pods, so that it must not be taken back now."""
    if status.stable is None or status.canary is None:
        return False
    workload = view.observed.workload
    stable, canary = workload(status.stable.revision), workload(status.canary.revision)
    return not stable.ready and bool(canary.ready) and bool(weight_of(status, canary.revision))


def started(view: View, turn: Turn, revision: Revision, *, readiness_only: bool) -> Turn:
    """Return the status with a rollout of the revision just begun."""
    status = turn.status
    previous, leaving = status.previous, status.leaving
    if previous is not None and previous.revision == revision.revision:
        previous = None
    elif previous is not None and previous.warm_until is not None:
        leaving = (*leaving, previous.revision)
        previous = previous.model_copy(update={"warm_until": None})
    rollout = RolloutStatus(
        id=f"{revision.revision}.{status.routing_generation + 1}",
        revision=revision.revision,
        phase="Starting",
        why="its pods are being started",
        readiness_only=readiness_only,
        steps_digest=steps_digest(view.resource.spec),
        started_at=view.now,
        step_started_at=view.now,
    )
    retry = status.retry if status.retry and status.retry.revision == revision.revision else None
    after = turn.changed(
        canary=revision, rollout=rollout, previous=previous, leaving=leaving, retry=retry
    )
    after = with_traffic_at_rest(after)
    of = f" of {revision.model_version}" if revision.model_version else ""
    message = f"{revision.revision}{of} starts ({revision.bundle_digest[:19]}…)"
    return after.noted(Reason.ROLLING_OUT, message)


def _returned(view: View, turn: Turn) -> Turn:
    """The source asks for what is stable: whatever else was under way is not wanted any more."""
    status = turn.status
    if status.canary is None or is_way_back(status) or nobody_else_serves(view, status):
        return turn.changed(waiting=None)
    message = (
        f"{status.canary.revision} is taken back: the source asks for the stable version again"
    )
    return ended(turn).changed(waiting=None).noted(Reason.ABORTED, message)


def _beside(view: View, turn: Turn, wanted: Revision) -> Turn:
    status = turn.status
    if status.canary is None or wanted.revision == status.canary.revision:
        return turn.changed(waiting=None)
    if quarantine_of(status, wanted.revision) is not None:
        return turn.changed(waiting=None)
    gives_way = _gives_way(view, status)
    if gives_way is None:
        return turn.changed(waiting=wanted)
    message = f"{status.canary.revision} gives way to a newer version: {gives_way}"
    after = ended(turn).noted(Reason.ABORTED, message)
    return _alone(view, after, wanted)


def _unrefused(view: View, turn: Turn) -> Turn:
    """Return the status without a rollout whose steps the mode, as it is now, cannot do."""
    status, spec = turn.status, view.resource.spec
    refused = _unsupported(spec)
    if refused is None or status.canary is None or status.stable is None:
        return turn
    if is_way_back(status) or nobody_else_serves(view, status):
        return turn
    message = f"{status.canary.revision} is taken back: {refused}"
    return ended(turn).noted(Reason.TRAFFIC_UNSUPPORTED, message, warning=True)


def _gives_way(view: View, status: ModelDeploymentStatus) -> str | None:
    """Return why the canary does not make a newer version wait, or None.

    It does not where nothing serves, nor where it serves nobody and something keeps it down: a
    corrected template helps at once. Nor where it waits for a person, who may never come.
    """
    workload = view.observed.workload
    serving = (r for r in (status.stable, status.canary) if r is not None)
    if not any(workload(r.revision).ready for r in serving):
        return "no pod of any version is ready"
    if (superseded := _superseded(view, status)) is not None:
        return superseded
    canary = workload(status.canary.revision) if status.canary is not None else None
    if canary is None or canary.ready or weight_of(status, canary.revision):
        return None
    return canary.message if canary.trouble is not None else None


def _superseded(view: View, status: ModelDeploymentStatus) -> str | None:
    rollout = status.rollout
    if rollout is None or nobody_else_serves(view, status):
        return None
    if rollout.phase in ("Paused", "Inconclusive", "AwaitingApproval"):
        return f"it is {rollout.phase}, step {rollout.step} ended neither way"
    if view.resource.spec.rollout.on_new_version == "Supersede":
        return "rollout.onNewVersion is Supersede"
    return None


def _alone(view: View, turn: Turn, wanted: Revision) -> Turn:
    status = turn.status
    after = turn.changed(waiting=None)
    if quarantine_of(status, wanted.revision) is not None or obstacle(view, wanted):
        return after
    retry = status.retry
    if retry is not None and retry.revision == wanted.revision and view.now < retry.retry_at:
        return after
    warm = mode_of(view.resource.spec).keeps_warm
    if wanted.revision in status.leaving or (status.leaving and not warm):
        return turn.changed(waiting=wanted)
    return started(view, after, wanted, readiness_only=status.stable is None)


def obstacle(view: View, wanted: Revision) -> tuple[Reason, str] | None:
    """Return what in the spec keeps any new version from starting, or None."""
    if not view.observed.installation.fetch_image(wanted.image):
        why = (
            "the operator was installed without a server image, which fetches every bundle: set"
            " images.serving of its chart"
        )
        return Reason.IMAGE_MISSING, why
    refused = _unsupported(view.resource.spec) or view.observed.carrier.refusal(view.now)
    if refused and view.resource.status.stable is not None:
        return Reason.TRAFFIC_UNSUPPORTED, refused
    return None


def _unsupported(spec: ModelDeploymentSpec) -> str | None:
    """Return why the mode cannot carry out what the spec asks of it, or None."""
    mode = mode_of(spec)
    if spec.traffic.sticky is not None and (why := mode.not_sticky()):
        return f"spec.traffic.sticky: {why}"
    for step in steps_of(spec):
        why = mode.unsupported(traffic_of(spec, step, "stable", "canary"), spec.replicas)
        if why is not None:
            return f"spec.rollout: {why}"
    return None
