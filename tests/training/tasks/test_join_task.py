"""The document of a join; `tests/contract` holds it against the operator's."""

from __future__ import annotations

from typing import Any

import pytest
from training_pod import NO_DIGEST

from trainer.pod.exits import UserFault
from trainer.tasks.join_task import JoinTask
from trainer.tasks.task import read_join_task

GOOD: dict[str, Any] = {
    "version": 1,
    "run": "j",
    "captures": "captures/u",
    "folder": "labelled/u",
    "labels": {
        "dataset": {"digest": NO_DIGEST},
        "requestIdColumn": "id",
        "labelColumn": "y",
    },
    "metric": "accuracy",
    "windowRows": 1000,
    "now": "2026-11-28T00:00:00Z",
}


def test_what_is_not_said_has_a_default() -> None:
    """Labels may come at once, and no slices are compared."""
    task = JoinTask.model_validate(GOOD)
    assert (0, None, None) == (task.labels.max_delay_seconds, task.fairness, task.previous)


@pytest.mark.parametrize(
    "changes",
    [
        {"windowRows": 10},
        {"fairness": {"column": "site", "measure": "Feeling"}},
        {"labels": {}},
        {"shoe": 1},
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, Any]) -> None:
    """By name."""
    import json

    with pytest.raises(UserFault, match=next(iter(changes))):
        read_join_task(json.dumps(GOOD | changes))
