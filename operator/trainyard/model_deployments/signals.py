"""What is wrong with the stable version after its promotion: levels, not events."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from trainyard.api.v1alpha1.model_deployment import ModelDeployment, Monitor
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.api.v1alpha1.model_deployment_status import (
    ModelDeploymentStatus,
    MonitorState,
    Signal,
)
from trainyard.conditions import shorten
from trainyard.model_deployments.analysis.evidence import Answer
from trainyard.model_deployments.analysis.queries import judged
from trainyard.model_deployments.progress import Progress, Scene

Kind = Literal["Errors", "Quality"]


def monitors(resource: ModelDeployment) -> tuple[tuple[Kind, Monitor], ...]:
    """Return the declared monitors with the kind of signal that each raises."""
    spec = resource.spec.monitoring
    declared: tuple[tuple[Kind, Monitor | None], ...] = (
        ("Errors", spec.errors),
        ("Quality", spec.quality),
    )
    return tuple((kind, monitor) for kind, monitor in declared if monitor is not None)


def monitor_due(status: ModelDeploymentStatus, kind: Kind, monitor: Monitor) -> timedelta | None:
    """Return how long after its last question the monitor asks again; None: it never asked."""
    state = _state(status, kind)
    return None if state is None else timedelta(seconds=monitor.interval_seconds)


def signal_id(resource: ModelDeployment, revision: str, kind: Kind) -> str:
    """Return the id: another stable revision or another deployment is another signal."""
    return f"{resource.metadata.uid}.{revision}.{kind}"


def with_signals(scene: Scene, progress: Progress) -> Progress:
    """Return the status with the answers of the monitors counted and signals up or down."""
    stable = progress.status.stable
    declared = dict(monitors(scene.resource)) if stable is not None else {}
    kept = tuple(
        m for m in progress.status.monitors
        if m.kind in declared and stable is not None and m.revision == stable.revision
    )  # fmt: skip
    wanted = {signal_id(scene.resource, stable.revision, k) for k in declared} if stable else set()
    up = tuple(s for s in progress.status.signals if s.id in wanted)
    after = progress.having(monitors=kept, signals=up)
    if stable is None:
        return after
    for kind, monitor in declared.items():
        after = _asked(scene, after, kind, monitor)
    return after


def _asked(scene: Scene, progress: Progress, kind: Kind, monitor: Monitor) -> Progress:
    stable, answers = progress.status.stable, scene.observed.monitors
    if stable is None or answers is None or kind not in answers:
        return progress
    answer, why = judged(answers[kind], monitor.prometheus)
    before = _state(progress.status, kind)
    bad, good = (before.bad_in_a_row, before.good_in_a_row) if before is not None else (0, 0)
    limit = monitor.failure_limit
    if answer is Answer.FAIL:
        bad, good = min(bad + 1, limit), 0
    elif answer is Answer.PASS:
        bad, good = 0, min(good + 1, limit)
    if before is not None and (bad, good) == (before.bad_in_a_row, before.good_in_a_row):
        # Nothing new was learnt: the status of a service that stays well is never written again.
        return _levelled(scene, progress, before, limit)
    state = MonitorState(
        kind=kind,
        revision=stable.revision,
        asked_at=scene.now,
        bad_in_a_row=bad,
        good_in_a_row=good,
        why=shorten(why, 500),
    )
    others = tuple(m for m in progress.status.monitors if m.kind != kind)
    return _levelled(scene, progress.having(monitors=(*others, state)), state, limit)


def _levelled(scene: Scene, progress: Progress, state: MonitorState, limit: int) -> Progress:
    signals = progress.status.signals
    id_ = signal_id(scene.resource, state.revision, state.kind)
    is_up = any(s.id == id_ for s in signals)
    if not is_up and state.bad_in_a_row >= limit:
        message = f"{state.why}, {limit} times in a row"
        signal = Signal(id=id_, kind=state.kind, since=scene.now, message=message)
        after = progress.having(signals=(*signals, signal))
        told = f"{state.kind} of {state.revision}: {message}"
        return after.told(scene, Reason.SIGNAL_RAISED, told, warning=True)
    if is_up and state.good_in_a_row >= limit:
        after = progress.having(signals=tuple(s for s in signals if s.id != id_))
        told = f"{state.kind} of {state.revision} is good again: {state.why}"
        return after.told(scene, Reason.SIGNAL_CLEARED, told)
    return progress


def _state(status: ModelDeploymentStatus, kind: Kind) -> MonitorState | None:
    return next((m for m in status.monitors if m.kind == kind), None)
