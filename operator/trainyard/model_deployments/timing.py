"""When to look again although nothing changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from trainyard.api.v1alpha1.model_deployment_status import RolloutStatus
from trainyard.model_deployments.progress import Progress, Scene
from trainyard.model_deployments.proving import answering
from trainyard.model_deployments.retiring import (
    DRAIN,
    next_to_serve,
    routers_are_left,
)
from trainyard.model_deployments.rollout import (
    CLUSTER_PATIENCE,
    NEVER_READY,
    elapsed,
    seconds,
    step_at,
)
from trainyard.model_deployments.signals import monitor_due, monitors

AT_ONCE = timedelta(seconds=1)
PROOF_AGAIN = timedelta(seconds=3)


def again_after(scene: Scene, progress: Progress) -> timedelta | None:
    """Return when the next thing is due that no event announces, or None."""
    due = min(_due(scene, progress), default=None)
    return None if due is None else max(AT_ONCE, due - scene.now)


def _due(scene: Scene, progress: Progress) -> Iterator[datetime]:
    status, now = progress.status, scene.now
    if status.decision and status.drained_at is None:
        yield now + AT_ONCE
    if next_to_serve(scene.resource.spec, status, scene.observed) is not None:
        yield now + AT_ONCE
    goes = bool(status.leaving) or routers_are_left(scene)
    if goes and status.drained_at is not None and now < status.drained_at + DRAIN:
        yield status.drained_at + DRAIN
    if status.previous is not None and status.previous.warm_until is not None:
        yield status.previous.warm_until
    if status.retry is not None and status.retry.retry_at > now and status.rollout is None:
        yield status.retry.retry_at
    yield from _proof_due(scene, progress)
    yield from _monitors_due(scene, progress)
    if status.rollout is not None and not scene.resource.spec.suspend:
        yield from _rollout_due(scene, status.rollout)


def _proof_due(scene: Scene, progress: Progress) -> Iterator[datetime]:
    status = progress.status
    revision = answering(status)
    if revision is None or not scene.observed.workload(revision.revision).ready:
        return
    proof = status.proof
    if proof is None or not proof.answered:
        yield scene.now + (PROOF_AGAIN if proof is not None and proof.message else AT_ONCE)
    elif (proof.decision, proof.revision) != (status.decision, revision.revision):
        yield scene.now + AT_ONCE


def _monitors_due(scene: Scene, progress: Progress) -> Iterator[datetime]:
    status = progress.status
    if status.stable is None:
        return
    for kind, monitor in monitors(scene.resource):
        state = next((m for m in status.monitors if m.kind == kind), None)
        wait = monitor_due(status, kind, monitor)
        if state is None or wait is None:
            yield scene.now + AT_ONCE
        else:
            asked = scene.now if kind in (scene.observed.monitors or ()) else state.asked_at
            yield asked + wait


def _rollout_due(scene: Scene, rollout: RolloutStatus) -> Iterator[datetime]:
    spec, now = scene.resource.spec, scene.now
    if rollout.on_hold:
        return
    if rollout.step and not rollout.readiness_only:
        interval = seconds(spec.analysis.interval_seconds)
        if scene.observed.reading is not None:
            yield now + interval
        else:
            yield now if rollout.through is None else rollout.through + interval
    if rollout.phase in ("Paused", "Held"):
        return
    later = [
        now + seconds(spec.rollout.deadline_seconds) - elapsed(rollout, now) + AT_ONCE,
        rollout.step_started_at + seconds(spec.analysis.evidence_timeout_seconds) + AT_ONCE,
        rollout.step_started_at + CLUSTER_PATIENCE + AT_ONCE,
    ]
    step = step_at(spec, rollout.step)
    if step is not None:
        later.append(rollout.step_started_at + seconds(step.min_seconds))
    unready = scene.observed.workload(rollout.revision).unready_since
    if unready is not None:
        later.append(unready + NEVER_READY + AT_ONCE)
    yield from (moment for moment in later if moment > now)
