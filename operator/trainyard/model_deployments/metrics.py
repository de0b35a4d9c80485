"""What /metrics shows of one ModelDeployment."""

from __future__ import annotations

from collections.abc import Iterable

from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.condition_samples import stalled
from trainyard.conditions import is_true
from trainyard.reconciling.controller import StateSample


def state_of(resource: ModelDeployment) -> Iterable[StateSample]:
    """Return readiness, weights, step, decision, signals, quarantine and what stalls it."""
    status = resource.status
    prefix = "modeldeployment"
    yield StateSample(f"{prefix}_ready", float(is_true(status.conditions, "Ready")), {})
    yield StateSample(f"{prefix}_routing_generation", status.routing_generation, {})
    for share in status.traffic:
        labels = {"role": share.role, "revision": share.revision}
        yield StateSample(f"{prefix}_weight_percent", share.weight_percent, labels)
    if status.rollout is not None:
        labels = {"revision": status.rollout.revision, "verdict": status.rollout.verdict}
        yield StateSample(f"{prefix}_step", status.rollout.step, labels)
    for signal in status.signals:
        yield StateSample(f"{prefix}_signal", 1.0, {"signal": signal.kind})
    yield StateSample(f"{prefix}_quarantined", len(status.quarantine), {})
    yield from stalled(prefix, status.conditions)
