"""What a ModelDeployment reports: which revisions serve, how a rollout stands, and why."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from trainyard.api.base import ApiModel, Digest, KindStatus, Name, Sentence, cel
from trainyard.api.pod_settings import AS_RECORDED, ServingPodSettings
from trainyard.api.v1alpha1.arm import Arm
from trainyard.api.v1alpha1.capture import CaptureSpec
from trainyard.api.v1alpha1.dispersion import Dispersion
from trainyard.api.v1alpha1.labels import LabelJoin
from trainyard.api.v1alpha1.notify import DeliveryState
from trainyard.api.v1alpha1.rollout_status import RolloutStatus, TrafficShare
from trainyard.api.v1alpha1.server import ExplainSpec
from trainyard.api.v1alpha1.signals import MonitorState, Signal, SignalId, SignalKind
from trainyard.api.v1alpha1.smoke_test import SmokeTest


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
    """Used when a step waits for a person, or a person asked to pause."""
    AWAITING_APPROVAL = "AwaitingApproval"
    """Used when a version needs the yes of people, as rollout.approvals says."""
    REJECTED = "Rejected"
    """Used when a person rejected a version."""
    INCONCLUSIVE = "Inconclusive"
    """Used when a rollout waits because its deadline or the wait for evidence ran out."""
    QUARANTINED = "Quarantined"
    """Used when the current version of the source lost and waits to be taken out of quarantine."""
    RETRYING = "Retrying"
    """Used when the cluster's fault stopped a version and it is started again later."""
    SUSPENDED = "Suspended"
    """Used when spec.suspend is true."""
    TRAFFIC_UNSUPPORTED = "TrafficUnsupported"
    """Used when traffic.mode cannot do what the spec asks of it: too fine a weight, mirror, matches
    or sticky; or a Gateway does not take the route."""
    ROUTE_ACCEPTED = "RouteAccepted"
    """Used when every Gateway took the HTTPRoute."""
    ROUTE_PENDING = "RoutePending"
    """Used when a Gateway did not say yet whether it takes the HTTPRoute."""
    CHILD_NOT_OWNED = "ChildNotOwned"
    """Used when an object of somebody else has a name that this deployment needs."""
    CHILD_RESTORED = "ChildRestored"
    """Used when somebody edited the Deployment of a version and it is put back as recorded."""
    IMAGE_MISSING = "ImageMissing"
    """Used when the operator was installed without a server image, which fetches every bundle."""
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
    STORE_NOT_SHAREABLE = "StoreNotShareable"
    """Used when pods on two nodes need a store whose claim only one node can mount."""
    UNQUARANTINED = "Unquarantined"
    """Used when a person took a version out of quarantine."""
    REHEARSED = "Rehearsed"
    """Used when a version answered recorded inputs before its first live request."""
    NOT_REHEARSED = "NotRehearsed"
    """Used when a version could not be asked for recorded inputs and its steps begin without."""
    NO_EVIDENCE = "NoEvidence"
    """Used when the wait for evidence ran out and the declared policy applied."""
    SIGNAL_RAISED = "SignalRaised"
    """Used when a monitored value was bad often enough."""
    ROLLBACK_REFUSED = "RollbackRefused"
    """Used when a signal asks for the version before, which must not come back."""
    NOT_DELIVERED = "NotDelivered"
    """Used when a receiver of notifications is unknown to the installation, or takes none."""
    DELIVERED = "Delivered"
    """Used when all receivers of notifications have the whole history."""
    LABELS_UNUSABLE = "LabelsUnusable"
    """Used when labels could not be joined with captured requests."""
    SIGNAL_CLEARED = "SignalCleared"
    """Used when a monitored value is good again."""
    REBUILT = "Rebuilt"
    """Used when the status was lost and read again from the children."""
    IMAGES_REFRESHED = "ImagesRefreshed"
    """Used when a release on the installed images begins without a request of this object."""
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
    own_image: bool = False
    """Whether spec.server.image named it; else it is the installation's of that day."""
    collector_image: Annotated[str, StringConstraints(max_length=512)] = ""
    """The image of the collector it started with; empty: it keeps no requests."""
    image_refresh: Name = ""
    """Which refresh of the images it belongs to; part of its name."""
    max_batch_rows: int = 256
    """How many rows the server predicts at once."""
    max_connection_age_seconds: int = 0
    """After how many seconds a connection ends with its next answer; 0: it is kept."""
    grpc: bool = False
    """Whether it speaks gRPC beside HTTP."""
    explain: Annotated[ExplainSpec | None, AS_RECORDED] = None
    """How its answers are explained; absent: they are not."""
    capture: Annotated[CaptureSpec | None, AS_RECORDED] = None
    """Which of its requests are kept."""
    pod: Annotated[ServingPodSettings, AS_RECORDED] = ServingPodSettings()
    """The pod settings it started with."""


class RetiredRevision(Revision):
    """A revision that served before."""

    warm_until: datetime | None = None
    """Until when its pods are kept; None: they are gone."""
    good: Annotated[tuple[SignalKind, ...], Field(max_length=len(SignalKind))] = ()
    """The monitors whose last values were good when it was replaced."""
    errors: Dispersion | None = None
    """How often it failed while its successor was tried beside it; None: nothing was counted."""


class QuarantineEntry(ApiModel):
    """A version that is not tried again until somebody takes it out of quarantine."""

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


class ModelDeploymentStatus(KindStatus):
    """Which revisions serve, how a rollout stands, and why."""

    why: Sentence = ""
    """The state in one line."""
    replicas: int = 0
    """Pods of the stable revision."""
    selector: Annotated[str, StringConstraints(max_length=512)] = ""
    """Selects the pods of the stable revision, for autoscalers."""
    routing_generation: int = 0
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
    served: Annotated[tuple[Revision, ...], Field(max_length=10)] = ()
    """Revisions that were stable before, the newest first; `undo@<revision>` goes back to one."""
    leaving: Annotated[tuple[Name, ...], Field(max_length=8)] = ()
    """Revisions that get no requests any more and whose pods go once every router knows."""
    image_refresh: Name = ""
    """The last refresh of the images, by its token; the next revision belongs to it."""
    namespace_image_refresh: Name = ""
    """The last one that the Namespace asked for; it acts once."""
    outdated: Annotated[tuple[Name, ...], Field(max_length=3)] = ()
    """Revisions that run another image of the installation than the one installed now."""
    routing_applied_at: datetime | None = None
    """When every router reported the newest decision; revisions leave some seconds later."""
    waiting: Revision | None = None
    """The newest version, which starts when the rollout has ended."""
    rollout: RolloutStatus | None = None
    """The rollout that is under way."""
    last_arms: Annotated[tuple[Arm, ...], Field(max_length=4)] = ()
    """The arms of the last rollout that ended."""
    quarantine: Annotated[tuple[QuarantineEntry, ...], Field(max_length=20)] = ()
    """Versions that lost; `trainyard.dev/request: unquarantine@<digest>` lets one try again."""
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
    rolled_back_signals: Annotated[tuple[SignalId, ...], Field(max_length=20)] = ()
    """Signals that brought the version before back; each does so once."""
    notifications: Annotated[tuple[DeliveryState, ...], Field(max_length=4)] = ()
    """What the receivers of notifications have of the history."""
    label_join: LabelJoin | None = None
    """The last join of labels with captured requests, and what it said."""
    smoke_test: SmokeTest | None = None
    """The last real prediction through the Service."""
