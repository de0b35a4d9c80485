"""THE TABLE: which kinds the operator looks after, and how. One row per controller."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from trainyard.api.v1alpha1.batch_prediction import BatchPrediction
from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_version import ModelVersion
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.batch_predictions.decide import decide_batch_prediction
from trainyard.batch_predictions.metrics import state_of as state_of_batch_prediction
from trainyard.batch_predictions.observe import observe_batch_prediction
from trainyard.clients.coordinator_doors import CoordinatorDoors
from trainyard.datasets.decide import decide_dataset
from trainyard.datasets.metrics import state_of as state_of_dataset
from trainyard.datasets.observe import observe_dataset
from trainyard.installation import Installation
from trainyard.model_deployments.decide import decide_model_deployment
from trainyard.model_deployments.metrics import state_of
from trainyard.model_deployments.observe import ServingSources, observe_model_deployment
from trainyard.model_versions.decide import decide_model_version
from trainyard.model_versions.observe import observe_model_version
from trainyard.outbox import Outbox
from trainyard.reconciling.controller import Controller
from trainyard.relations import (
    READ_BY_BATCH_PREDICTION,
    READ_BY_DATASET,
    READ_BY_MODEL_DEPLOYMENT,
    READ_BY_MODEL_VERSION,
    READ_BY_TRAINING_JOB,
    named_by_batch_prediction,
    named_by_dataset,
    named_by_model_deployment,
    named_by_model_version,
    named_by_training_job,
)
from trainyard.tracked import Tracked
from trainyard.training_jobs.decide import decide_training_job
from trainyard.training_jobs.metrics import state_of as state_of_training_job
from trainyard.training_jobs.observe import observe_training_job


@dataclass(frozen=True, slots=True)
class Sources:
    """What observers read beside the cluster."""

    installation: Installation
    serving: ServingSources
    tracking: Outbox[Tracked] | None = None
    """None: nothing is tracked."""
    doors: CoordinatorDoors | None = None
    """None: no coordinator is asked how far its rounds are."""


def controllers(sources: Sources) -> tuple[Controller, ...]:
    """Return one row per controller."""
    return (
        *_of_training(sources),
        Controller(
            "modeldeployments",
            ModelDeployment,
            partial(observe_model_deployment, sources=sources.serving),
            decide_model_deployment,
            children=(
                *("Deployment", "Service", "ConfigMap", "PodDisruptionBudget", "Pod", "Job"),
                "HTTPRoute",
            ),
            reads=READ_BY_MODEL_DEPLOYMENT,
            names=named_by_model_deployment,
            state=state_of,
        ),
        Controller(
            "batchpredictions",
            BatchPrediction,
            partial(
                observe_batch_prediction,
                installation=sources.installation,
                tracking=sources.tracking,
            ),
            decide_batch_prediction,
            children=("Job", "Pod"),
            reads=READ_BY_BATCH_PREDICTION,
            names=named_by_batch_prediction,
            state=state_of_batch_prediction,
        ),
    )


def _of_training(sources: Sources) -> tuple[Controller, ...]:
    installation = sources.installation
    return (
        Controller(
            "datasets",
            Dataset,
            partial(observe_dataset, installation=installation, tracking=sources.tracking),
            decide_dataset,
            children=("Job", "Pod"),
            reads=READ_BY_DATASET,
            names=named_by_dataset,
            state=state_of_dataset,
        ),
        Controller(
            "trainingjobs",
            TrainingJob,
            partial(
                observe_training_job,
                installation=installation,
                tracking=sources.tracking,
                doors=sources.doors,
            ),
            decide_training_job,
            children=("Job", "Pod", "Service", "NetworkPolicy", "ConfigMap"),
            reads=READ_BY_TRAINING_JOB,
            names=named_by_training_job,
            state=state_of_training_job,
        ),
        Controller(
            "modelversions",
            ModelVersion,
            partial(observe_model_version, installation=installation),
            decide_model_version,
            children=("Job", "Pod"),
            reads=READ_BY_MODEL_VERSION,
            names=named_by_model_version,
        ),
    )
