"""Which recipe does a TrainingJob have?"""

from __future__ import annotations

from trainyard.api.v1alpha1.training_job import TrainingJobSpec
from trainyard.training_jobs.recipes.container import ContainerRecipe
from trainyard.training_jobs.recipes.estimator import EstimatorRecipe
from trainyard.training_jobs.recipes.federated import FederatedRecipe
from trainyard.training_jobs.recipes.imported import ImportRecipe

Recipe = EstimatorRecipe | ContainerRecipe | ImportRecipe | FederatedRecipe


def recipe_of(spec: TrainingJobSpec) -> Recipe:
    """Return the one recipe of the spec; the API server lets no spec have none or several."""
    if spec.estimator is not None:
        return EstimatorRecipe(spec.estimator)
    if spec.container is not None:
        return ContainerRecipe(spec.container)
    if spec.import_ is not None:
        return ImportRecipe(spec.import_)
    if spec.federated is not None:
        return FederatedRecipe(spec.federated)
    raise ValueError("spec: give exactly one of estimator, container, import, federated")
