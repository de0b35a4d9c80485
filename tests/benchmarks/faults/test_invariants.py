"""What must never be seen in a life."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.faults.invariants import Watched, twice
from benchmarks.faults.plans import Story


def deployment(stable: str, *, canary: str = "", weight: int = 0, **status: Any) -> dict[str, Any]:
    """A ModelDeployment whose canary has so many percent."""
    traffic = [{"role": "stable", "revision": stable, "weightPercent": 100 - weight}]
    if canary:
        traffic.append({"role": "canary", "revision": canary, "weightPercent": weight})
    found = {"stable": {"revision": stable}, "traffic": traffic, "observedGeneration": 1}
    return {"metadata": {"generation": 1}, "status": found | status}


def seen(story: Story, *versions: dict[str, Any]) -> list[str]:
    """What was wrong in a life with these versions."""
    watched = Watched(story)
    for version in versions:
        watched.saw(version)
    return watched.broken


def test_a_good_life_breaks_nothing() -> None:
    """Step by step to promotion, and one that was aborted in its first step."""
    steps = [deployment("a", canary="b", weight=weight) for weight in (0, 20, 50)]
    assert [] == seen(Story.PROMOTED, deployment("a"), *steps, deployment("b"))
    assert [] == seen(Story.ABORTED, deployment("a"), *steps[:2], deployment("a"))


@pytest.mark.parametrize(
    ("story", "versions", "sentence"),
    [
        pytest.param(
            Story.PROMOTED,
            [deployment("a"), deployment("a", canary="b", weight=50)],
            "b went from 0 % to 50 % and left a step out",
            id="a step is left out",
        ),
        pytest.param(
            Story.PROMOTED,
            [deployment("a"), deployment("a", canary="b", weight=33)],
            "b got 33 %, which no step declares",
            id="an undeclared weight",
        ),
        pytest.param(
            Story.PROMOTED,
            [deployment("a"), deployment("a", canary="b", weight=20), deployment("b")],
            "b was promoted with 20 %, before 50 %",
            id="promoted too early",
        ),
        pytest.param(
            Story.ABORTED,
            [deployment("a"), deployment("a", canary="b", weight=20), deployment("b")],
            "b became stable though it was aborted",
            id="promoted though aborted",
        ),
        pytest.param(
            Story.PROMOTED,
            [deployment("a"), deployment("")],
            "the stable version a was lost",
            id="stable lost",
        ),
        pytest.param(
            Story.PROMOTED,
            [deployment("a", traffic=[{"role": "stable", "revision": "a", "weightPercent": 90}])],
            "the weights are [90], which is not 100 %",
            id="requests that go nowhere",
        ),
        pytest.param(
            Story.PROMOTED,
            [deployment("a", observedGeneration=2)],
            "the status speaks of a generation that is still to come",
            id="a generation of the future",
        ),
        pytest.param(
            Story.PROMOTED,
            [deployment("a", why="x" * 40000)],
            "the status has 40",
            id="a status without end",
        ),
    ],
)
def test_what_is_broken_is_told(
    story: Story, versions: list[dict[str, Any]], sentence: str
) -> None:
    """By the sentence that names it."""
    assert [found for found in seen(story, *versions) if sentence in found]


def test_conditions_change_their_time_with_their_status() -> None:
    """And a deployment that is stuck does not work on."""

    def conditions(*found: tuple[str, str, str]) -> dict[str, Any]:
        listed = [{"type": t, "status": s, "lastTransitionTime": at} for t, s, at in found]
        return deployment("a", conditions=listed)

    ready = conditions(("Ready", "True", "1"))
    assert [] == seen(Story.PROMOTED, ready, conditions(("Ready", "False", "2")))
    again = seen(Story.PROMOTED, ready, conditions(("Ready", "True", "2")))
    assert ["Ready stayed True and changed its time"] == again
    both = conditions(("Stalled", "True", "1"), ("Reconciling", "True", "1"))
    assert ["it is Stalled and Reconciling at once"] == seen(Story.PROMOTED, both)


def test_what_is_made_twice_is_told() -> None:
    """Refreshes are counted, whatever their names."""
    expected = {"jobs/data-1": 1, "jobs/data-2": 1, "services/s": 1}
    assert [] == twice({"jobs/data-8": 1, "jobs/data-9": 1, "services/s": 1}, expected)
    assert ["jobs/data was made 3 times, not 2", "services/s was made 0 times, not 1"] == twice(
        {"jobs/data-7": 1, "jobs/data-8": 1, "jobs/data-9": 1}, expected
    )
