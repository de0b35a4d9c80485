"""What the operator may ask of a batch prediction."""

from __future__ import annotations

import json
from typing import Any

import pytest

from trainer.pod.exits import UserFault
from trainer.tasks.task import read_batch_task

TASK: dict[str, Any] = {
    "version": 1,
    "run": "r",
    "source": {"kind": "store", "path": "incoming/"},
    "bundle": f"sha256:{'a' * 64}",
    "output": "predictions/daily/daily-0123456789",
}


def test_a_task_is_read() -> None:
    """One part, and nothing carried along, unless the task says so."""
    task = read_batch_task(json.dumps(TASK))
    assert (1, ()) == (task.parts, task.columns)
    assert 7 == read_batch_task(json.dumps(TASK | {"parts": 7})).parts


@pytest.mark.parametrize(
    "changes",
    [
        {"parts": 0},
        {"parts": 101},
        {"bundle": "sha256:a"},
        {"output": "models/sha256/a"},
        {"output": "predictions/../models"},
        {"output": "predictions"},
        {"more": 1},
    ],
)
def test_what_is_no_task_is_refused(changes: dict[str, Any]) -> None:
    """Nothing is written outside of the folder of predictions."""
    with pytest.raises(UserFault, match="task document"):
        read_batch_task(json.dumps(TASK | changes))
