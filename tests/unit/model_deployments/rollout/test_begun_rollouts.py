"""What a rollout begins with, and what becomes of the version before."""

from __future__ import annotations

from dataclasses import replace

import pytest
from admission_scene import ALONE, HALVES, Scene, retry, revision_of
from builders_serving import INSTALLATION, NOW, a_model_deployment

from trainyard.api.v1alpha1.model_deployment_status import RetiredRevision
from trainyard.api.v1alpha1.rollout_status import RolloutStatus
from trainyard.model_deployments.rollout.admission import obstacle, started
from trainyard.model_deployments.rollout.steps import steps_digest


def test_what_a_rollout_begins_with() -> None:
    """Its number is the next routing's, its steps are those of the spec, its clock begins now."""
    scene = Scene(**ALONE, status={"routing_generation": 6} | retry("c", -1))
    view = scene.view()
    wanted = revision_of(view, "c")
    status = started(view, scene.turn(view), wanted, readiness_only=False).status
    assert status.rollout == RolloutStatus(
        id=f"{wanted.revision}.7",
        revision=wanted.revision,
        phase="Starting",
        why="its pods are being started",
        steps_digest=steps_digest(view.resource.spec),
        started_at=NOW,
        step_started_at=NOW,
    )
    assert status.retry is not None
    assert {t.revision: t.weight_percent for t in status.traffic}[wanted.revision] == 0
    undone = started(view, scene.turn(view), wanted, readiness_only=True).status
    assert undone.rollout is not None
    assert undone.rollout.readiness_only


@pytest.mark.parametrize(
    ("previous", "warm", "kept", "leaves"),
    [
        pytest.param("c", True, False, False, id="it comes back itself"),
        pytest.param("b", True, True, True, id="a warm one makes room"),
        pytest.param("b", False, True, False, id="one without pods is kept as a record"),
    ],
)
def test_what_becomes_of_the_version_before(
    previous: str, warm: bool, kept: bool, leaves: bool
) -> None:
    """At most two versions have pods."""
    scene = Scene(**ALONE)
    view = scene.view()
    record = revision_of(view, previous)
    retired = RetiredRevision(**record.model_dump(), warm_until=NOW if warm else None)
    turn = scene.turn(view).changed(previous=retired, leaving=("x",), **retry("b", 9))
    status = started(view, turn, revision_of(view, "c"), readiness_only=False).status
    assert kept == (status.previous is not None)
    assert status.previous is None or status.previous.warm_until is None
    assert (("x", record.revision) if leaves else ("x",)) == status.leaving
    assert status.retry is None, "it was another's"


def test_a_version_without_a_record_has_no_name_in_the_message() -> None:
    """Only its revision."""
    scene = Scene(**ALONE)
    view = scene.view()
    nameless = revision_of(view, "c").model_copy(update={"model_version": ""})
    event = started(view, scene.turn(view), nameless, readiness_only=False).events[-1]
    assert event.message == f"{nameless.revision} starts (sha256:cccccccccccc…)"


def test_the_obstacle_says_what_to_set() -> None:
    """In the chart, or in the spec."""
    view = Scene(spec=HALVES).view()
    bare = replace(view.observed, installation=replace(INSTALLATION, serving_image=""))
    missing = obstacle(replace(view, observed=bare), revision_of(view, "c"))
    assert missing is not None
    assert "ImageMissing" == missing[0]
    assert missing[1] == (
        "the operator was installed without a server image, which fetches every bundle: set"
        " images.serving of its chart"
    )
    assert obstacle(view, revision_of(view, "c")) is None, "a first version needs no steps"
    served = a_model_deployment({"stable": revision_of(view, "a").to_api()}, **HALVES)
    refused = obstacle(replace(view, resource=served), revision_of(view, "c"))
    assert refused is not None
    assert refused[0] == "TrafficUnsupported"
    assert refused[1].startswith("spec.rollout: ")
