"""Which monitors are declared, how each stands, and what they ask now."""

from __future__ import annotations

from datetime import datetime, timedelta

from trainyard.api.v1alpha1.labels import LabelsSpec
from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus
from trainyard.api.v1alpha1.monitoring import ErrorsMonitor as ErrorsSpec
from trainyard.api.v1alpha1.monitoring import MonitoringSpec
from trainyard.api.v1alpha1.monitoring import QualityMonitor as QualitySpec
from trainyard.api.v1alpha1.signals import MonitorState, SignalKind
from trainyard.model_deployments.monitoring.drift_monitor import DriftMonitor
from trainyard.model_deployments.monitoring.errors_monitor import ErrorsMonitor
from trainyard.model_deployments.monitoring.label_monitor import LabelMonitor
from trainyard.model_deployments.monitoring.monitor import Monitor, MonitorQuestion
from trainyard.model_deployments.monitoring.query_monitor import QueryMonitor


def declared_monitors(resource: ModelDeployment) -> tuple[Monitor, ...]:
    """Return the monitors of the spec."""
    spec = resource.spec.monitoring
    found = (
        _errors_monitor(resource) if spec.errors is not None else None,
        _quality_monitor(spec.quality) if spec.quality is not None else None,
        DriftMonitor(spec.drift) if spec.drift is not None else None,
        _fairness_monitor(spec),
    )
    return tuple(monitor for monitor in found if monitor is not None)


def _errors_monitor(resource: ModelDeployment) -> Monitor | None:
    spec, analysis = resource.spec.monitoring.errors, resource.spec.analysis
    if spec is None or spec.against_previous is None:
        return _of_query(SignalKind.ERRORS, spec) if spec is not None else None
    previous = resource.status.previous
    return ErrorsMonitor(
        interval=timedelta(seconds=spec.interval_seconds),
        failure_limit=spec.failure_limit,
        max_ratio=float(spec.against_previous.max_ratio),
        min_requests=analysis.min_requests,
        false_alarm_percent=float(analysis.false_alarm_percent),
        before=previous.errors if previous is not None else None,
    )


def _quality_monitor(spec: QualitySpec) -> Monitor | None:
    if spec.labels is None:
        return _of_query(SignalKind.QUALITY, spec)
    least, most = (None if bound is None else float(bound) for bound in (spec.min, spec.max))
    measured = f"{_labels(spec.labels)}, {spec.metric}"
    return LabelMonitor(SignalKind.QUALITY, measured, spec.labels.min_rows, least, most)


def _fairness_monitor(spec: MonitoringSpec) -> Monitor | None:
    if spec.fairness is None or spec.quality is None or spec.quality.labels is None:
        return None
    labels, fairness = spec.quality.labels, spec.fairness
    measured = f"{_labels(labels)}, {fairness.column}, {fairness.measure}"
    most = float(fairness.max)
    return LabelMonitor(SignalKind.FAIRNESS, measured, labels.min_rows, most=most)


def _labels(spec: LabelsSpec) -> str:
    return f"{spec.dataset.name}, {spec.request_id_column}, {spec.label_column}"


def _of_query(kind: SignalKind, spec: QualitySpec | ErrorsSpec) -> Monitor | None:
    if spec.prometheus is None:
        return None
    interval = timedelta(seconds=spec.interval_seconds)
    return QueryMonitor(kind, spec.prometheus, interval, spec.failure_limit)


def state_of(status: ModelDeploymentStatus, monitor: Monitor) -> MonitorState | None:
    """Return how the monitor of the stable revision stands; None: it never had an answer, or
    something else was judged.
    """
    found = _stored_state(status, monitor.signal)
    return None if found is None or _is_of_another(found, monitor) else found


def is_of_another_measure(status: ModelDeploymentStatus, monitor: Monitor) -> bool:
    """Tell whether what is known of the signal comes from judging something else."""
    found = _stored_state(status, monitor.signal)
    return found is not None and _is_of_another(found, monitor)


def _stored_state(status: ModelDeploymentStatus, signal: SignalKind) -> MonitorState | None:
    stable = status.stable.revision if status.stable is not None else ""
    return next((m for m in status.monitors if (m.kind, m.revision) == (signal, stable)), None)


def _is_of_another(state: MonitorState, monitor: Monitor) -> bool:
    return state.measure not in ("", monitor.measure)


def questions_due(resource: ModelDeployment, now: datetime) -> dict[str, MonitorQuestion]:
    """Return what the monitors ask now, by signal."""
    if resource.status.stable is None:
        return {}
    asked = (
        (monitor.signal, monitor.wanted(state_of(resource.status, monitor), now))
        for monitor in declared_monitors(resource)
    )
    return {signal: question for signal, question in asked if question is not None}
