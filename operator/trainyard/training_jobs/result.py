"""What did a run give? The result document of `publish`, read without trusting its shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from trainyard.api.v1alpha1.model_version import ModelVersionSpec
from trainyard.api.v1alpha1.task import Fault
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.api.v1alpha1.training_job_status import Run
from trainyard.conditions import shorten
from trainyard.jobs.failure import Failure
from trainyard.jobs.measured import champion_measured, measures_of_result, metrics_of
from trainyard.ownership import AUTHOR
from trainyard.training_jobs.federation import with_versions
from trainyard.training_jobs.identity import describe_recipe
from trainyard.training_jobs.searching import chosen

METRICS_IN_RUN = 12
LIBRARIES_KEPT = 16


def read_result(
    job: TrainingJob, run: Run, result: Mapping[str, Any], image: str
) -> ModelVersionSpec | Failure:
    """Return the spec of the ModelVersion that records the run, or why there is none."""
    if result.get("outcome") != "Succeeded":
        reason, message = str(result.get("reason", "Error")), str(result.get("message", ""))
        return Failure(Fault.USER, shorten(reason, 64), shorten(message, 600))
    try:
        return _version(job, run, result, image)
    except (ValidationError, KeyError, TypeError, AttributeError, ValueError) as error:
        text = f"the result of the run cannot be read: {error}"
        return Failure(Fault.INFRASTRUCTURE, "ResultUnreadable", shorten(text, 600))


def _version(job: TrainingJob, run: Run, result: Mapping[str, Any], image: str) -> ModelVersionSpec:
    if result.get("dataset") != run.dataset_digest:
        raise ValueError(f"it speaks of dataset {result['dataset']}, not {run.dataset_digest}")
    found = ModelVersionSpec.model_validate(
        {
            "trainingJob": {"name": job.metadata.name, "uid": job.metadata.uid},
            "run": run.name,
            "attempt": run.attempt,
            "bundleDigest": result["bundle"],
            "datasetDigest": run.dataset_digest,
            "inputsDigest": run.inputs_digest,
            "recipeDigest": run.recipe_digest,
            "target": run.target,
            "recipe": describe_recipe(chosen(job.spec, run)),
            "author": job.metadata.annotations.get(AUTHOR, "")[:253],
            "cause": run.cause.to_api(),
            "task": str(result.get("task") or ""),
            "metrics": metrics_of(result),
            "measures": measures_of_result(result),
            "quantitativeAnalysis": result.get("quantitativeAnalysis"),
            "comparison": champion_measured(result.get("champion")),
            "runtime": str(result.get("serves") or ""),
            "trainRows": int(result.get("trainRows") or 0),
            "testRows": int(result.get("testRows") or 0),
            "libraries": dict(sorted((result.get("libraries") or {}).items())[:LIBRARIES_KEPT]),
            "federation": result.get("federation"),
            "image": image,
            "code": result.get("code"),
            "trust": result.get("trust"),
            "packedCode": result.get("packedCode"),
        }
    )
    record = with_versions(found.federation, job.status.federation)
    return found.model_copy(update={"federation": record})


def metrics_for_run(spec: ModelVersionSpec) -> dict[str, str]:
    """Return the first metrics by name, as many as a run in the status shows."""
    return dict(sorted((spec.metrics or {}).items())[:METRICS_IN_RUN])
