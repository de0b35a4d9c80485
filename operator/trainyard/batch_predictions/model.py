"""Which version would score now, or why does none?"""

from __future__ import annotations

from dataclasses import dataclass

from trainyard.api.v1alpha1.batch_prediction_status import BatchPredictionReason as Reason
from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_version import ModelVersion
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.conditions import get_condition


@dataclass(frozen=True, slots=True)
class Found:
    """A version that may score."""

    bundle_digest: str
    model_version: str


@dataclass(frozen=True, slots=True)
class NotFound:
    """Why there is none."""

    reason: Reason
    message: str


Model = Found | NotFound


def stable_of(name: str, deployment: ModelDeployment | None) -> Model:
    """Return the version that serves in that ModelDeployment (None: not there)."""
    if deployment is None:
        return _missing("ModelDeployment", name, "modelDeployment")
    stable = deployment.status.stable
    if stable is None:
        return NotFound(
            Reason.NO_VERSION_YET, f"ModelDeployment {name} has no stable version so far"
        )
    return Found(stable.bundle_digest, stable.model_version)


def current_of(name: str, job: TrainingJob | None) -> Model:
    """Return the accepted version of the current inputs of that TrainingJob (None: not there)."""
    if job is None:
        return _missing("TrainingJob", name, "trainingJob")
    current = job.status.current
    if current is None:
        text = f"TrainingJob {name} has no accepted version of its current inputs so far"
        return NotFound(Reason.NO_VERSION_YET, text)
    return Found(current.bundle_digest, current.name)


def pinned(name: str, version: ModelVersion | None) -> Model:
    """Return that version if its gates accepted it (None: not there)."""
    if version is None:
        return _missing("ModelVersion", name, "version")
    accepted = get_condition(version.status.conditions, "Accepted")
    if accepted is None or accepted.status == "Unknown":
        return NotFound(Reason.NO_VERSION_YET, f"ModelVersion {name} was not judged so far")
    if accepted.status != "True":
        text = f"ModelVersion {name} was refused: {accepted.message}"
        return NotFound(Reason.VERSION_REFUSED, text)
    return Found(version.spec.bundle_digest, name)


def _missing(kind: str, name: str, field: str) -> NotFound:
    return NotFound(
        Reason.MODEL_NOT_FOUND,
        f"{kind} {name} (spec.model.{field}) does not exist: create it, or name another one",
    )
