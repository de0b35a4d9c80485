"""THE TABLE: which kinds the operator looks after, and how. One row per kind."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_version import ModelVersion
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.datasets.decide import decide_dataset
from trainyard.datasets.observe import observe_dataset
from trainyard.datasets.state import state_of as state_of_dataset
from trainyard.installation import Installation
from trainyard.model_deployments.decide import decide_model_deployment
from trainyard.model_deployments.observe import ServingSources, observe_model_deployment
from trainyard.model_deployments.samples import state_of
from trainyard.model_versions.decide import decide_model_version
from trainyard.model_versions.observe import observe_model_version
from trainyard.reconciling.controller import Controller
from trainyard.training_jobs.decide import decide_training_job
from trainyard.training_jobs.observe import observe_training_job
from trainyard.training_jobs.state import state_of as state_of_training_job


@dataclass(frozen=True, slots=True)
class Sources:
    """What observers read beside the cluster."""

    installation: Installation
    serving: ServingSources


def controllers(sources: Sources) -> tuple[Controller, ...]:
    """Return one row per kind."""
    installation = sources.installation
    return (
        Controller(
            Dataset,
            partial(observe_dataset, installation=installation),
            decide_dataset,
            children=("Job", "Pod"),
            reads=("TrainingJob",),
            state=state_of_dataset,
        ),
        Controller(
            TrainingJob,
            partial(observe_training_job, installation=installation),
            decide_training_job,
            children=("Job", "Pod"),
            reads=("Dataset", "ModelVersion", "ModelDeployment"),
            state=state_of_training_job,
        ),
        Controller(
            ModelVersion,
            partial(observe_model_version, installation=installation),
            decide_model_version,
            children=("Job", "Pod"),
            reads=("TrainingJob", "ModelDeployment"),
        ),
        Controller(
            ModelDeployment,
            partial(observe_model_deployment, sources=sources.serving),
            decide_model_deployment,
            children=("Deployment", "Service", "ConfigMap", "Pod"),
            reads=("TrainingJob", "ModelVersion"),
            state=state_of,
        ),
    )
