"""What is scored in batches, and how far."""

from __future__ import annotations

from typing import Any

import pytest
from a_namespace import Raw, deployment, namespace, told

from trainyardpage.batches import MOST_BATCHES, batches_by, batches_of
from trainyardpage.loop import related

SCORING = {
    "parts": 3,
    "modelVersion": "wine-a",
    "written": {
        "parts": 1,
        "scored": 9,
        "setAside": 1,
        "examples": [{"file": "a", "row": 2, "reason": "no"}],
    },
}


def batch(name: str, model: dict[str, Any], **status: Any) -> Raw:
    """Return a BatchPrediction."""
    metadata = {"name": name, "namespace": "models"}
    return {"metadata": metadata, "spec": {"model": model}, "status": status}


def test_a_run_at_work_tells_how_far_it_is() -> None:
    """With one of the rows that it cannot score."""
    running = told(("Running", "True", "Scoring", "1 of 3 parts"))
    (line,) = batches_of([batch("b", {}, run=SCORING, conditions=running)]).lines
    assert (1, 3, 33, 9, 1) == (line.written, line.parts, line.percent, line.scored, line.set_aside)
    assert ("a, row 2: no", "wine-a", "under way") == (line.example, line.version, line.mark.word)


def test_without_a_run_at_work_the_last_one_is_told() -> None:
    """And where there was none, nothing is."""
    (last,) = batches_of([batch("b", {}, lastRun=SCORING)]).lines
    assert 9 == last.scored
    (never,) = batches_of([batch("b", {})]).lines
    assert (0, 0, "") == (never.percent, never.parts, never.example)


def test_those_that_need_a_person_stand_first_and_many_are_counted() -> None:
    """As in the list of all models."""
    failed = batch("z", {}, conditions=told(("Stalled", "True", "RunFailed", "no disk")))
    found = batches_of([*(batch(f"b{n:03}", {}) for n in range(MOST_BATCHES)), failed])
    assert ("z", MOST_BATCHES, 1) == (found.lines[0].name, len(found.lines), found.hidden)


@pytest.mark.parametrize(
    ("model", "is_of_it"),
    [
        ({"modelDeployment": {"name": "wine"}}, True),
        ({"trainingJob": {"name": "wine"}}, True),
        ({"version": {"name": "wine-a"}}, True),
        ({"modelDeployment": {"name": "beer"}}, False),
        ({"version": {"name": "beer-a"}}, False),
        ({}, False),
    ],
)
def test_which_batches_belong_to_a_model(model: dict[str, Any], is_of_it: bool) -> None:
    """Those that are scored by what it serves or is made from."""
    raw = deployment()
    found = batches_by(related(namespace(raw), raw), [batch("b", model)])
    assert is_of_it == bool(found)
