"""How is a task document read?"""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import ValidationError

from trainer.pod.exits import Reason, UserFault
from trainer.tasks.batch_task import BatchTask
from trainer.tasks.federation import ParticipateTask
from trainer.tasks.ingest_task import IngestTask
from trainer.tasks.join_task import JoinTask
from trainer.tasks.rehearse_task import RehearseTask
from trainer.tasks.retention_task import EraseTask, SweepTask
from trainer.tasks.task_parts import Document
from trainer.tasks.train_task import TrainTask

_Task = TypeVar("_Task", bound=Document)

_SKEW = (
    ". Is this image older than the operator, which knows more? Install both from one release"
    " (images.training of the chart)"
)


def read_ingest_task(text: str) -> IngestTask:
    """The task in this JSON. Raises UserFault (exit 10) naming field and value."""
    return _read(IngestTask, text)


def read_train_task(text: str) -> TrainTask:
    """The task in this JSON. Raises UserFault (exit 10) naming field and value."""
    return _read(TrainTask, text)


def read_join_task(text: str) -> JoinTask:
    """The task in this JSON. Raises UserFault (exit 10) naming field and value."""
    return _read(JoinTask, text)


def read_rehearse_task(text: str) -> RehearseTask:
    """The task in this JSON. Raises UserFault (exit 10) naming field and value."""
    return _read(RehearseTask, text)


def read_batch_task(text: str) -> BatchTask:
    """The task in this JSON. Raises UserFault (exit 10) naming field and value."""
    return _read(BatchTask, text)


def read_participate_task(text: str) -> ParticipateTask:
    """The task in this JSON. Raises UserFault (exit 10) naming field and value."""
    return _read(ParticipateTask, text)


def read_sweep_task(text: str) -> SweepTask:
    """The task in this JSON. Raises UserFault (exit 10) naming field and value."""
    return _read(SweepTask, text)


def read_erase_task(text: str) -> EraseTask:
    """The task in this JSON. Raises UserFault (exit 10) naming field and value."""
    return _read(EraseTask, text)


def _read(model: type[_Task], text: str) -> _Task:
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        # A field that nobody knows is the likeliest cause of those that seem to lack.
        ranked = sorted(error.errors(), key=lambda problem: problem["type"] != "extra_forbidden")
        found = "; ".join(_sentence(dict(problem)) for problem in ranked[:5])
        if ranked[0]["type"] == "extra_forbidden":
            found += _SKEW
        raise UserFault(Reason.TASK_UNREADABLE, f"task document: {found}") from error


def _sentence(problem: dict[str, Any]) -> str:
    place = ".".join(str(step) for step in problem["loc"]) or "document"
    message = str(problem["msg"]).removeprefix("Value error, ")
    if problem["type"] in {"missing", "json_invalid"} or isinstance(problem["input"], dict | list):
        return f"{place}: {message}"
    return f"{place}: {message} (found {str(problem['input'])[:60]!r})"
