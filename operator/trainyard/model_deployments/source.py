"""Which version the spec asks for: what the TrainingJob or the ModelVersion says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trainyard.api.v1alpha1.model_deployment import ModelSource
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason


@dataclass(frozen=True, slots=True)
class Wanted:
    """A version that may be served."""

    bundle_digest: str
    model_version: str
    runtime: str = ""
    """The runtime that its record names; empty: nothing is known."""


@dataclass(frozen=True, slots=True)
class NotWanted:
    """Why there is no version to release; what serves goes on serving."""

    reason: Reason
    message: str


Source = Wanted | NotWanted


def wanted_version(model: ModelSource, found: Mapping[str, Any] | None) -> Source:
    """Return the version that `model` means, given the object it names (None: not there)."""
    if model.training_job is not None:
        return _of_training_job(model.training_job.name, found)
    name = model.version.name if model.version is not None else ""
    return _of_version(name, found)


def _of_training_job(name: str, found: Mapping[str, Any] | None) -> Source:
    if found is None:
        return NotWanted(
            Reason.SOURCE_NOT_FOUND,
            f"TrainingJob {name} (spec.model.trainingJob) does not exist: create it, or name"
            " another one; what is served now goes on",
        )
    current = (found.get("status") or {}).get("current") or {}
    if not current.get("bundleDigest"):
        return NotWanted(
            Reason.NO_VERSION_YET,
            f"TrainingJob {name} has no accepted version of its current inputs yet",
        )
    return Wanted(
        str(current["bundleDigest"]),
        str(current.get("name", "")),
        str(current.get("runtime", "")),
    )


def _of_version(name: str, found: Mapping[str, Any] | None) -> Source:
    if found is None:
        return NotWanted(
            Reason.SOURCE_NOT_FOUND,
            f"ModelVersion {name} (spec.model.version) does not exist: name one of"
            " `kubectl get modelversions`; what is served now goes on",
        )
    conditions = (found.get("status") or {}).get("conditions") or ()
    accepted = next((c for c in conditions if c.get("type") == "Accepted"), None)
    if accepted is None or accepted.get("status") == "Unknown":
        return NotWanted(Reason.NO_VERSION_YET, f"ModelVersion {name} was not judged yet")
    if accepted.get("status") != "True":
        return NotWanted(
            Reason.VERSION_REFUSED,
            f"ModelVersion {name} was refused: {accepted.get('message', '')}",
        )
    spec = found["spec"]
    return Wanted(str(spec["bundleDigest"]), name, str(spec.get("runtime", "")))
