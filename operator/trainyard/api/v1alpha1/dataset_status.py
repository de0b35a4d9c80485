"""What the status of a Dataset holds: versions, refreshes, reasons."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from trainyard.api.base import ApiModel, Digest, KindStatus, Text
from trainyard.api.v1alpha1.federated import Participation
from trainyard.api.v1alpha1.task import ShortText, Task
from trainyard.api.v1alpha1.tracking import TrackingState
from trainyard.api.v1alpha1.version_difference import VersionDifference


class DatasetReason(StrEnum):
    """Why a condition of a Dataset is as it is."""

    VERSION_FOUND = "VersionFound"
    """Used when a version that passed its checks is there."""
    NO_VERSION_YET = "NoVersionYet"
    """Used when no refresh has given a version so far."""
    CHECKS_PASSED = "ChecksPassed"
    """Used when the data of the last refresh passed every check."""
    DATA_REFUSED = "DataRefused"
    """Used when a check refused the data of the last refresh; the last good version stays."""
    SCHEMA_CHANGED = "SchemaChanged"
    """Used when the data has another schema than the locked one; a person has to accept it."""
    NOT_REFRESHED_YET = "NotRefreshedYet"
    """Used when no refresh of the present spec has ended."""
    REFRESHING = "Refreshing"
    """Used while a refresh is under way."""
    WAITING_TO_RETRY = "WaitingToRetry"
    """Used when a refresh failed and is tried again after a pause."""
    SOURCE_NOT_FOUND = "SourceNotFound"
    """Used when the source is not there; it is tried again with growing pauses."""
    REFRESH_FAILED = "RefreshFailed"
    """Used when a refresh failed for good; the next one needs a new spec, slot or request."""
    SPEC_CHANGED = "SpecChanged"
    """Used when the spec changed during a refresh, which is then stopped."""
    SCHEMA_ACCEPTED = "SchemaAccepted"
    """Used when a person accepted that the data may have another schema from now on."""
    REQUEST_REFUSED = "RequestRefused"
    """Used when somebody asked for something that a Dataset cannot do."""
    PARTICIPATING = "Participating"
    """Used when the Dataset begins to take part in a run of another's TrainingJob."""
    PARTICIPATION_ENDED = "ParticipationEnded"
    """Used when its part in a run is over, or no longer allowed."""
    TRACKED = "Tracked"
    """Used while the OpenLineage server of spec.tracking takes what is told."""
    NOT_TRACKED = "NotTracked"
    """Used while that server is not known here, or takes nothing; refreshes do not wait for it."""
    TRACKING_REFUSED = "TrackingRefused"
    """Used while that server refuses for good what it is told of some refreshes."""
    SPEC_INVALID = "SpecInvalid"
    """Used when the spec says something that cannot be done here."""


class DatasetVersion(ApiModel):
    """One immutable version of the data."""

    digest: Digest
    """Names the content, the columns and the split."""
    name: ShortText = ""
    """The first twelve hex digits of the digest, for people."""
    schema_digest: Digest
    """Names the columns."""
    source: ShortText = ""
    """Where it was read from."""
    source_digest: ShortText = ""
    """Names the bytes that were read."""
    rows: int
    train_rows: int
    test_rows: int
    columns: int = 0
    bytes: int = 0
    found_at: datetime
    """When a refresh found it first."""
    difference: ShortText = ""
    """What differed from the version before, in words."""


class LockedSchema(ApiModel):
    """The schema that was inferred once and that the data must keep."""

    digest: Digest
    """The version whose manifest holds the columns."""
    schema_digest: Digest
    """Names the columns."""


class CheckFailure(ApiModel):
    """One check that the data did not pass."""

    check: ShortText
    """Which check."""
    column: ShortText = ""
    """Which column; empty: the whole of the data."""
    count: int = 0
    """How many rows."""
    rows: int = 0
    """Of how many."""
    examples: Annotated[tuple[ShortText, ...], Field(max_length=3)] = ()
    """Up to three rows."""
    message: Text = ""


class Refresh(Task):
    """One refresh from the source."""

    trigger: ShortText
    """What caused it: `spec`, `cron:<slot>`, `retrain:<id>`, `request:<text>`,
    `configMap:<resourceVersion>`."""
    spec_digest: Digest
    """Names the part of the spec that it follows."""
    outcome: Literal["Accepted", "Refused"] | None = None
    """What the checks said of the data; absent: it has not come so far."""
    version: Digest | None = None
    """The version it found."""
    failures: Annotated[tuple[CheckFailure, ...], Field(max_length=8)] = ()
    """What was wrong with the data."""
    warnings: Annotated[tuple[ShortText, ...], Field(max_length=8)] = ()
    """What passed, but looks wrong."""
    locked_schema: Digest | None = None
    """The version whose columns the data had to have."""
    previous: Digest | None = None
    """The version that was current when it began."""
    difference: VersionDifference | None = None
    """What differs from that version; absent: nothing."""
    report: ShortText = ""
    """Where a page about what it found lies, below the namespace's part of the store."""
    known_state: Digest | None = None
    """The state of the source in which it need not be read again."""
    source_state: Digest | None = None
    """The state of the source as its owner tells it: etags, or sizes and times of change."""
    fresh_until: datetime | None = None
    """When data that does not change will be older than checks.maxAgeSeconds."""
    config_map_version: ShortText = ""
    """The resourceVersion of the source's ConfigMap when it began."""
    labelled: ShortText = ""
    """Where the labelled requests of `source.captures` lay when it began, below the namespace's
    part of the store."""
    unchanged_since: datetime | None = None
    """When the source was read last; absent: by this refresh."""


class RefreshDone(ApiModel):
    """What came of a refresh that a TrainingJob requested."""

    id: ShortText
    """The id of the request."""
    outcome: Literal["Refreshing", "New", "Unchanged", "Refused", "Failed"]
    version: Digest | None = None
    """The version that was current after the refresh."""


class DatasetStatus(KindStatus):
    """What is known about the data."""

    current: DatasetVersion | None = None
    """The newest version that passed its checks."""
    versions: Annotated[tuple[DatasetVersion, ...], Field(max_length=20)] = ()
    """The versions found, newest first."""
    locked_schema: LockedSchema | None = None
    """The inferred schema that the data must keep."""
    refresh: Refresh | None = None
    """The refresh that is under way."""
    last_refresh: Refresh | None = None
    """The last refresh that ended."""
    next_refresh_at: datetime | None = None
    """The next slot of `refresh.cron`."""
    refreshes_done: Annotated[tuple[RefreshDone, ...], Field(max_length=10)] = ()
    """What came of refreshes that TrainingJobs requested."""
    participations: Annotated[tuple[Participation, ...], Field(max_length=16)] = ()
    """Its parts in runs of others, while these are at work."""
    lineage: TrackingState | None = None
    """What the OpenLineage server of spec.tracking has."""
    why: Text = ""
    """One sentence for `kubectl get`."""
