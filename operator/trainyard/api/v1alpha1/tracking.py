"""The part of an object that says where its runs are tracked, and what arrived there."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from trainyard.api.base import ApiModel, Sentence, cel
from trainyard.api.v1alpha1.notify import ReceiverName
from trainyard.api.v1alpha1.task import ShortText

MOST_RECORDS = 40


class MlflowTracking(ApiModel):
    """An experiment of an MLflow server."""

    server: ReceiverName
    """One of those that the installation knows (`tracking.mlflow.servers` of its chart)."""
    experiment: Annotated[str, StringConstraints(max_length=128, pattern=r"^[^\x00-\x1f]*$")] = ""
    """The experiment that the runs belong to, made where it is not there; empty: namespace and
    name of the TrainingJob."""


class OpenLineageTracking(ApiModel):
    """A server that takes events of OpenLineage."""

    server: ReceiverName
    """One of those that the installation knows (`tracking.openlineage.servers` of its chart)."""


class Tracking(ApiModel):
    """Where the runs are tracked."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            ("has(self.mlflow) || has(self.openlineage)", "set mlflow, openlineage, or both")
        )
    )

    mlflow: MlflowTracking | None = None
    """Each run becomes a run of MLflow, the trials of its search runs below it, and each accepted
    version a version of the registered model `<namespace>.<name>`."""
    openlineage: OpenLineageTracking | None = None
    """Each run is told by its events: what it reads, what it gives, and how it ended."""


class LineageTracking(ApiModel):
    """Where runs are told that are no training."""

    openlineage: OpenLineageTracking
    """Each run is told by its events: what it reads, what it gives, and how it ended."""


class TrackedRecord(ApiModel):
    """One run or version, and in which state it is, or is to be, on record."""

    name: ShortText
    """The run or version."""
    digest: Annotated[str, StringConstraints(max_length=16)]
    """Names the state."""
    number: int
    """Counts changed states."""
    refused: ShortText = ""
    """Why the server refuses it for good in this state; it is asked again when it changes."""


class TrackingState(ApiModel):
    """What the tracking server has."""

    server: ReceiverName
    """Which one."""
    records: Annotated[tuple[TrackedRecord, ...], Field(max_length=MOST_RECORDS)] = ()
    """The runs and versions, in the order in which they changed."""
    number: int = 0
    """The highest number so far."""
    delivered: int = 0
    """The number up to which the server has everything."""
    lost: int = 0
    """Runs and versions that were removed before they arrived."""
    refused: int = 0
    """How often the server refused a run or version for good, which was set aside."""
    failing_since: datetime | None = None
    """Since when nothing arrives; it is tried again with growing pauses."""
    why: Sentence = ""
    """Why nothing arrives."""
