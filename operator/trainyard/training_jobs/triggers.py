"""Does anything ask for a retrain by itself: new data, or a signal of a ModelDeployment?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.api.v1alpha1.training_job_status import Inputs, RunCause


@dataclass(frozen=True, slots=True)
class Trigger:
    """A retrain that something asks for."""

    cause: RunCause
    name: str
    """What asks, in words that do not change while it asks."""
    held_by_rollout: str = ""
    """The ModelDeployment in whose rollout nothing is retrained; empty: nothing holds it."""


def signal_trigger(job: TrainingJob, deployments: tuple[ModelDeployment, ...]) -> Trigger | None:
    """Return the first signal that spec.retrain.onSignals subscribes to and that is up."""
    return next(_signals(job, deployments), None)


def _signals(job: TrainingJob, deployments: tuple[ModelDeployment, ...]) -> Iterator[Trigger]:
    by_name = {deployment.metadata.name: deployment for deployment in deployments}
    for subscription in job.spec.retrain.on_signals:
        deployment = by_name.get(subscription.model_deployment.name)
        if deployment is None:
            continue
        name = deployment.metadata.name
        for signal in deployment.status.signals:
            if subscription.signals and signal.kind not in subscription.signals:
                continue
            text = f"{signal.kind} of ModelDeployment {name}: {signal.message}"[:256]
            cause = RunCause(kind="Signal", message=text, id=signal.id)
            held = name if _is_released(deployment) else ""
            yield Trigger(cause, f"{signal.kind} of ModelDeployment {name}", held)


def _is_released(deployment: ModelDeployment) -> bool:
    """Tell whether what is on its way may be the cure; one without evidence waits too long."""
    rollout = deployment.status.rollout
    return rollout is not None and rollout.phase != "Inconclusive"


def new_data_trigger(job: TrainingJob, dataset: Dataset, inputs: Inputs) -> Trigger | None:
    """Return the trigger of spec.retrain.onNewData, when enough rows are new."""
    rule, current = job.spec.retrain.on_new_data, dataset.status.current
    if rule is None or current is None or current.digest == inputs.dataset_digest:
        return None
    more = current.rows - inputs.dataset_rows
    if rule.min_new_rows and more < rule.min_new_rows:
        return None
    text = f"version {current.name} of Dataset {dataset.metadata.name}: {more:+d} rows"
    return Trigger(RunCause(kind="NewData", message=text[:256]), text)


def missing_rows(job: TrainingJob, dataset: Dataset, inputs: Inputs) -> str:
    """Return how far new data is from spec.retrain.onNewData.minNewRows, in words, or ""."""
    rule, current = job.spec.retrain.on_new_data, dataset.status.current
    if rule is None or current is None or current.digest == inputs.dataset_digest:
        return ""
    more = current.rows - inputs.dataset_rows
    return f"{more} of {rule.min_new_rows} new rows" if more < rule.min_new_rows else ""
