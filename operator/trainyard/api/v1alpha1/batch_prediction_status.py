"""What the status of a BatchPrediction holds: the run at work, the last one, reasons."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from trainyard.api.base import ApiModel, Digest, KindStatus, Text
from trainyard.api.v1alpha1.task import ShortText, Task
from trainyard.api.v1alpha1.tracking import TrackingState

MOST_PARTS = 100


class BatchPredictionReason(StrEnum):
    """Why a condition of a BatchPrediction is as it is."""

    ROWS_SCORED = "RowsScored"
    """Used when the last run scored every row."""
    ROWS_SET_ASIDE = "RowsSetAside"
    """Used when the last run could not score some rows; the others are scored."""
    NOT_RUN_YET = "NotRunYet"
    """Used when no run has ended so far."""
    SCHEDULED = "Scheduled"
    """Used when the first run waits for its time."""
    RUN_STARTED = "RunStarted"
    """Used when a run was started, or goes on with the parts that are not written yet."""
    SCORING = "Scoring"
    """Used while a run is at work."""
    WAITING_TO_RETRY = "WaitingToRetry"
    """Used when a run failed and is tried again after a pause; what it wrote stays."""
    RUN_FAILED = "RunFailed"
    """Used when a run failed for good; `retry@now` goes on with the parts that lack."""
    RUN_STOPPED = "RunStopped"
    """Used when a run was stopped by a request, by another spec, or by spec.suspend."""
    MODEL_NOT_FOUND = "ModelNotFound"
    """Used when the object that spec.model names does not exist."""
    NO_VERSION_YET = "NoVersionYet"
    """Used when what spec.model names has no version that may score."""
    VERSION_REFUSED = "VersionRefused"
    """Used when the pinned version did not pass its gates."""
    SUSPENDED = "Suspended"
    """Used when spec.suspend keeps runs from beginning."""
    TRACKED = "Tracked"
    """Used while the OpenLineage server of spec.tracking takes what is told."""
    NOT_TRACKED = "NotTracked"
    """Used while that server is not known here, or takes nothing; runs do not wait for it."""
    TRACKING_REFUSED = "TrackingRefused"
    """Used while that server refuses for good what it is told of some runs."""
    SPEC_INVALID = "SpecInvalid"
    """Used when the spec says something that cannot be done here."""
    REQUEST_REFUSED = "RequestRefused"
    """Used when somebody asked for something that a BatchPrediction cannot do."""


class RowSetAside(ApiModel):
    """One row that was not scored."""

    file: ShortText
    """The file of the source."""
    row: int
    """Its number in the file, from 1."""
    reason: ShortText
    """What stands against it."""


class RowCounts(ApiModel):
    """What became of the rows of the parts that are written."""

    parts: int = 0
    """How many parts are written."""
    rows: int = 0
    """How many rows they have."""
    scored: int = 0
    """How many of these have a prediction."""
    set_aside: int = 0
    """How many have none; `_set-aside/` beside the predictions has each with its reason."""
    examples: Annotated[tuple[RowSetAside, ...], Field(max_length=3)] = ()
    """Some that have none."""


class BatchRun(Task):
    """One pass over the files of the source; a further attempt goes on where the last one was."""

    run: ShortText
    """Its name, and that of its folder."""
    trigger: ShortText
    """What caused it: `spec`, `cron:<slot>`, `request:<text>`."""
    spec_digest: Digest
    """Names the part of the spec that it follows."""
    bundle_digest: Digest
    """The model that scores."""
    model_version: ShortText = ""
    """The ModelVersion of the model."""
    output: ShortText
    """The folder of the predictions, below the namespace's part of the artifact store."""
    parts: int
    """How many parts it has."""
    written: RowCounts = RowCounts()
    """What became of the rows so far."""


class BatchSummary(ApiModel):
    """Short texts and numbers for the columns of `kubectl get`."""

    version: ShortText = ""
    parts: ShortText = ""
    rows: int = 0
    set_aside: int = 0
    why: Text = ""


class BatchPredictionStatus(KindStatus):
    """What is known about the runs."""

    run: BatchRun | None = None
    """The run that is under way, waits for another attempt, or is suspended."""
    last_run: BatchRun | None = None
    """The last run that ended."""
    next_run_at: datetime | None = None
    """The next slot of spec.schedule."""
    lineage: TrackingState | None = None
    """What the OpenLineage server of spec.tracking has."""
    summary: BatchSummary | None = None
    """Short texts for `kubectl get`."""
