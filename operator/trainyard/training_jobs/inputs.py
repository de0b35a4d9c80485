"""Which inputs are wanted: which version of the data, with the recipe as it is?

A new version of the data starts nothing by itself: only a first run, a changed recipe, a changed
pin, a request, or a trigger that spec.retrain names moves to it.
"""

from __future__ import annotations

from datetime import datetime

from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.task import AT_WORK
from trainyard.api.v1alpha1.training_job import TrainingJob, TrainingJobSpec
from trainyard.api.v1alpha1.training_job_status import Inputs, RunCause
from trainyard.training_jobs.identity import describe_recipe, inputs_digest, recipe_digest


def inputs_with(
    job: TrainingJob, dataset: Dataset | None, cause: RunCause, now: datetime
) -> Inputs | None:
    """Return the recipe as it is with the pinned or newest version; None: there is no data.

    A recipe that names no Dataset has none to wait for.
    """
    if job.spec.dataset is None:
        return _inputs(job, None, 0, cause, now)
    if dataset is None:
        return None
    current = dataset.status.current
    digest = job.spec.dataset.digest or (current.digest if current else None)
    if digest is None:
        return None
    version = next((v for v in dataset.status.versions if v.digest == digest), current)
    rows = version.rows if version and version.digest == digest else 0
    return _inputs(job, digest, rows, cause, now)


def lacks_dataset(job: TrainingJob, dataset: Dataset | None) -> bool:
    """Tell whether the Dataset that the recipe names does not exist."""
    return job.spec.dataset is not None and dataset is None


def dataset_name(spec: TrainingJobSpec) -> str:
    """Return the Dataset that the recipe names, or "" where it names none."""
    return spec.dataset.name if spec.dataset is not None else ""


def _inputs(
    job: TrainingJob, dataset: str | None, rows: int, cause: RunCause, now: datetime
) -> Inputs:
    recipe = recipe_digest(job.spec)
    return Inputs(
        digest=inputs_digest(recipe, dataset),
        recipe_digest=recipe,
        dataset_digest=dataset,
        dataset_rows=rows,
        cause=cause,
        since=now,
    )


def demanded_inputs(job: TrainingJob, dataset: Dataset | None, now: datetime) -> Inputs | None:
    """Return the inputs that the spec itself asks for, or None when it is content.

    The limits do not hold these back: a person wrote them.
    """
    cause = _demand(job)
    if cause is None or _is_in_motion(job, dataset):
        return None
    return inputs_with(job, dataset, cause, now)


def _demand(job: TrainingJob) -> RunCause | None:
    inputs = job.status.inputs
    pinned = job.spec.dataset.digest if job.spec.dataset is not None else None
    if inputs is None:
        return RunCause(kind="FirstRun", message="the first run of this TrainingJob")
    if inputs.recipe_digest != recipe_digest(job.spec):
        text = f"the recipe is now {describe_recipe(job.spec)}"
        return RunCause(kind="RecipeChanged", message=text[:256])
    if job.spec.dataset is None and inputs.dataset_digest is not None:
        return RunCause(kind="RecipeChanged", message="the recipe names no dataset any more")
    if job.spec.dataset is not None and inputs.dataset_digest is None:
        text = f"the recipe names Dataset {job.spec.dataset.name} now"
        return RunCause(kind="RecipeChanged", message=text)
    if pinned is not None and pinned != inputs.dataset_digest:
        return RunCause(kind="DatasetPinned", message=f"spec.dataset.digest is {pinned[:19]}")
    return None


def _is_in_motion(job: TrainingJob, dataset: Dataset | None) -> bool:
    """Whether the Dataset is about to answer a changed spec: its version is of the old one."""
    if dataset is None or job.spec.dataset is None or job.spec.dataset.digest is not None:
        return False
    refresh = dataset.status.refresh
    answering = refresh is not None and refresh.trigger == "spec" and refresh.phase in AT_WORK
    return dataset.status.observed_generation < dataset.metadata.generation or answering
