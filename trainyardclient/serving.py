"""What serves the models of a recipe?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyardclient.manifests import declared


def model_deployment(
    name: str, job: TrainingJob | str, spec: Mapping[str, Any] | None = None
) -> ModelDeployment:
    """Return what serves the accepted version of the TrainingJob; `spec` says more about it.

    Raises Undeclarable.
    """
    follows = job if isinstance(job, str) else job.metadata.name
    return declared(
        ModelDeployment, name, {"model": {"trainingJob": {"name": follows}}, **(spec or {})}
    )
