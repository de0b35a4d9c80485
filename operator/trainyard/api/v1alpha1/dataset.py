"""Dataset: where data is, what it must look like, and the versions that were found."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, StringConstraints

from trainyard.api.base import (
    ApiModel,
    DecimalString,
    Digest,
    KindDefinition,
    KindStatus,
    Percent,
    PodSettings,
    PrinterColumn,
    Resource,
    Text,
    cel,
)
from trainyard.api.names import NAME_RULES
from trainyard.api.sources import Source

ColumnName = Annotated[str, StringConstraints(min_length=1, max_length=128)]
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
    SPEC_INVALID = "SpecInvalid"
    """Used when the spec says something that cannot be done here."""
    CHILD_NOT_OWNED = "ChildNotOwned"
    """Used when the name of a needed Job is taken by an object that is not ours."""


class DatasetColumn(ApiModel):
    """What one column must look like and what it is for."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            (
                "!(has(self.min)&&has(self.max)) || double(self.min) <= double(self.max)",
                "min must not be above max",
            ),
            (
                "!(has(self.min)||has(self.max)) || self.type in ['Float','Integer','Timestamp']",
                "min and max need type Float, Integer or Timestamp (seconds since 1970)",
            ),
            (
                "!has(self.allowed) || self.type in ['Category','String','Integer','Boolean']",
                "allowed needs type Category, String, Integer or Boolean",
            ),
        )
    )

    name: ColumnName
    """The column's name as in the file."""
    type: Literal["Float", "Integer", "Boolean", "Category", "String", "Timestamp"]
    """What the values are."""
    role: Literal["Feature", "Slice", "Id", "Time", "Weight", "Ignore"] = "Feature"
    """What the column is for; only features reach the model."""
    min: DecimalString | None = None
    """The smallest value that is accepted."""
    max: DecimalString | None = None
    """The largest value that is accepted."""
    allowed: (
        Annotated[
            tuple[ShortText, ...],
            Field(max_length=64, json_schema_extra={"x-kubernetes-list-type": "atomic"}),
        ]
        | None
    ) = None
    """The only values that are accepted."""
    max_missing_percent: Percent | None = None
    """How many values may be missing; absent: any number."""


class DatasetChecks(ApiModel):
    """What the whole of the data must fulfil."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            (
                "!has(self.maxRows) || self.minRows <= self.maxRows",
                "minRows must not be above maxRows",
            )
        )
    )

    min_rows: Annotated[int, Field(ge=1, le=10**12)] = 1
    """Fewer rows are refused."""
    max_rows: Annotated[int, Field(ge=1, le=10**12)] | None = None
    """More rows are refused."""
    max_duplicate_rows_percent: Percent | None = None
    """How many rows may repeat another one; absent: any number."""
    max_age_seconds: Annotated[int, Field(ge=1, le=10**10)] | None = None
    """How old the newest value of the Time column may be."""
    target_leakage: Literal["Refuse", "Warn", "Ignore"] = "Refuse"
    """What to do when a feature gives the target away."""


class DatasetSplit(ApiModel):
    """Which rows a model is tested on; a row keeps its side for ever as data grows."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            (
                "(self.by != 'RowHash') == has(self.column)",
                "by: Group and by: Time need column; by: RowHash has none",
            ),
            (
                "!has(self.gapSeconds) || self.by == 'Time'",
                "gapSeconds belongs to by: Time",
            ),
        )
    )

    test_percent: Annotated[int, Field(ge=1, le=90)] = 20
    """How many of the rows are kept for testing."""
    by: Literal["RowHash", "Group", "Time"] = "RowHash"
    """By the row's hash, by the hash of one column's value, or by time (the newest are tested)."""
    column: ColumnName | None = None
    """The column that groups or orders the rows."""
    gap_seconds: Annotated[int, Field(ge=0, le=10**9)] | None = None
    """With by: Time: rows this close before the test part are left out of training."""
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    """Another seed gives another split."""


class DatasetRefresh(ApiModel):
    """When to look at the source again."""

    cron: Annotated[str, StringConstraints(min_length=9, max_length=128)]
    """Five cron fields, e.g. `*/15 * * * *`."""
    time_zone: Annotated[str, StringConstraints(min_length=1, max_length=64)] = "Etc/UTC"
    """The time zone of the cron fields."""


class DatasetSpec(ApiModel):
    """What the user says about the data."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            (
                "!has(self.columns) || !has(self.split) || !has(self.split.column)"
                " || self.columns.exists(c, c.name == self.split.column)",
                "split.column must be one of the columns",
            )
        )
    )

    source: Source
    """Where the data is: exactly one of configMap, pvc, s3, http."""
    format: Literal["csv", "parquet", "jsonl"] | None = None
    """How to read the files; absent: by the file name's ending."""
    target: ColumnName
    """The column that models are to predict."""
    columns: (
        Annotated[
            tuple[DatasetColumn, ...],
            Field(
                min_length=1,
                max_length=512,
                json_schema_extra={
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["name"],
                },
            ),
        ]
        | None
    ) = None
    """What the columns must look like; absent: inferred at the first look, then locked."""
    checks: DatasetChecks = DatasetChecks()
    """What the whole of the data must fulfil."""
    split: DatasetSplit = DatasetSplit()
    """Which rows models are tested on."""
    refresh: DatasetRefresh | None = None
    """When to look again; absent: when this spec changes, by request, or when a TrainingJob
    wants fresh data."""
    history_limit: Annotated[int, Field(ge=1, le=20)] = 10
    """How many versions the status lists."""
    pod: PodSettings = PodSettings()
    """Resources and placement of the pod that reads the data."""


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
    at: datetime
    """When it was decided on."""
    phase: Literal["Looking", "Reporting", "Waiting", "Accepted", "Refused", "Failed"]
    finished_at: datetime | None = None
    retry_at: datetime | None = None
    """When a failed look is tried again."""
    version: Digest | None = None
    """The version it found."""
    failures: Annotated[tuple[CheckFailure, ...], Field(max_length=16)] = ()
    """What was wrong with the data."""
    warnings: Annotated[tuple[ShortText, ...], Field(max_length=16)] = ()
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
    fresh_data: Annotated[tuple[FreshDataAnswer, ...], Field(max_length=20)] = ()
    """The wishes for fresh data that were answered."""
    why: Text = ""
    """One sentence for `kubectl get`."""


class Dataset(Resource):
    """Data for training: where it is, what it must look like, how often to look."""

    definition: ClassVar[KindDefinition] = KindDefinition(
        kind="Dataset",
        plural="datasets",
        singular="dataset",
        short_name="dset",
        columns=(
            PrinterColumn(name="Ready", json_path='.status.conditions[?(@.type=="Ready")].status'),
            PrinterColumn(name="Version", json_path=".status.current.name"),
            PrinterColumn(name="Rows", json_path=".status.current.rows", type="integer"),
            PrinterColumn(name="Checked", json_path=".status.lastLook.finishedAt", type="date"),
            PrinterColumn(name="Why", json_path=".status.why"),
            PrinterColumn(name="Age", json_path=".metadata.creationTimestamp", type="date"),
        ),
        rules=NAME_RULES,
    )

    spec: DatasetSpec
    status: DatasetStatus = DatasetStatus()
