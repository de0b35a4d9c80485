"""What a decision about a Dataset looks at, and the turn it is taken in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from trainyard.api.v1alpha1.dataset_status import DatasetStatus
from trainyard.delivery import Delivery
from trainyard.installation import Installation
from trainyard.jobs.job_view import JobView
from trainyard.objects import ObjectRef
from trainyard.reconciling.turn import Turn

DatasetTurn = Turn[DatasetStatus]


@dataclass(frozen=True, slots=True)
class RunOfOthers:
    """A run that several parties train, as the status of its TrainingJob tells of it."""

    coordinator: str
    """Namespace and name of the TrainingJob."""
    run: str
    target: str
    address: str
    certificate: str
    """Empty while the coordinator has none."""
    participants: frozenset[str]
    """Namespace and name of the Datasets that are asked to take part."""


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
    runs_of_others: tuple[RunOfOthers, ...] = ()
    """The runs at work of the TrainingJobs that the spec allows as coordinators."""
    participations: Mapping[str, JobView] = field(default_factory=dict)
    """The Jobs by which the Dataset takes part, by name."""
    labelled: str = ""
    """Where the labelled requests of the source's ModelDeployment lie; empty where it is not there,
    or none is named."""
    deliveries: Mapping[str, Delivery] = field(default_factory=dict)
    """How it stands with the OpenLineage server to which something was offered."""
    jobs: tuple[ObjectRef, ...] = ()
    """All Jobs of this Dataset that are not being deleted."""
