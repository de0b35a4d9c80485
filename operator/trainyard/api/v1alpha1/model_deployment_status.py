"""What a ModelDeployment reports: which revisions serve, how a rollout stands, and why."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from trainyard.api.base import ApiModel, Digest, KindStatus, PodSettings, cel

Name = Annotated[str, StringConstraints(max_length=63)]
Sentence = Annotated[str, StringConstraints(max_length=512)]


class ModelDeploymentReason(StrEnum):
    """Why a condition, Event or history entry says what it says."""

    SERVING = "Serving"
    """Used when a real prediction through the Service was answered by the stable version."""
    SOURCE_NOT_FOUND = "SourceNotFound"
    """Used when the TrainingJob or ModelVersion that the spec names does not exist."""
    NO_VERSION_YET = "NoVersionYet"
    """Used when the source exists and has no accepted version."""
    VERSION_REFUSED = "VersionRefused"
    """Used when the pinned ModelVersion did not pass its gates."""
    ACCEPTED = "Accepted"
    """Used when the source has an accepted version."""
    STARTING = "Starting"
    """Used when the pods of a version are being started."""
    NOT_READY = "NotReady"
    """Used when no pod of the stable version is ready."""
    PREDICTION_FAILED = "PredictionFailed"
    """Used when a real prediction through the Service failed or another version answered it."""
    PREDICTION_PENDING = "PredictionPending"
    """Used when the next real prediction through the Service was not made yet."""
    ROLLED_OUT = "RolledOut"
    """Used when the current version of the source serves all requests."""
    ROLLING_OUT = "RollingOut"
    """Used when a new version is on its way through the steps."""
    PAUSED = "Paused"
    """Used when a step waits for a person, or a person asked to hold."""
    HELD = "Held"
    """Used when a rollout waits because its deadline or the wait for evidence ran out."""
    QUARANTINED = "Quarantined"
    """Used when the current version of the source lost and waits for release."""
    RETRYING = "Retrying"
    """Used when the cluster's fault stopped a version and it is started again later."""
    SUSPENDED = "Suspended"
    """Used when spec.suspend is true."""
    WEIGHT_TOO_FINE = "WeightTooFine"
    """Used when mode Replicas has too few pods for a weight of the steps."""
    CHILD_NOT_OWNED = "ChildNotOwned"
    """Used when an object of somebody else has a name that this deployment needs."""
    IMAGE_MISSING = "ImageMissing"
    """Used when neither the spec nor the operator names a server image."""
    STABLE_FAILED = "StableFailed"
    """Used when no pod of the stable version is ready and the canary took over."""
    BOTH_FAILED = "BothFailed"
    """Used when no version has a ready pod and the weights are frozen."""
    STEP_STARTED = "StepStarted"
    """Used when the weight of the new version was raised."""
    PROMOTED = "Promoted"
    """Used when a version became the stable one."""
    ROLLED_BACK = "RolledBack"
    """Used when a version lost and all requests go to the stable one again."""
    ABORTED = "Aborted"
    """Used when a person ended a rollout."""
    UNDONE = "Undone"
    """Used when a person went back to the version before."""
    CRASHED = "Crashed"
    """Used when the pods of a new version crash or never become ready."""
    FAILED_CHECK = "FailedCheck"
    """Used when a check failed."""
    CLUSTER_FAULT = "ClusterFault"
    """Used when image, quota, scheduling or a node kept a version from starting."""
    RELEASED = "Released"
    """Used when a person let a quarantined version try again."""
    NO_EVIDENCE = "NoEvidence"
    """Used when the wait for evidence ran out and the declared policy applied."""
    SIGNAL_RAISED = "SignalRaised"
    """Used when a monitored value was bad often enough."""
    SIGNAL_CLEARED = "SignalCleared"
    """Used when a monitored value is good again."""
    REBUILT = "Rebuilt"
    """Used when the status was lost and read again from the children."""
    REQUEST_DONE = "RequestDone"
    """Used when a request was carried out."""
    REQUEST_REFUSED = "RequestRefused"
    """Used when a request could not be carried out."""


class Revision(ApiModel):
    """All that is needed to serve one version of the model with one pod template."""

    revision: Name
    """Its name: that of its Deployment and Service, its metric label, its response header."""
    bundle_digest: Digest
    """The model bundle that it serves."""
    model_version: Annotated[str, StringConstraints(max_length=253)] = ""
    """The ModelVersion that it came from."""
    image: Annotated[str, StringConstraints(max_length=512)] = ""
    """The server image it started with."""
    max_batch_rows: int = 256
    """How many rows the server predicts at once."""
    grpc: bool = False
    """Whether it speaks gRPC beside HTTP."""
    pod: PodSettings = PodSettings()
    """The pod settings it started with."""


class RetiredRevision(Revision):
    """A revision that served before."""

    warm_until: datetime | None = None
    """Until when its pods are kept; None: they are gone."""


class TrafficShare(ApiModel):
    """The requests that one revision gets."""

    role: Literal["stable", "canary"]
    revision: Name
    weight_percent: Annotated[int, Field(ge=0, le=100)]


class CheckState(ApiModel):
    """How one check stands, and the folded evidence behind it as integers."""

    name: Annotated[str, StringConstraints(max_length=40)]
    verdict: Literal["Pass", "Fail", "NoEvidence"]
    why: Sentence = ""
    dry_run: bool = False
    evidence: Annotated[tuple[int, ...], Field(max_length=400)] = ()
    """Folded counters and logarithms (in millionths); the check knows their order."""


class RolloutStatus(ApiModel):
    """One new version on its way."""

    id: Annotated[str, StringConstraints(max_length=80)]
    """Names this rollout: the revision and the number of the decision that began it."""
    revision: Name
    phase: Literal["Starting", "Progressing", "Paused", "Held"]
    why: Sentence = ""
    verdict: Literal["Pass", "Fail", "NoEvidence"] = "NoEvidence"
    step: int = 0
    """The step it is in, from 1; 0 while the pods start."""
    progress: Annotated[str, StringConstraints(max_length=16)] = ""
    """The step and how many there are, "1/2"."""
    readiness_only: bool = False
    """True: ready pods are enough (a first version, or the way back that a person asked for)."""
    finishing: bool = False
    """True: the steps are passed and pods for all requests are being made ready."""
    on_hold: bool = False
    """True: a person asked to hold."""
    started_at: datetime
    step_started_at: datetime
    paused_at: datetime | None = None
    """Since when it is paused or held."""
    paused_seconds: int = 0
    """How long it was paused before, in all; not counted by the deadline."""
    through: datetime | None = None
    """Counters up to this time are in the evidence."""
    stable_requests: int = 0
    """Requests that the stable version answered in this step and that were counted."""
    canary_requests: int = 0
    """Requests that the new version answered in this step and that were counted."""
    checks: Annotated[tuple[CheckState, ...], Field(max_length=16)] = ()


class Dispersion(ApiModel):
    """How unevenly errors come at the stable version, learnt in rollouts; as integers."""

    intervals: int = 0
    requests: int = 0
    errors: int = 0
    squares_millionths: int = 0
    """Sum over the intervals of errors² / requests, in millionths."""


class QuarantineEntry(ApiModel):
    """A version that is not tried again until somebody releases it."""

    bundle_digest: Digest
    revision: Name
    since: datetime
    reason: Annotated[str, StringConstraints(max_length=64)]
    message: Sentence = ""


class Retry(ApiModel):
    """A version that the cluster kept from starting."""

    revision: Name
    failures: int
    retry_at: datetime
    message: Sentence = ""


class Signal(ApiModel):
    """Something is wrong with the stable version; gone when it is well or another is stable."""

    id: Annotated[str, StringConstraints(max_length=160)]
    kind: Literal["Errors", "Quality"]
    since: datetime
    message: Sentence = ""


class MonitorState(ApiModel):
    """How one monitor stands."""

    kind: Literal["Errors", "Quality"]
    revision: Name
    asked_at: datetime
    """When an answer last changed the counts; it is asked on without being written down."""
    bad_in_a_row: int = 0
    good_in_a_row: int = 0
    why: Sentence = ""


class Proof(ApiModel):
    """The last real prediction through the Service."""

    decision: int
    """After which traffic decision it was made."""
    revision: Name
    """Which stable revision was to answer it."""
    answered: bool
    message: Sentence = ""


class ModelDeploymentStatus(KindStatus):
    """Which revisions serve, how a rollout stands, and why."""

    why: Sentence = ""
    """The state in one line."""
    replicas: int = 0
    """Pods of the stable revision."""
    selector: Annotated[str, StringConstraints(max_length=512)] = ""
    """Selects the pods of the stable revision, for autoscalers."""
    decision: int = 0
    """Number of the last traffic decision; it only rises."""
    traffic: Annotated[
        tuple[TrafficShare, ...],
        Field(
            max_length=2,
            json_schema_extra=cel(
                (
                    "size(self) == 0 || self.map(t, t.weightPercent).sum() == 100",
                    "weights must sum to 100",
                )
            ),
        ),
    ] = ()
    """Who gets how many of the requests."""
    stable: Revision | None = None
    """The revision that won last."""
    canary: Revision | None = None
    """The revision that is being tried."""
    previous: RetiredRevision | None = None
    """The revision that was stable before."""
    leaving: Annotated[tuple[Name, ...], Field(max_length=8)] = ()
    """Revisions that get no requests any more and whose pods go once every router knows."""
    drained_at: datetime | None = None
    """When every router reported the newest decision; revisions leave some seconds later."""
    waiting: Revision | None = None
    """The newest version, which starts when the rollout has ended."""
    rollout: RolloutStatus | None = None
    """The rollout that is under way."""
    quarantine: Annotated[tuple[QuarantineEntry, ...], Field(max_length=20)] = ()
    """Versions that lost; `trainyard.dev/request: release@<digest>` lets one try again."""
    retry: Retry | None = None
    """The version that the cluster kept from starting, and when it is started again."""
    dispersion: Dispersion | None = None
    """How unevenly errors come."""
    signals: Annotated[
        tuple[Signal, ...],
        Field(
            max_length=8,
            json_schema_extra={
                "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["id"],
            },
        ),
    ] = ()
    """What is wrong with the stable version now."""
    monitors: Annotated[tuple[MonitorState, ...], Field(max_length=4)] = ()
    """How the monitors stand."""
    proof: Proof | None = None
    """The last real prediction through the Service."""
