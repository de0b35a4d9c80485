"""The conditions and the one line that tell people how the deployment is."""

from __future__ import annotations

from collections.abc import Iterator

from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus
from trainyard.conditions import Finding, merge_conditions, shorten
from trainyard.model_deployments.admission import obstacle, quarantine_of, wanted_revision
from trainyard.model_deployments.progress import Progress, Scene
from trainyard.model_deployments.proving import answering
from trainyard.model_deployments.source import NotWanted
from trainyard.ownership import REVISION

WHY = 500


def reported(scene: Scene, progress: Progress) -> Progress:
    """Return the status with conditions, summary and what `scale` reads."""
    status = progress.status
    findings = (
        _ready(scene, status),
        *_source(scene),
        _rolled_out(scene, status),
        *_reconciling(status),
        *_stalled(scene, status),
        *_suspended(scene),
    )
    generation = scene.resource.metadata.generation
    stable = status.stable
    workload = scene.observed.workload(stable.revision) if stable is not None else None
    return progress.having(
        observed_generation=generation,
        conditions=merge_conditions(
            scene.resource.status.conditions, findings, generation=generation, now=scene.now
        ),
        why=shorten(_why(findings, status), WHY),
        replicas=workload.pods if workload is not None else 0,
        selector=f"{REVISION}={stable.revision}" if stable is not None else "",
    )


def _ready(scene: Scene, status: ModelDeploymentStatus) -> Finding:
    revision = answering(status)
    if revision is None:
        return Finding("Ready", False, *_nothing_serves(scene, status))
    workload = scene.observed.workload(revision.revision)
    proof = status.proof
    if not workload.ready:
        why = f"no pod of {revision.revision} is ready; {workload.message}".removesuffix("; ")
        return Finding("Ready", False, Reason.NOT_READY, why)
    name = scene.resource.metadata.name
    if not scene.observed.user_service:
        why = f"there is no Service {name} of this deployment; where Stalled is True it says why"
        return Finding("Ready", False, Reason.PREDICTION_PENDING, why)
    if proof is None or (not proof.answered and not proof.message):
        return Finding("Ready", False, Reason.PREDICTION_PENDING, "no prediction was made yet")
    if not proof.answered:
        why = f"a prediction through Service {name}: {proof.message}"
        return Finding("Ready", False, Reason.PREDICTION_FAILED, why)
    why = f"a prediction through Service {name} was answered by {proof.revision}"
    return Finding("Ready", True, Reason.SERVING, why)


def _nothing_serves(scene: Scene, status: ModelDeploymentStatus) -> tuple[Reason, str]:
    source = scene.observed.source
    if status.canary is not None:
        why = status.rollout.why if status.rollout is not None else ""
        return Reason.STARTING, f"{status.canary.revision}: {why}"
    if isinstance(source, NotWanted):
        return source.reason, source.message
    return Reason.NOT_READY, "no version serves"


def _source(scene: Scene) -> Iterator[Finding]:
    """The source's own trouble is a condition of its own: it never touches what serves."""
    source = scene.observed.source
    if isinstance(source, NotWanted):
        yield Finding("SourceReady", False, source.reason, source.message)
    else:
        found = f"{source.model_version or 'the version'} is {source.bundle_digest}"
        yield Finding("SourceReady", True, Reason.ACCEPTED, found)


def _rolled_out(scene: Scene, status: ModelDeploymentStatus) -> Finding:
    wanted = wanted_revision(scene)
    rollout = status.rollout
    if rollout is not None:
        reason = _rollout_reason(rollout.phase)
        return Finding("RolledOut", False, reason, f"{rollout.revision}: {rollout.why}")
    if wanted is None:
        source = scene.observed.source
        reason = source.reason if isinstance(source, NotWanted) else Reason.NO_VERSION_YET
        message = source.message if isinstance(source, NotWanted) else ""
        return Finding("RolledOut", None, reason, message)
    if status.stable is not None and status.stable.revision == wanted.revision:
        return Finding("RolledOut", True, Reason.ROLLED_OUT, f"{wanted.revision} has all requests")
    return Finding("RolledOut", False, *_not_started(scene, status, wanted.revision))


def _not_started(scene: Scene, status: ModelDeploymentStatus, wanted: str) -> tuple[Reason, str]:
    entry = quarantine_of(status, wanted)
    if entry is not None:
        release = f"release@{entry.bundle_digest} lets it try again"
        return Reason.QUARANTINED, f"{wanted} is in quarantine: {entry.message}; {release}"
    retry = status.retry
    if retry is not None and retry.revision == wanted:
        again = f"again at {retry.retry_at:%Y-%m-%dT%H:%M:%SZ}"
        return Reason.RETRYING, f"{wanted} failed {retry.failures} ×, {again}: {retry.message}"
    if scene.resource.spec.suspend:
        return Reason.SUSPENDED, f"{wanted} waits: spec.suspend is true"
    if status.waiting is not None:
        return Reason.STARTING, f"{wanted} starts when the pods of an older version are gone"
    revision = wanted_revision(scene)
    found = obstacle(scene, revision) if revision is not None else None
    return found or (Reason.STARTING, f"{wanted} is about to start")


def _rollout_reason(phase: str) -> Reason:
    return {"Paused": Reason.PAUSED, "Held": Reason.HELD, "Starting": Reason.STARTING}.get(
        phase, Reason.ROLLING_OUT
    )


def _reconciling(status: ModelDeploymentStatus) -> Iterator[Finding]:
    rollout = status.rollout
    if rollout is not None and rollout.phase in ("Starting", "Progressing"):
        why = f"{rollout.revision}: {rollout.why}"
        yield Finding("Reconciling", True, _rollout_reason(rollout.phase), why)


def _stalled(scene: Scene, status: ModelDeploymentStatus) -> Iterator[Finding]:
    rollout = status.rollout
    if rollout is not None and rollout.phase == "Held":
        yield Finding("Stalled", True, Reason.HELD, rollout.why)
        return
    wanted = wanted_revision(scene)
    if rollout is None and wanted is not None:
        found = obstacle(scene, wanted)
        if found is not None:
            yield Finding("Stalled", True, *found)


def _suspended(scene: Scene) -> Iterator[Finding]:
    if scene.resource.spec.suspend:
        yield Finding("Suspended", True, Reason.SUSPENDED, "spec.suspend is true: nothing moves")


def _why(findings: tuple[Finding, ...], status: ModelDeploymentStatus) -> str:
    """Return the state in one line: what moves, else what is wrong, else what serves."""
    if status.rollout is not None:
        return status.rollout.why
    for finding in findings:
        # While another version serves, one that is still being made is nothing wrong.
        ordinary = finding.reason is Reason.NO_VERSION_YET and finding.type != "Ready"
        if finding.status is False and not ordinary:
            return finding.message
    if status.signals:
        return "; ".join(f"{signal.kind}: {signal.message}" for signal in status.signals)
    stable = status.stable
    return f"serves {stable.model_version or stable.bundle_digest}" if stable is not None else ""
