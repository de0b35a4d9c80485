"""What the status of a Dataset holds: versions, looks, answers to wishes, reasons."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from trainyard.api.base import ApiModel, Digest, KindStatus, Text

ShortText = Annotated[str, StringConstraints(max_length=256)]


class DatasetReason(StrEnum):
    """Why a condition of a Dataset is as it is."""

    VERSION_FOUND = "VersionFound"
    """Used when a version that passed its checks is there."""
    NO_VERSION_YET = "NoVersionYet"
    """Used when no look has given a version so far."""
    CHECKS_PASSED = "ChecksPassed"
    """Used when the data of the last look passed every check."""
    DATA_REFUSED = "DataRefused"
    """Used when a check refused the data of the last look; the last good version stays."""
    SCHEMA_CHANGED = "SchemaChanged"
    """Used when the data has another shape than the locked one; a person has to accept it."""
    NOT_LOOKED_YET = "NotLookedYet"
    """Used when no look at the present spec has ended."""
    LOOKING = "Looking"
    """Used while a look's Job is at work."""
    WAITING_TO_RETRY = "WaitingToRetry"
    """Used when a look failed and is tried again after a pause."""
    SOURCE_NOT_FOUND = "SourceNotFound"
    """Used when the source is not there; it is looked for again with growing pauses."""
    LOOK_FAILED = "LookFailed"
    """Used when a look failed for good; it waits for a new spec, slot or request."""
    SPEC_CHANGED = "SpecChanged"
    """Used when the spec changed while a look was under way, which is then given up."""
    VERSION_UNCHANGED = "VersionUnchanged"
    """Used when a look found the version that is current already."""
    SCHEMA_RELEASED = "SchemaReleased"
    """Used when somebody accepted that the data may have another shape from now on."""
    REQUEST_REFUSED = "RequestRefused"
    """Used when somebody asked for something that a Dataset cannot do."""
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
    source_digest: ShortText = ""
    """Names the bytes that were read."""
    rows: int
    train_rows: int
    test_rows: int
    columns: int = 0
    bytes: int = 0
    found_at: datetime
    """When a look found it first."""


class LockedSchema(ApiModel):
    """The shape that was inferred once and that the data must keep."""

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


class Look(ApiModel):
    """One look at the source."""

    name: ShortText
    """The Job's name."""
    trigger: ShortText
    """Why it was taken: `spec`, `cron:<slot>`, `fresh:<id>`, `request:<text>`."""
    spec_digest: Digest
    """Names the part of the spec that the look obeys."""
    attempt: int = 0
    """How many times this look was tried before."""
    machine_faults: int = 0
    """How many tries in a row, up to this one, failed by the machine's fault."""
    at: datetime
    """When it was decided on."""
    phase: Literal["Looking", "Reporting", "Waiting", "Accepted", "Refused", "Failed"]
    finished_at: datetime | None = None
    retry_at: datetime | None = None
    """When a failed look is tried again."""
    version: Digest | None = None
    """The version it found."""
    failures: Annotated[tuple[CheckFailure, ...], Field(max_length=8)] = ()
    """What was wrong with the data."""
    warnings: Annotated[tuple[ShortText, ...], Field(max_length=8)] = ()
    reason: ShortText = ""
    """One word for why it failed."""
    message: Text = ""
    locked_schema: Digest | None = None
    """The version whose columns the data had to have."""


class FreshDataAnswer(ApiModel):
    """What came of one TrainingJob's wish for fresh data."""

    id: ShortText
    """The wish's id."""
    outcome: Literal["Looking", "New", "Unchanged", "Refused", "Failed"]
    version: Digest | None = None
    """The version that was current after the look."""


class DatasetStatus(KindStatus):
    """What is known about the data."""

    current: DatasetVersion | None = None
    """The newest version that passed its checks."""
    versions: Annotated[tuple[DatasetVersion, ...], Field(max_length=20)] = ()
    """The versions found, newest first."""
    locked_schema: LockedSchema | None = None
    """The inferred shape that the data must keep."""
    look: Look | None = None
    """The look that is under way."""
    last_look: Look | None = None
    """The last look that ended."""
    next_look_at: datetime | None = None
    """The next slot of `refresh.cron`."""
    fresh_data: Annotated[tuple[FreshDataAnswer, ...], Field(max_length=10)] = ()
    """The wishes for fresh data that were answered."""
    why: Text = ""
    """One sentence for `kubectl get`."""
