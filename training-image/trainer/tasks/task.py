"""How is a task document read? The models of all documents are imported from here."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import ValidationError

from trainer.pod.exits import Reason, UserFault
from trainer.tasks.ingest_task import (
    Checks,
    Column,
    ColumnType,
    Format,
    IngestTask,
    Leakage,
    Role,
    Split,
    SplitBy,
)
from trainer.tasks.task_parts import (
    Document,
    FilesSource,
    HttpSource,
    S3Source,
    Source,
    StoreSource,
)
from trainer.tasks.train_task import (
    BundleReference,
    Container,
    DatasetReference,
    EnvironmentVariable,
    Estimator,
    Import,
    Preprocessing,
    Recipe,
    TrainTask,
)

__all__ = [
    "BundleReference",
    "Checks",
    "Column",
    "ColumnType",
    "Container",
    "DatasetReference",
    "EnvironmentVariable",
    "Estimator",
    "FilesSource",
    "Format",
    "HttpSource",
    "Import",
    "IngestTask",
    "Leakage",
    "Preprocessing",
    "Recipe",
    "Role",
    "S3Source",
    "Source",
    "Split",
    "SplitBy",
    "StoreSource",
    "TrainTask",
    "read_ingest_task",
    "read_train_task",
]

_Task = TypeVar("_Task", bound=Document)


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
        # A field that nobody knows is the likeliest cause of those that seem to lack.
        ranked = sorted(error.errors(), key=lambda problem: problem["type"] != "extra_forbidden")
        found = "; ".join(_sentence(dict(problem)) for problem in ranked[:5])
        raise UserFault(Reason.TASK_UNREADABLE, f"task document: {found}") from error


def _sentence(problem: dict[str, Any]) -> str:
    place = ".".join(str(step) for step in problem["loc"]) or "document"
    message = str(problem["msg"]).removeprefix("Value error, ")
    if problem["type"] in {"missing", "json_invalid"} or isinstance(problem["input"], dict | list):
        return f"{place}: {message}"
    return f"{place}: {message} (found {str(problem['input'])[:60]!r})"
