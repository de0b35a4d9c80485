"""Whether a real prediction through the Service was answered by the right version."""

from __future__ import annotations

from trainyard.api.v1alpha1.model_deployment_status import (
    ModelDeploymentStatus,
    Proof,
    Revision,
)
from trainyard.conditions import shorten
from trainyard.model_deployments.observed import Observed
from trainyard.model_deployments.progress import Progress, Scene
from trainyard.model_deployments.revisions import weight_of


def answering(status: ModelDeploymentStatus) -> Revision | None:
    """Return the revision that is to answer: the one with most of the requests."""
    found = [r for r in (status.stable, status.canary) if r and weight_of(status, r.revision)]
    return max(found, key=lambda r: weight_of(status, r.revision), default=None)


def proof_wanted(status: ModelDeploymentStatus, observed: Observed) -> Revision | None:
    """Return the revision that is to answer a prediction now, or None when it is known.

    A prediction is made after each traffic decision that is in force, after the pods came back,
    and again until it succeeds.
    """
    revision = answering(status)
    if revision is None or not observed.workload(revision.revision).ready:
        return None
    if status.drained_at is None:
        return None
    proof = status.proof
    if proof is None or not proof.answered:
        return revision
    known = proof.decision == status.decision and proof.revision == revision.revision
    return None if known else revision


def with_proof(scene: Scene, progress: Progress) -> Progress:
    """Return the status with what came of the prediction, if one was made."""
    status = progress.status
    revision = answering(status)
    if revision is None or not scene.observed.workload(revision.revision).ready:
        proof = status.proof
        if proof is None or not proof.answered:
            return progress
        gone = proof.model_copy(update={"answered": False, "message": "no pod is ready"})
        return progress.having(proof=gone)
    prediction = scene.observed.prediction
    if prediction is None:
        return progress
    right = prediction.bundle == revision.bundle_digest
    found = prediction.bundle or "nobody"
    why = prediction.message or f"answered by {found}, expected {revision.bundle_digest}"
    return progress.having(
        proof=Proof(
            decision=scene.resource.status.decision,
            revision=revision.revision,
            answered=right,
            message="" if right else shorten(why, 500),
        )
    )
