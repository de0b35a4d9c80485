"""What may a task document say? Pydantic models of everything the operator asks a pod to do."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel

from trainer.exits import Exit, UserFault


def _exact(value: Any) -> Any:
    """A Decimal from a decimal string or an integer; a JSON float is taken by its shortest text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError('expected a decimal string such as "0.5"')  # noqa: TRY004 pydantic's way
    try:
        number = Decimal(str(value).removesuffix("%"))
    except InvalidOperation as error:
        raise ValueError(f'{value!r} is not a decimal number such as "0.5"') from error
    if not number.is_finite():
        raise ValueError(f"{value!r} is not a finite number")
    return number


Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
Exact = Annotated[Decimal, BeforeValidator(_exact)]
Percent = Annotated[Exact, Field(ge=0, le=100)]
Count = Annotated[int, Field(ge=0)]
Text = Annotated[str, StringConstraints(min_length=1)]


class _Document(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True
    )


class ColumnType(StrEnum):
    """How the values of a column are read and stored."""

    FLOAT = "Float"
    INTEGER = "Integer"
    BOOLEAN = "Boolean"
    CATEGORY = "Category"
    STRING = "String"
    TIMESTAMP = "Timestamp"


class Role(StrEnum):
    """What a column is for. `Target` is set by the name in `target`, never declared."""

    FEATURE = "Feature"
    SLICE = "Slice"
    ID = "Id"
    TIME = "Time"
    WEIGHT = "Weight"
    IGNORE = "Ignore"
    TARGET = "Target"


class Format(StrEnum):
    """How source files are written."""

    CSV = "csv"
    PARQUET = "parquet"
    JSONL = "jsonl"


class Leakage(StrEnum):
    """What follows when one column gives the target away."""

    REFUSE = "Refuse"
    WARN = "Warn"
    IGNORE = "Ignore"


class SplitBy(StrEnum):
    """What decides whether a row is a test row."""

    ROW_HASH = "RowHash"
    GROUP = "Group"
    TIME = "Time"


class FilesSource(_Document):
    """Files below a mounted folder; `path` may hold the wildcards * ? and **."""

    kind: Literal["files"]
    root: Text = "/trainyard/source"
    path: Text = "*"


class HttpSource(_Document):
    """One file behind an http or https URL."""

    kind: Literal["http"]
    url: Text


class S3Source(_Document):
    """Objects of a bucket; `path` is a key, a prefix ending in /, or holds wildcards."""

    kind: Literal["s3"]
    bucket: Text
    path: str = ""
    endpoint: str | None = None
    region: str | None = None


class StoreSource(_Document):
    """Objects of the artifact store, below this namespace's own part of it."""

    kind: Literal["store"]
    path: str


Source = Annotated[FilesSource | HttpSource | S3Source | StoreSource, Field(discriminator="kind")]


class Column(_Document):
    """One declared column. `min` and `max` bound numbers; `allowed` bounds texts."""

    name: Text
    type: ColumnType
    role: Role = Role.FEATURE
    min: Exact | None = None
    max: Exact | None = None
    allowed: tuple[str, ...] | None = None
    max_missing_percent: Percent | None = None

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        numeric = self.type in {ColumnType.FLOAT, ColumnType.INTEGER}
        if (self.min is not None or self.max is not None) and not numeric:
            raise ValueError(f"column {self.name}: min and max need type Float or Integer")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"column {self.name}: min {self.min} is above max {self.max}")
        if self.allowed is not None and self.type not in {ColumnType.CATEGORY, ColumnType.STRING}:
            raise ValueError(f"column {self.name}: allowed needs type Category or String")
        if self.role is Role.WEIGHT and not numeric:
            raise ValueError(f"column {self.name}: role Weight needs type Float or Integer")
        if self.role is Role.TIME and self.type is not ColumnType.TIMESTAMP:
            raise ValueError(f"column {self.name}: role Time needs type Timestamp")
        return self


class Checks(_Document):
    """Bounds on the data as a whole; None is no bound."""

    min_rows: Count | None = None
    max_rows: Count | None = None
    max_duplicate_rows_percent: Percent | None = None
    max_age_seconds: Count | None = None
    target_leakage: Leakage = Leakage.REFUSE


class Split(_Document):
    """Which rows are frozen as the test part."""

    test_percent: Annotated[Exact, Field(gt=0, lt=100)] = Decimal(20)
    by: SplitBy = SplitBy.ROW_HASH
    column: str | None = None
    gap_seconds: Count | None = None
    seed: int = 0

    @model_validator(mode="after")
    def _has_its_column(self) -> Self:
        if (self.by is SplitBy.ROW_HASH) != (self.column is None):
            raise ValueError("split: column is needed by Group and Time, and by them alone")
        if self.gap_seconds and self.by is not SplitBy.TIME:
            raise ValueError("split: gapSeconds is for Time alone")
        return self


class IngestTask(_Document):
    """Read a source, check it, and publish it as a dataset version."""

    version: Literal[1]
    dataset: Text
    source: Source
    format: Format | None = None
    target: Text
    columns: tuple[Column, ...] | None = None
    locked_schema: Digest | None = None
    checks: Checks = Checks()
    split: Split = Split()
    now: datetime

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.now.tzinfo is None:
            raise ValueError("now needs a time zone")
        if self.columns is not None:
            _check_columns(self.columns, self.target, self.split)
        return self


def _check_columns(columns: tuple[Column, ...], target: str, split: Split) -> None:
    names = [column.name for column in columns]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise ValueError(f"columns declared twice: {', '.join(doubled)}")
    if target not in names:
        raise ValueError(f"target {target} is not among the declared columns")
    if split.column is not None and split.column not in names:
        raise ValueError(f"split column {split.column} is not among the declared columns")
    for column in columns:
        _check_use(column, target, split)


def _check_use(column: Column, target: str, split: Split) -> None:
    if column.type is ColumnType.TIMESTAMP:
        if column.name == target:
            raise ValueError(f"target {target}: type Timestamp cannot be predicted")
        if column.role is Role.FEATURE:
            raise ValueError(
                f"column {column.name}: type Timestamp cannot be a Feature; give it role Time or"
                " Ignore"
            )
    if column.name == split.column and split.by is SplitBy.TIME and column.role is not Role.TIME:
        raise ValueError(f"split column {column.name}: by Time needs role Time")


class DatasetReference(_Document):
    """A dataset version in the store."""

    digest: Digest


class BundleReference(_Document):
    """A model bundle in the store."""

    digest: Digest


class PreprocessingMode(_Document):
    """How columns are made ready for the estimator."""

    mode: Literal["Auto", "None"] = "Auto"


class Estimator(_Document):
    """A scikit-learn estimator by its dotted path; parameters may hold {$float} and {$none}."""

    class_: Text = Field(alias="class")
    parameters: dict[str, Any] = Field(default_factory=dict)
    preprocessing: Preprocessing = Preprocessing()


class EnvironmentVariable(_Document):
    """One variable of a user's container."""

    name: Text
    value: str = ""


class Container(_Document):
    """A user's training image."""

    image: Text
    command: tuple[str, ...] | None = None
    args: tuple[str, ...] | None = None
    env: tuple[EnvironmentVariable, ...] = ()


class Import(_Document):
    """A model that was trained elsewhere."""

    source: Source
    format: Literal["Onnx", "Skops", "Joblib"]
    digest: Digest


class Recipe(_Document):
    """Exactly one of estimator, container, import."""

    estimator: Estimator | None = None
    container: Container | None = None
    import_: Import | None = Field(default=None, alias="import")
    trust: Literal["Pickle"] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        given = [part for part in (self.estimator, self.container, self.import_) if part]
        if len(given) != 1:
            raise ValueError("recipe: exactly one of estimator, container, import")
        return self


class TrainTask(_Document):
    """One run: train (or, with `candidate`, only evaluate) on a dataset version."""

    version: Literal[1]
    run: Text
    dataset: DatasetReference
    target: Text
    recipe: Recipe
    recipe_digest: Digest
    seed: int
    champion: BundleReference | None = None
    candidate: BundleReference | None = None
    gates_need_champion: bool = False


_Task = TypeVar("_Task", bound=_Document)


def read_ingest_task(text: str) -> IngestTask:
    """The task in this JSON. Raises UserFault (exit 10) naming field and value."""
    return _read(IngestTask, text)


def read_train_task(text: str) -> TrainTask:
    """The task in this JSON. Raises UserFault (exit 10) naming field and value."""
    return _read(TrainTask, text)


def _read(model: type[_Task], text: str) -> _Task:
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        found = "; ".join(_sentence(dict(problem)) for problem in error.errors()[:5])
        raise UserFault(Reason.TASK_UNREADABLE, f"task document: {found}") from error


def _sentence(problem: dict[str, Any]) -> str:
    place = ".".join(str(step) for step in problem["loc"]) or "document"
    message = str(problem["msg"]).removeprefix("Value error, ")
    if problem["type"] in {"missing", "json_invalid"} or isinstance(problem["input"], dict | list):
        return f"{place}: {message}"
    return f"{place}: {message} (found {str(problem['input'])[:60]!r})"
