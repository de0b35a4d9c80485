"""Which version is let in beside what is under way: a table of situations."""

from __future__ import annotations

from typing import Any

import pytest
from admission_scene import ALONE, HALVES, Scene, leaving, quarantine, retry, revision_of
from builders_serving import digest

from trainyard.model_deployments.rollout.admission import is_way_back, nobody_else_serves

REPLICAS: dict[str, Any] = {
    "spec": {"traffic": {"mode": "Replicas"}, "rollout": {"steps": [{"weightPercent": 50}]}}
}
WAY_BACK: dict[str, Any] = {"rollout": {"readinessOnly": True}}


@pytest.mark.parametrize(
    ("scene", "canary", "waiting"),
    [
        pytest.param(Scene(**ALONE), "c", "", id="nothing is under way: it starts"),
        pytest.param(Scene(**ALONE, asks="a"), "", "", id="it is stable already"),
        pytest.param(Scene(asks="b"), "b", "", id="it is on its way already"),
        pytest.param(Scene(), "b", "c", id="another is on its way: it waits"),
        pytest.param(Scene(asks="a"), "", "", id="the stable one again: the canary is taken back"),
        pytest.param(
            Scene(asks="a", **WAY_BACK), "b", "", id="an undo goes on though the source disagrees"
        ),
        pytest.param(
            Scene(asks="a", ready="b", weight=100), "b", "", id="only the canary serves: it stays"
        ),
        pytest.param(Scene(asks="a", ready="b"), "", "", id="it is ready and serves nobody"),
        pytest.param(Scene(ready=""), "c", "", id="no version has a pod: nothing to wait for"),
        pytest.param(Scene(trouble=True), "c", "", id="the canary serves nobody and crashes"),
        pytest.param(Scene(trouble=True, weight=5), "b", "c", id="it crashes, and serves"),
        pytest.param(
            Scene(trouble=True, ready="ab"), "b", "c", id="it crashed, and is ready again"
        ),
        pytest.param(Scene(status=quarantine("c")), "b", "", id="in quarantine it does not wait"),
        pytest.param(Scene(**ALONE, status=quarantine("c")), "", "", id="nor does it start"),
        pytest.param(Scene(**ALONE, status=quarantine("b")), "c", "", id="another's quarantine"),
        pytest.param(Scene(**ALONE, status=retry("c", 1)), "", "", id="its retry is not due"),
        pytest.param(Scene(**ALONE, status=retry("c", 0)), "c", "", id="its retry is due"),
        pytest.param(Scene(**ALONE, status=retry("b", 9)), "c", "", id="another's retry"),
        pytest.param(Scene(**ALONE, status=leaving("c")), "", "c", id="its own pods still leave"),
        pytest.param(Scene(**ALONE, status=leaving("b")), "c", "", id="others leave beside it"),
        pytest.param(
            Scene(**ALONE, **REPLICAS, status=leaving("b")),
            "",
            "c",
            id="in mode Replicas those that leave would get requests",
        ),
        pytest.param(Scene(**ALONE, stable=False), "c", "", id="the first version"),
        pytest.param(
            Scene(spec={"suspend": True}, ready=""), "b", "", id="suspended: nothing moves"
        ),
        pytest.param(
            Scene(rollout={"pauseRequested": True}, ready=""), "b", "", id="a person paused it"
        ),
    ],
)
def test_who_comes_in(scene: Scene, canary: str, waiting: str) -> None:
    """By the letters of the versions; stable stays stable whatever comes."""
    status = scene.after().status
    found = {digest(letter): letter for letter in "abc"}
    assert canary == (found[status.canary.bundle_digest] if status.canary else "")
    assert waiting == (found[status.waiting.bundle_digest] if status.waiting else "")
    assert scene.stable == (status.stable is not None)
    assert bool(canary) == (status.rollout is not None)


@pytest.mark.parametrize(
    ("scene", "reason", "message"),
    [
        pytest.param(
            Scene(asks="a"),
            "Aborted",
            "{b} is taken back: the source asks for the stable version again",
            id="taken back",
        ),
        pytest.param(
            Scene(ready=""),
            "Aborted",
            "{b} gives way to a newer version: no pod of any version is ready",
            id="nothing serves",
        ),
        pytest.param(
            Scene(trouble=True),
            "Aborted",
            "{b} gives way to a newer version: it crashes",
            id="it serves nobody",
        ),
        pytest.param(
            Scene(spec=HALVES),
            "TrafficUnsupported",
            "{b} is taken back: spec.rollout: ",
            id="a weight that the mode cannot do",
        ),
        pytest.param(
            Scene(**ALONE),
            "RollingOut",
            "{c} of recipe-c starts (sha256:cccccccccccc…)",
            id="starts",
        ),
    ],
)
def test_what_is_told(scene: Scene, reason: str, message: str) -> None:
    """As an Event; only what somebody has to mend is a warning."""
    view = scene.view()
    names = {letter: revision_of(view, letter).revision for letter in "abc"}
    events = [e for e in scene.after().events if e.reason == reason]
    assert [e for e in events if e.message.startswith(message.format(**names))]
    assert {"Warning" if reason == "TrafficUnsupported" else "Normal"} == {
        str(e.type) for e in events
    }


@pytest.mark.parametrize(
    ("scene", "stays"),
    [
        pytest.param(Scene(asks="b", spec=HALVES), False, id="it is taken back"),
        pytest.param(Scene(asks="b", spec=HALVES, **WAY_BACK), True, id="an undo has no steps"),
        pytest.param(
            Scene(asks="b", spec=HALVES, ready="b", weight=100), True, id="only it serves"
        ),
        pytest.param(Scene(asks="b", spec=HALVES, stable=False), True, id="a first version"),
        pytest.param(Scene(asks="b"), True, id="a router can do every weight"),
    ],
)
def test_a_rollout_ends_where_the_mode_cannot_do_its_steps(scene: Scene, stays: bool) -> None:
    """Unless it needs none of them."""
    assert stays == (scene.after().status.canary is not None)


@pytest.mark.parametrize(
    ("ready", "weight", "stable", "canary", "alone"),
    [
        pytest.param("b", 100, True, True, True, id="only the canary serves"),
        pytest.param("ab", 50, True, True, False, id="both serve"),
        pytest.param("b", 0, True, True, False, id="it gets no requests"),
        pytest.param("", 100, True, True, False, id="neither has pods"),
        pytest.param("b", 100, False, True, False, id="there is no stable version"),
        pytest.param("b", 0, True, False, False, id="there is no canary"),
    ],
)
def test_nobody_else_serves(
    ready: str, weight: int, stable: bool, canary: bool, alone: bool
) -> None:
    """Then it must not be taken back."""
    scene = Scene(ready=ready, weight=weight, stable=stable, canary=canary)
    view = scene.view()
    assert alone is nobody_else_serves(view, scene.turn(view).status)


@pytest.mark.parametrize(
    ("stable", "readiness_only", "back"),
    [(True, True, True), (True, False, False), (False, True, False)],
)
def test_only_an_undo_goes_back(stable: bool, readiness_only: bool, back: bool) -> None:
    """A first version is judged by readiness too."""
    scene = Scene(stable=stable, rollout={"readinessOnly": readiness_only})
    assert back is is_way_back(scene.turn(scene.view()).status)
