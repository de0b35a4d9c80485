"""A new version answers recorded inputs before its first live request."""

from __future__ import annotations

import json
from typing import Any

import pytest
from builders_serving import NAMESPACE, digest
from job_pods import ended, pod_of
from release_stories import reason, serving, told
from serving_yard import ServingYard

from trainyard.api.v1alpha1.rehearsal import Rehearsal
from trainyard.api.v1alpha1.task import TaskPhase

ANALYSIS = {"rehearsal": {"rows": 500}, "evidenceTimeoutSeconds": 60}
GOOD = {
    "outcome": "Rehearsed",
    "rows": 500,
    "bothAnswered": 500,
    "canaryFailed": 0,
    "stableFailed": 0,
    "slower": 3,
    "agreed": 488,
    "stableMicroseconds": 900,
    "canaryMicroseconds": 1100,
}
BAD = GOOD | {"bothAnswered": 460, "canaryFailed": 40}


async def rehearsing(**spec: Any) -> ServingYard:
    """Return a yard in which nobody asks anything and version b is being rehearsed."""
    yard = await serving(analysis=ANALYSIS, **spec)
    yard.per_second = 0
    yard.objects["ModelVersion", "recipe-b"] = {
        "metadata": {"name": "recipe-b", "namespace": NAMESPACE},
        "spec": {"datasetDigest": digest("d")},
    }
    yard.publish("b")
    await yard.run(20)
    return yard


def rehearsal(yard: ServingYard) -> Rehearsal:
    """Return how the rehearsal stands."""
    rollout = yard.resource.status.rollout
    assert rollout is not None
    assert rollout.rehearsal is not None
    return rollout.rehearsal


def jobs(yard: ServingYard) -> list[dict[str, Any]]:
    """Return the Jobs that exist."""
    return [raw for (kind, _), raw in yard.objects.items() if kind == "Job"]


def end(yard: ServingYard, exit_code: int, document: dict[str, Any]) -> None:
    """Let the Job end, as the kubelet and the Job controller tell it."""
    (job,) = jobs(yard)
    pod = pod_of(job, [ended("rehearse", exit_code, json.dumps(document), yard.now)], yard.now)
    yard.objects["Pod", pod["metadata"]["name"]] = pod
    condition = {"type": "Failed" if exit_code else "Complete", "status": "True"}
    job["status"] = {"conditions": [condition | {"lastTransitionTime": yard.now.isoformat()}]}


async def test_the_first_step_waits_for_the_rehearsal() -> None:
    """One Job, which asks for the rows of the data that the new version was trained on."""
    yard = await rehearsing()
    assert {"a": 100, "b": 0} == yard.weights
    (job,) = jobs(yard)
    (container,) = job["spec"]["template"]["spec"]["containers"]
    task = json.loads(next(e["value"] for e in container["env"] if e["name"] == "TRAINYARD_TASK"))
    assert (digest("d"), 500, digest("a")) == (
        task["dataset"]["digest"],
        task["rows"],
        task["stable"]["digest"],
    )
    assert yard.name("b") in task["canary"]["host"]


async def test_a_quiet_service_releases_a_version_that_was_rehearsed() -> None:
    """Each step ends with the wait for evidence, whatever onNoEvidence says."""
    yard = await rehearsing()
    end(yard, 0, GOOD)
    await yard.until(20, a=95, b=5)
    assert [] == jobs(yard)
    await yard.until(90, a=50, b=50)
    await yard.until(120, b=100)
    assert "Inconclusive" not in told(yard)
    moved_on = [m for _, m in yard.events if "0 requests to the new version" in m]
    assert 2 == len(moved_on)
    assert "488 of 500 answers agree" in moved_on[0]


async def test_a_version_that_fails_on_recorded_inputs_never_gets_a_live_request() -> None:
    """It is rolled back with its numbers, and stays out."""
    yard = await rehearsing()
    end(yard, 0, BAD)
    await yard.run(10)
    assert {"a": 100} == yard.weights
    (entry,) = yard.resource.status.quarantine
    assert "failed on recorded inputs: of 500 recorded rows it failed 40" in entry.message
    assert [] == jobs(yard)


@pytest.mark.parametrize(
    ("exit_code", "document"),
    [
        pytest.param(11, {"reason": "DatasetNotFound", "message": "gone"}, id="no such data"),
        pytest.param(20, {"reason": "StoreUnreachable", "message": "away"}, id="no store"),
        pytest.param(25, {"reason": "StoreDenied", "message": "keys"}, id="no keys"),
        pytest.param(0, {"outcome": "Rehearsed"}, id="a result of another form"),
    ],
)
async def test_without_a_rehearsal_the_steps_begin_all_the_same(
    exit_code: int, document: dict[str, Any]
) -> None:
    """It is told, and proves nothing: without requests the rollout becomes inconclusive."""
    yard = await rehearsing()
    end(yard, exit_code, document)
    await yard.until(20, a=95, b=5)
    assert "NotRehearsed" in told(yard)
    assert ("NoEvidence", TaskPhase.FAILED) == (rehearsal(yard).verdict, rehearsal(yard).phase)
    await yard.run(90)
    assert "Inconclusive" == reason(yard, "Stalled")


async def test_a_version_without_a_record_is_not_rehearsed() -> None:
    """Nobody knows its data."""
    yard = await serving(analysis=ANALYSIS)
    yard.publish("b")
    await yard.until(30, a=95, b=5)
    assert "NotRehearsed" in told(yard)
    assert [] == jobs(yard)


async def test_a_rehearsal_goes_with_its_rollout() -> None:
    """A newer version is rehearsed for itself."""
    yard = await rehearsing(rollout={"onNewVersion": "Supersede"})
    (first,) = jobs(yard)
    yard.objects["ModelVersion", "recipe-c"] = yard.objects["ModelVersion", "recipe-b"]
    yard.publish("c")
    await yard.run(30)
    (second,) = jobs(yard)
    assert first["metadata"]["name"] != second["metadata"]["name"]


async def test_a_rehearsal_whose_job_is_deleted_is_no_more() -> None:
    """Once it ran, nothing runs twice."""
    yard = await rehearsing()
    (job,) = jobs(yard)
    running = {"name": "rehearse", "state": {"running": {"startedAt": yard.now.isoformat()}}}
    pod = pod_of(job, [running], yard.now)
    yard.objects["Pod", pod["metadata"]["name"]] = pod
    await yard.run(2)
    del yard.objects["Job", job["metadata"]["name"]]
    await yard.until(20, a=95, b=5)
    assert [] == jobs(yard)
