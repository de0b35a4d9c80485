"""What a decision about a ModelVersion looks at, and the turn it is taken in."""

from __future__ import annotations

from dataclasses import dataclass

from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_version import ModelVersionStatus
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.installation import Installation
from trainyard.jobs.job_view import JobView
from trainyard.objects import ObjectRef
from trainyard.reconciling.turn import Turn

VersionTurn = Turn[ModelVersionStatus]


@dataclass(frozen=True, slots=True)
class Observed:
    """All that a decision about a ModelVersion looks at, beside the ModelVersion."""

    installation: Installation
    training_job: TrainingJob | None = None
    deployments: tuple[ModelDeployment, ...] = ()
    """Those that may be the champion's."""
    job: JobView | None = None
    """The evaluate Job under way."""
    report: JobView | None = None
    """The report Job of the evaluate Job under way."""
    jobs: tuple[ObjectRef, ...] = ()
    """All Jobs of this ModelVersion that are not being deleted."""
