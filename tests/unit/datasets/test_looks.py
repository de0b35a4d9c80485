"""When a Dataset looks, and what follows from a failure."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from builders_training import NOW, a_dataset, digest

from trainyard.api.v1alpha1.dataset_status import DatasetStatus, FreshDataAnswer, Look
from trainyard.datasets.looks import after_failure, new_look, next_trigger, tried_again
from trainyard.jobs.failure import Failure, Fault

SPEC = digest("a")


def _look(**fields: Any) -> Look:
    values: dict[str, Any] = {
        "name": "tumours-0123456789",
        "trigger": "spec",
        "spec_digest": SPEC,
        "at": NOW,
        "phase": "Accepted",
    }
    return Look(**{**values, **fields})


ANSWERED = FreshDataAnswer(id="s1", outcome="New")


@pytest.mark.parametrize(
    ("last", "asked", "expected"),
    [
        pytest.param(None, {}, "spec", id="never looked"),
        pytest.param(_look(spec_digest=digest("b")), {}, "spec", id="the spec changed"),
        pytest.param(_look(), {}, None, id="nothing asks"),
        pytest.param(_look(), {"request": "refresh@1"}, "request:refresh@1", id="a request"),
        pytest.param(_look(), {"wishes": ("s2",)}, "fresh:s2", id="a wish"),
        pytest.param(_look(), {"wishes": ("s1",)}, None, id="an answered wish"),
        pytest.param(_look(), {"due_slot": NOW}, "cron:2026-05-04T12:00:00Z", id="a slot"),
        pytest.param(
            _look(), {"due_slot": NOW, "wishes": ("s2",)}, "fresh:s2", id="a wish before a slot"
        ),
    ],
)
def test_the_next_trigger(last: Look | None, asked: dict[str, Any], expected: str | None) -> None:
    """What a person changed comes first, then what waits for the answer, then the clock."""
    status = DatasetStatus(last_look=last, fresh_data=(ANSWERED,))
    arguments: dict[str, Any] = {"request": None, "wishes": (), "due_slot": None, **asked}
    found = next_trigger(status, SPEC, **arguments)
    assert expected == (found.text if found else None)


def test_a_second_attempt_has_a_name_of_its_own() -> None:
    """Jobs are never re-used."""
    trigger = next_trigger(DatasetStatus(), SPEC, request=None, wishes=(), due_slot=None)
    assert trigger is not None
    first = new_look(a_dataset(), DatasetStatus(), trigger, SPEC, NOW)
    second = tried_again(a_dataset(), first, NOW)
    assert (first.attempt, second.attempt) == (0, 1)
    assert first.name != second.name


@pytest.mark.parametrize(
    ("fault", "attempt", "phase", "pause"),
    [
        pytest.param(Fault.MACHINE, 0, "Waiting", 10, id="a first machine fault waits 10 s"),
        pytest.param(Fault.MACHINE, 4, "Waiting", 160, id="a fifth waits 160 s"),
        pytest.param(Fault.MACHINE, 5, "Failed", None, id="a sixth is the end"),
        pytest.param(Fault.SOURCE, 50, "Waiting", 600, id="a source is looked for for ever"),
        pytest.param(Fault.USER, 0, "Failed", None, id="a user's fault is the end"),
    ],
)
def test_after_a_failure(fault: Fault, attempt: int, phase: str, pause: int | None) -> None:
    """Pauses double up to ten minutes."""
    look = _look(attempt=attempt, machine_faults=attempt)
    after = after_failure(look, Failure(fault, "Why", "because"), NOW)
    retry_at = NOW + timedelta(seconds=pause) if pause is not None else None
    assert (phase, retry_at) == (after.phase, after.retry_at)


def test_only_faults_of_the_machine_in_a_row_are_the_end() -> None:
    """After hours of waiting for its source, one hiccup of the machine must not end a look."""
    waited = after_failure(_look(attempt=40, machine_faults=5), Failure(Fault.SOURCE, "S", ""), NOW)
    after = after_failure(waited, Failure(Fault.MACHINE, "M", ""), NOW)
    assert (0, 1, "Waiting") == (waited.machine_faults, after.machine_faults, after.phase)
