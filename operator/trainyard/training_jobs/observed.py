"""What a decision about a TrainingJob looks at, and the turn it is taken in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_version import ModelVersion
from trainyard.api.v1alpha1.retrain import LimitsState
from trainyard.api.v1alpha1.training_job_status import TrainingJobStatus
from trainyard.delivery import Delivery
from trainyard.installation import Installation
from trainyard.jobs.job_view import JobView
from trainyard.objects import ObjectRef
from trainyard.reconciling.turn import Turn

TrainingTurn = Turn[TrainingJobStatus]


@dataclass(frozen=True, slots=True)
class RoundsSaid:
    """What the coordinator of the run at work answered when it was asked for its rounds."""

    text: bytes = b""
    why: str = ""
    """Why it answered nothing; empty: it answered."""


@dataclass(frozen=True, slots=True)
class Observed:
    """All that a decision about a TrainingJob looks at, beside the TrainingJob."""

    installation: Installation
    dataset: Dataset | None = None
    versions: tuple[ModelVersion, ...] = ()
    """The ModelVersions of this TrainingJob."""
    deployments: tuple[ModelDeployment, ...] = ()
    """Those that may matter to its champion, its signals or the use of its versions."""
    pinned: frozenset[str] = frozenset()
    """Its ModelVersions that BatchPredictions pin, by name."""
    job: JobView | None = None
    """The Job of the run at work."""
    report: JobView | None = None
    """The report Job of the run at work."""
    search: JobView | None = None
    """The Job of the search that the run at work begins with."""
    workers: JobView | None = None
    """The Job of the pods that share the fit of the run at work."""
    children: tuple[ObjectRef, ...] = ()
    """All Jobs, Services and NetworkPolicies of this TrainingJob that are not being deleted."""
    certificate: str = ""
    """Of the coordinator of the run at work, PEM; empty: there is none yet."""
    rounds: RoundsSaid | None = None
    """None: nobody coordinates now, so nobody was asked."""
    participants: Mapping[str, Dataset] = field(default_factory=dict)
    """The Datasets that take part in a federated recipe, by namespace and name."""
    deliveries: Mapping[str, Delivery] = field(default_factory=dict)
    """How it stands with each tracking server to which something was offered."""


def limits_state(turn: TrainingTurn) -> LimitsState:
    """Return what the limits have counted so far."""
    return turn.status.limits or LimitsState()
