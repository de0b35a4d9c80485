"""Which kinds the API has."""

from __future__ import annotations

from trainyard.api.base import Resource
from trainyard.api.v1alpha1.approval import Approval
from trainyard.api.v1alpha1.batch_prediction import BatchPrediction
from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_version import ModelVersion
from trainyard.api.v1alpha1.training_job import TrainingJob

KINDS: tuple[type[Resource], ...] = (
    Dataset,
    TrainingJob,
    ModelVersion,
    ModelDeployment,
    Approval,
    BatchPrediction,
)
