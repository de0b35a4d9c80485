"""Dataset: where data is, what it must look like, and the versions that were found."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, StringConstraints

from trainyard.api.base import (
    ApiModel,
    DecimalString,
    KindDefinition,
    Percent,
    PrinterColumn,
    Resource,
    cel,
)
from trainyard.api.dataset_sources import DatasetSource
from trainyard.api.names import NAME_RULES
from trainyard.api.pod_settings import PodSettings
from trainyard.api.v1alpha1.dataset_status import DatasetStatus
from trainyard.api.v1alpha1.federated import DatasetFederation
from trainyard.api.v1alpha1.schedule import Schedule
from trainyard.api.v1alpha1.tracking import LineageTracking
from trainyard.api.v1alpha1.version_difference import AgainstPrevious

ColumnName = Annotated[str, StringConstraints(min_length=1, max_length=128)]
ShortText = Annotated[str, StringConstraints(max_length=256)]
Mark = Annotated[str, StringConstraints(min_length=1, max_length=1)]


class DatasetColumn(ApiModel):
    """What one column must look like and what it is for."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            (
                "!(has(self.min)&&has(self.max)) || double(self.min) <= double(self.max)",
                "min must not be above max",
            ),
            (
                "!(has(self.min)||has(self.max)) || self.type in ['Float','Integer']",
                "min and max need type Float or Integer",
            ),
            (
                "!has(self.allowed) || self.type in ['Category','String']",
                "allowed needs type Category or String",
            ),
            (
                "self.role != 'Weight' || self.type in ['Float','Integer']",
                "role Weight needs type Float or Integer",
            ),
            (
                "self.role != 'Time' || self.type == 'Timestamp'",
                "role Time needs type Timestamp",
            ),
            (
                "self.type != 'Timestamp' || !(self.role in ['Weight','Target'])",
                "a Timestamp is neither weight nor target",
            ),
        )
    )

    name: ColumnName
    """The column's name as in the file."""
    type: Literal["Float", "Integer", "Boolean", "Category", "String", "Timestamp"]
    """What the values are."""
    role: Literal["Feature", "Slice", "Id", "Time", "Weight", "Ignore", "Target"] = "Feature"
    """What the column is for; only features reach the model, a Timestamp as year, month, day,
    weekday and hour (`at.month`). Target: models predict this column too, beside spec.target."""
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


class CsvOptions(ApiModel):
    """How CSV files are written, where their first lines do not show it."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            (
                "!has(self.thousands) || self.thousands != self.decimal",
                "thousands and decimal must differ",
            ),
            (
                "!has(self.delimiter) || !has(self.thousands) || self.delimiter != self.thousands",
                "delimiter and thousands must differ",
            ),
        )
    )

    delimiter: Mark | None = None
    """What stands between cells; absent: the one by which most lines have the same number of
    cells."""
    quote: Annotated[str, StringConstraints(max_length=1)] = '"'
    """What encloses a cell that holds delimiters; empty: nothing does."""
    escape: Mark | None = None
    """What stands before a quotation mark inside a cell; absent: the mark is doubled, or what the
    first lines show."""
    decimal: Mark = "."
    """What stands before the fraction of a number."""
    thousands: Mark | None = None
    """What groups the digits of a number; absent: nothing."""
    null_values: (
        Annotated[
            tuple[ShortText, ...],
            Field(max_length=32, json_schema_extra={"x-kubernetes-list-type": "atomic"}),
        ]
        | None
    ) = None
    """Texts that mean a missing value, in columns of every type, instead of the usual ones (NA,
    N/A, NaN, NULL, None and the like). An empty cell is missing always."""
    encoding: Annotated[str, StringConstraints(min_length=1, max_length=32)] | None = None
    """The encoding of the text, such as windows-1252 or utf-16-le; absent: UTF-8, or what a byte
    order mark says."""
    header: bool = True
    """Whether the first row names the columns; without one, spec.columns names them in order."""
    date_formats: Annotated[
        tuple[ShortText, ...],
        Field(max_length=8, json_schema_extra={"x-kubernetes-list-type": "atomic"}),
    ] = ()
    """Forms of dates and times, as `%d/%m/%Y` (strptime), tried in their order before ISO 8601."""


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
    split_leakage: Literal["Refuse", "Warn", "Ignore"] = "Warn"
    """What to do when rows to test on have the features or the id of rows to train on, or come
    before them in time."""
    against_previous: AgainstPrevious | None = None
    """How far the data may be from the current version; what differs is told in any case."""


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


class DatasetSpec(ApiModel):
    """What the user says about the data."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            (
                (
                    "!has(self.columns) || !has(self.split) || !has(self.split.column)"
                    " || self.columns.exists(c, c.name == self.split.column)"
                ),
                "split.column must be one of the columns",
            ),
            (
                "!has(self.columns) || self.columns.exists(c, c.name == self.target)",
                "target must be one of the columns",
            ),
            (
                (
                    "!has(self.columns) || self.columns.all(c, c.role != 'Target'"
                    " || c.name == self.target || c.type != 'Timestamp')"
                ),
                "role Target beside spec.target: type Timestamp cannot be predicted",
            ),
        )
    )

    source: DatasetSource
    """Where the data is: exactly one of configMap, pvc, s3, http, captures,
    container, dvc."""
    format: Literal["csv", "parquet", "jsonl"] | None = None
    """How to read the files; absent: by the file name's ending."""
    csv: CsvOptions = CsvOptions()
    """How CSV files are written; each field absent: as their first lines show."""
    target: ColumnName
    """The column that models are to predict; more of them: columns with role Target."""
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
    """What the columns must look like; absent: inferred by the first refresh, then locked."""
    checks: DatasetChecks = DatasetChecks()
    """What the whole of the data must fulfil."""
    split: DatasetSplit = DatasetSplit()
    """Which rows models are tested on."""
    refresh: Schedule | None = None
    """When to refresh by the clock; without it: when this spec changes, by request, or when a
    TrainingJob requests it."""
    federation: DatasetFederation | None = None
    """Who may train on the rows where they are; absent: nobody of another namespace."""
    history_limit: Annotated[int, Field(ge=1, le=20)] = 10
    """How many versions the status lists."""
    tracking: LineageTracking | None = None
    """Where refreshes are told: which files gave which version. Absent: nowhere."""
    pod: PodSettings = PodSettings()
    """Resources and placement of the pod that reads the data."""


class Dataset(Resource):
    """Data for training: where it is, what it must look like, how often to refresh it."""

    definition: ClassVar[KindDefinition] = KindDefinition(
        kind="Dataset",
        plural="datasets",
        singular="dataset",
        short_name="dset",
        columns=(
            PrinterColumn(name="Ready", json_path='.status.conditions[?(@.type=="Ready")].status'),
            PrinterColumn(name="Version", json_path=".status.current.name"),
            PrinterColumn(name="Rows", json_path=".status.current.rows", type="integer"),
            PrinterColumn(
                name="Refreshed", json_path=".status.lastRefresh.finishedAt", type="date"
            ),
            PrinterColumn(name="Why", json_path=".status.why"),
            PrinterColumn(name="Age", json_path=".metadata.creationTimestamp", type="date"),
        ),
        rules=NAME_RULES,
    )

    spec: DatasetSpec
    status: DatasetStatus = DatasetStatus()
