"""What a decision about a BatchPrediction looks at, and the turn it is taken in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from trainyard.api.v1alpha1.batch_prediction_status import BatchPredictionStatus
from trainyard.api.v1alpha1.model_version import ModelVersion
from trainyard.batch_predictions.model import Model
from trainyard.delivery import Delivery
from trainyard.installation import Installation
from trainyard.jobs.job_view import JobView
from trainyard.objects import ObjectRef
from trainyard.reconciling.turn import Turn

BatchTurn = Turn[BatchPredictionStatus]


@dataclass(frozen=True, slots=True)
class Observed:
    """All that a decision about a BatchPrediction looks at, beside it."""

    installation: Installation
    model: Model
    """Which version a run would take now."""
    job: JobView | None = None
    """The Job of the run at work."""
    versions: Mapping[str, ModelVersion] = field(default_factory=dict)
    """By name those by which runs score that are told of."""
    deliveries: Mapping[str, Delivery] = field(default_factory=dict)
    """How it stands with the OpenLineage server to which something was offered."""
    jobs: tuple[ObjectRef, ...] = ()
    """All Jobs of this BatchPrediction that are not being deleted."""
