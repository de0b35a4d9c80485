"""Whether a real prediction through the Service was answered by the right version."""

from __future__ import annotations

from datetime import timedelta

from trainyard.api.v1alpha1.model_deployment import ModelDeploymentSpec
from trainyard.api.v1alpha1.model_deployment_status import (
    ModelDeploymentStatus,
    Revision,
)
from trainyard.api.v1alpha1.smoke_test import SmokeTest
from trainyard.conditions import shorten
from trainyard.model_deployments.observed import Observed, Prediction
from trainyard.model_deployments.traffic.in_force import is_in_force
from trainyard.model_deployments.traffic.mode import UNROUTED_SECONDS
from trainyard.model_deployments.traffic.modes import mode_of
from trainyard.model_deployments.view import Turn, View


def answering(spec: ModelDeploymentSpec, status: ModelDeploymentStatus) -> Revision | None:
    """Return the revision that is to answer most of what the Service is asked."""
    name = mode_of(spec).answers(status.traffic)
    found = (r for r in (status.stable, status.canary) if r is not None)
    return next((r for r in found if r.revision == name), None)


def smoke_test_wanted(
    spec: ModelDeploymentSpec, status: ModelDeploymentStatus, observed: Observed
) -> Revision | None:
    """Return the revision that is to answer a prediction now, or None when it is known.

    A prediction is made as soon as a traffic decision is in force, after the pods came back,
    and again until it succeeds.
    """
    revision = answering(spec, status)
    if revision is None or not observed.workload(revision.revision).ready:
        return None
    if not is_in_force(spec, status, observed.carrier):
        return None
    smoke_test = status.smoke_test
    if smoke_test is None or not smoke_test.answered:
        return revision
    known = (
        smoke_test.routing_generation == status.routing_generation
        and smoke_test.revision == revision.revision
    )
    return None if known else revision


def with_smoke_test(view: View, turn: Turn) -> Turn:
    """Return the status with what came of the prediction, if one was made."""
    status = turn.status
    revision = answering(view.resource.spec, status)
    if revision is None or not view.observed.workload(revision.revision).ready:
        smoke_test = status.smoke_test
        if smoke_test is None or not smoke_test.answered:
            return turn
        gone = smoke_test.model_copy(update={"answered": False, "message": "no pod is ready"})
        return turn.changed(smoke_test=gone)
    prediction = view.observed.prediction
    if prediction is None:
        return turn
    right = prediction.bundle == revision.bundle_digest
    if not right and _is_late(view, status, prediction):
        return turn
    found = prediction.bundle or "nobody"
    why = prediction.message or f"answered by {found}, expected {revision.bundle_digest}"
    return turn.changed(
        smoke_test=SmokeTest(
            routing_generation=view.resource.status.routing_generation,
            revision=revision.revision,
            answered=right,
            message="" if right else shorten(why, 500),
        )
    )


def _is_late(view: View, status: ModelDeploymentStatus, prediction: Prediction) -> bool:
    """Tell whether a version answered that had the requests until just now: where the Service
    changed, nodes follow in their own time.
    """
    applied, before = status.routing_applied_at, status.smoke_test
    if applied is None or before is None or not before.answered:
        return False
    known = {r.bundle_digest for r in (status.stable, status.canary, status.previous) if r}
    recently = view.now - applied < timedelta(seconds=UNROUTED_SECONDS)
    return prediction.bundle in known and recently
