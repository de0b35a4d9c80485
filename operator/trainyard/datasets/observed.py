"""What a decision about a Dataset looks at, and the turn it is taken in."""

from __future__ import annotations

from dataclasses import dataclass

from trainyard.api.v1alpha1.dataset_status import DatasetStatus
from trainyard.installation import Installation
from trainyard.jobs.job_view import JobView
from trainyard.objects import ObjectRef
from trainyard.reconciling.turn import Turn

DatasetTurn = Turn[DatasetStatus]


@dataclass(frozen=True, slots=True)
class Observed:
    """All that a decision about a Dataset looks at, beside the Dataset."""

    installation: Installation
    job: JobView | None = None
    """The Job of the refresh under way."""
    report: JobView | None = None
    """The report Job of the refresh under way."""
    requested: tuple[str, ...] = ()
    """Ids of the refreshes that TrainingJobs request of this Dataset."""
    config_map_version: str = ""
    """The resourceVersion of the ConfigMap that the source names; empty where there is none."""
    jobs: tuple[ObjectRef, ...] = ()
    """All Jobs of this Dataset that are not being deleted."""
