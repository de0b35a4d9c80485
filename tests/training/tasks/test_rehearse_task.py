"""What the operator may ask of a rehearsal."""

from __future__ import annotations

import json
from typing import Any

import pytest

from trainer.pod.exits import UserFault
from trainer.tasks.task import read_rehearse_task

DIGEST = f"sha256:{'a' * 64}"
TASK: dict[str, Any] = {
    "version": 1,
    "run": "r",
    "dataset": {"digest": DIGEST},
    "model": "m",
    "rows": 10,
    "slowerPercent": 100,
    "stable": {"host": "s", "port": 8080, "digest": DIGEST},
    "canary": {"host": "c", "port": 8080},
}


def test_a_task_is_read() -> None:
    """Only the stable revision needs its bundle, for the form of the requests."""
    task = read_rehearse_task(json.dumps(TASK))
    assert ("s", 8080, "c", DIGEST) == (
        task.stable.host,
        task.stable.port,
        task.canary.host,
        task.stable.digest,
    )


@pytest.mark.parametrize(
    "changes", [{"rows": 0}, {"rows": 10001}, {"stable": {"host": "s", "port": 1}}, {"more": 1}]
)
def test_what_is_no_task_is_refused(changes: dict[str, Any]) -> None:
    """By the name of the field."""
    with pytest.raises(UserFault, match=next(iter(changes))):
        read_rehearse_task(json.dumps(TASK | changes))
