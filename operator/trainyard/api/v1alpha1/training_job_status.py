"""What the status of a TrainingJob holds: inputs, runs, the current version, reasons."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from trainyard.api.base import ApiModel, Digest, KindStatus, Text
from trainyard.api.v1alpha1.federated import FederationState, RoundsState
from trainyard.api.v1alpha1.retrain import LimitsState, RefreshRequested
from trainyard.api.v1alpha1.search import SearchProgress
from trainyard.api.v1alpha1.task import ShortText, Task
from trainyard.api.v1alpha1.tracking import TrackingState

NumberText = Annotated[str, StringConstraints(max_length=32)]


class TrainingJobReason(StrEnum):
    """Why a condition of a TrainingJob is as it is."""

    VERSION_ACCEPTED = "VersionAccepted"
    """Used when the version of the current inputs passed its gates."""
    VERSION_REFUSED = "VersionRefused"
    """Used when the version of the current inputs failed a gate."""
    VERSION_NOT_JUDGED = "VersionNotJudged"
    """Used while the version of the current inputs waits for its verdict."""
    NO_VERSION_YET = "NoVersionYet"
    """Used when the current inputs have no version so far."""
    RUN_SUCCEEDED = "RunSucceeded"
    """Used when the last run gave a model."""
    RUN_FAILED = "RunFailed"
    """Used when the last run failed for good."""
    TRAINING = "Training"
    """Used while a run is at work."""
    SEARCHED = "Searched"
    """Used when the search for parameters of a run is over or in its next round, or asks again for
    results that were lost."""
    QUEUED = "Queued"
    """Used while the Job of a run waits in its queue to be admitted."""
    ADMITTED = "Admitted"
    """Used while the Job of a run that came from a queue is admitted."""
    PREEMPTED = "Preempted"
    """Used when the queue took the place of a run back, and while it waits to be admitted again;
    that is no failure."""
    WAITING_TO_RETRY = "WaitingToRetry"
    """Used when a run failed and is tried again after a pause."""
    WAITING_FOR_DATA = "WaitingForData"
    """Used when the Dataset has no version yet."""
    DATASET_NOT_FOUND = "DatasetNotFound"
    """Used when the Dataset does not exist."""
    RECIPE_INVALID = "RecipeInvalid"
    """Used when the recipe or its data cannot give a model until somebody changes them."""
    RETRIES_EXHAUSTED = "RetriesExhausted"
    """Used when every retry of a run was used up."""
    RETRAIN_STOPPED = "RetrainStopped"
    """Used when too many retrains in a row came to nothing; a person has to reset it."""
    RUN_STARTED = "RunStarted"
    """Used when a run was started."""
    RUN_STOPPED = "RunStopped"
    """Used when a run was stopped because other inputs are wanted, or by spec.suspend."""
    VERSION_RECORDED = "VersionRecorded"
    """Used when a run gave a model and its ModelVersion was recorded."""
    VERIFIED = "Verified"
    """Used when a version was made again and the two were compared."""
    VERSION_REMOVED = "VersionRemoved"
    """Used when a ModelVersion that nothing uses went by spec.historyLimit."""
    INPUTS_CHANGED = "InputsChanged"
    """Used when other data or another recipe became the current inputs."""
    NOTHING_NEW_TO_LEARN = "NothingNewToLearn"
    """Used when a signal asks for a retrain and there is no data that was not trained on."""
    NOTHING_CHANGED = "NothingChanged"
    """Used when the schedule asks for a run and data and recipe had one before."""
    SCHEDULE_INVALID = "ScheduleInvalid"
    """Used when spec.retrain.schedule names no time that ever comes."""
    RETRAIN_BLOCKED = "RetrainBlocked"
    """Used when a retrain has to wait for its limits or for the end of a rollout."""
    RETRAIN_RESET = "RetrainReset"
    """Used when a person let a stopped TrainingJob retrain again."""
    REQUEST_REFUSED = "RequestRefused"
    """Used when somebody asked for something that a TrainingJob cannot do."""
    SUSPENDED = "Suspended"
    """Used while spec.suspend is true."""
    TRACKED = "Tracked"
    """Used while the tracking server takes runs and versions."""
    NOT_TRACKED = "NotTracked"
    """Used while the tracking server takes nothing, or is none that the installation knows."""
    TRACKING_REFUSED = "TrackingRefused"
    """Used while the tracking server refuses a run or version for good; others arrive."""
    TAG_NOT_DIGEST = "TagNotDigest"
    """Used when spec.container.image names a tag, whose content may change."""


class RunCause(ApiModel):
    """Why a run was started."""

    kind: Literal[
        "FirstRun", "RecipeChanged", "DatasetPinned", "NewData", "Signal", "Schedule", "Request"
    ]
    """Which of the causes."""
    message: ShortText = ""
    """In words, with numbers."""
    id: ShortText = ""
    """The signal's id or the request's text."""


class Inputs(ApiModel):
    """What the model is made of; the same inputs give the same run."""

    digest: Digest
    """Names the dataset version and the recipe."""
    recipe_digest: Digest
    """Names the recipe."""
    dataset_digest: Digest | None = None
    """Names the dataset version; absent: an import without data."""
    dataset_rows: int = 0
    """How many rows the dataset version has."""
    cause: RunCause
    """Why these are the wanted ones."""
    since: datetime
    """When they were chosen."""


class Verification(ApiModel):
    """What came of making a version again."""

    outcome: Literal["BitEqual", "EqualMetrics", "Different"]
    """BitEqual: the same bytes. EqualMetrics: other bytes, and on the test rows the same metrics
    to six digits. Different: another model."""
    message: Text = ""
    """Which metrics, libraries or image differ."""


class Run(Task):
    """One attempt to make a model of some inputs."""

    inputs_digest: Digest
    recipe_digest: Digest
    dataset_digest: Digest | None = None
    target: ShortText = ""
    """The column that is predicted."""
    recipe: ShortText = ""
    """The recipe in short: class and parameters, image, or file."""
    cause: RunCause
    search: SearchProgress | None = None
    """The search for parameters that it begins with."""
    champion: Digest | None = None
    """The bundle it is compared with on the same test rows."""
    bundle_digest: Digest | None = None
    """The model it gave."""
    model_version: ShortText = ""
    """The ModelVersion that records the model."""
    metrics: Annotated[dict[ShortText, NumberText], Field(max_length=12)] | None = None
    """What the model reached on the test rows."""
    verifies: ShortText = ""
    """The ModelVersion that it makes again; it gives no version of its own."""
    verification: Verification | None = None
    """What came of that."""


class CurrentVersion(ApiModel):
    """The accepted version of the current inputs; ModelDeployments follow it."""

    name: ShortText
    """The ModelVersion."""
    bundle_digest: Digest
    inputs_digest: Digest
    dataset_digest: Digest | None = None
    runtime: ShortText = ""
    """Which runtime serves it; a ModelDeployment takes its server image by it."""


class Summary(ApiModel):
    """Short texts for the columns of `kubectl get`."""

    run: ShortText = ""
    champion: ShortText = ""
    gates: ShortText = ""
    next: ShortText = ""
    why: Text = ""


class TrainingJobStatus(KindStatus):
    """What is known about the runs."""

    inputs: Inputs | None = None
    """The current inputs."""
    runs: Annotated[tuple[Run, ...], Field(max_length=12)] = ()
    """The runs, newest first."""
    current: CurrentVersion | None = None
    """The accepted version of the current inputs."""
    refresh_requested: RefreshRequested | None = None
    """Asks the Dataset to refresh once."""
    limits: LimitsState | None = None
    """What the limits of retraining have counted."""
    federation: FederationState | None = None
    """The participants of a run that several parties train, while it is at work."""
    rounds: RoundsState | None = None
    """How far its rounds are."""
    tracking: TrackingState | None = None
    """What the MLflow server has."""
    lineage: TrackingState | None = None
    """What the OpenLineage server has."""
    next_scheduled_at: datetime | None = None
    """When spec.retrain.schedule asks for the next run; a moment in the past waits for the limits
    or for the end of a run."""
    image: Annotated[str, StringConstraints(max_length=512)] = ""
    """The image that ran last, by digest."""
    summary: Summary | None = None
    """Short texts for `kubectl get`."""
