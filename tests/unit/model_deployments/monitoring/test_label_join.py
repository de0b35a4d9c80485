"""Labels that come later raise signals about the version that answered.

Proves: operator/trainyard/model_deployments/monitoring/label_monitor.py
Proves: operator/trainyard/model_deployments/join_job.py
Proves: operator/trainyard/model_deployments/observe_jobs.py
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from builders_serving import NAMESPACE, digest
from job_pods import ended, pod_of
from serving_yard import ServingYard

from trainyard.api.v1alpha1.labels import LabelJoin
from trainyard.api.v1alpha1.task import TaskPhase

LABELS = {"dataset": {"name": "outcomes"}, "labelColumn": "paid", "maxDelaySeconds": 86400}
MONITORING: dict[str, Any] = {
    "capture": {},
    "quality": {"labels": LABELS, "metric": "accuracy", "min": "0.9"},
    "fairness": {"column": "site", "max": "0.1"},
}
COUNTS = {
    "labels": 900,
    "joined": 800,
    "unknown": 100,
    "empty": 1,
    "doubled": 2,
    "contradicting": 3,
    "ambiguous": 0,
    "awaited": 40,
    "missing": 7,
    "late": 5,
}


async def labelled(letter: str = "1", **monitoring: Any) -> ServingYard:
    """Return a yard with a stable version and one version of the labels."""
    yard = ServingYard(spec={"monitoring": MONITORING | monitoring})
    yard.publish("a")
    await yard.run(30)
    labels(yard, letter)
    await yard.run(5)
    return yard


def labels(yard: ServingYard, letter: str) -> None:
    """Let the Dataset of labels have this version."""
    yard.objects["Dataset", "outcomes"] = {
        "metadata": {"name": "outcomes", "namespace": NAMESPACE},
        "status": {"current": {"digest": digest(letter)}},
    }


def join(yard: ServingYard) -> LabelJoin:
    """Return how the join stands."""
    found = yard.resource.status.label_join
    assert found is not None
    return found


def jobs(yard: ServingYard) -> list[dict[str, Any]]:
    """Return the Jobs that exist."""
    return [raw for (kind, _), raw in yard.objects.items() if kind == "Job"]


def task(yard: ServingYard) -> dict[str, Any]:
    """Return what the only Job is asked."""
    (job,) = jobs(yard)
    (container,) = job["spec"]["template"]["spec"]["containers"]
    found: dict[str, Any] = json.loads(
        next(e["value"] for e in container["env"] if e["name"] == "TRAINYARD_TASK")
    )
    return found


def found(
    yard: ServingYard, low: str, high: str, fairness: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return a result about the stable version; the accuracy is 0.85."""
    quality = {
        "revision": yard.name("a"),
        "rows": 500,
        "labelled": 800,
        "value": "0.85",
        "low": low,
        "high": high,
        "fairness": fairness,
    }
    return {"outcome": "Joined", "metric": "accuracy", "revisions": [quality], **COUNTS}


async def end(yard: ServingYard, exit_code: int, document: dict[str, Any]) -> None:
    """Let the Job end, as the kubelet and the Job controller tell it."""
    (job,) = jobs(yard)
    pod = pod_of(job, [ended("join", exit_code, json.dumps(document), yard.now)], yard.now)
    yard.objects["Pod", pod["metadata"]["name"]] = pod
    condition = {"type": "Failed" if exit_code else "Complete", "status": "True"}
    job["status"] = {"conditions": [condition | {"lastTransitionTime": yard.now.isoformat()}]}
    await yard.run(5)


def signals(yard: ServingYard) -> list[str]:
    """Return the kinds that are up."""
    return [signal.kind for signal in yard.resource.status.signals]


async def test_a_version_of_the_labels_is_joined_once() -> None:
    """With what the spec asks; the Job goes when its result is in the status."""
    yard = await labelled()
    asked = task(yard)
    assert (digest("1"), "request_id", "paid", 86400) == (
        asked["labels"]["dataset"]["digest"],
        asked["labels"]["requestIdColumn"],
        asked["labels"]["labelColumn"],
        asked["labels"]["maxDelaySeconds"],
    )
    assert ("captures/owner-uid", "labelled/owner-uid") == (asked["captures"], asked["folder"])
    assert {"column": "site", "measure": "DemographicParityDifference"} == asked["fairness"]
    await end(yard, 0, found(yard, "0.8", "0.95"))
    assert ([], TaskPhase.SUCCEEDED) == (jobs(yard), join(yard).phase)
    await yard.run(3600)
    assert [] == jobs(yard)
    counts = join(yard).counts
    assert counts is not None
    assert COUNTS == {k: v for k, v in counts.model_dump().items() if k != "at"}


async def test_newer_labels_are_joined_next() -> None:
    """What came of the last join stays until then, and is told to the next."""
    yard = await labelled()
    first = join(yard).name
    await end(yard, 0, found(yard, "0.8", "0.95"))
    labels(yard, "2")
    await yard.run(5)
    assert (digest("2"), first) == (
        task(yard)["labels"]["dataset"]["digest"],
        task(yard)["previous"],
    )
    assert ["0.85"] == [r.value for r in join(yard).revisions]


async def test_a_value_that_is_surely_bad_raises_quality() -> None:
    """After one join, because its bounds hold by themselves; one that is surely good clears it."""
    yard = await labelled()
    await end(yard, 0, found(yard, "0.81", "0.88"))
    assert ["Quality"] == signals(yard)
    message = yard.resource.status.signals[0].message
    assert "accuracy is 0.85 over 500 labelled rows" in message
    assert "in a row" not in message
    labels(yard, "2")
    await yard.run(5)
    await end(yard, 0, found(yard, "0.85", "0.95"))
    assert ["Quality"] == signals(yard), "no evidence changes nothing"
    labels(yard, "3")
    await yard.run(5)
    await end(yard, 0, found(yard, "0.91", "0.95"))
    assert [] == signals(yard)


async def test_a_difference_between_slices_raises_fairness() -> None:
    """And names them."""
    yard = await labelled()
    unfair = {
        "value": "0.3",
        "low": "0.2",
        "high": "0.4",
        "between": ["left", "right"],
        "slices": 2,
    }
    await end(yard, 0, found(yard, "0.91", "0.95", unfair))
    assert ["Fairness"] == signals(yard)
    assert "difference between left and right is 0.3" in yard.resource.status.signals[0].message


async def test_labels_of_another_revision_say_nothing_of_the_stable_one() -> None:
    """Nor does what could not be measured."""
    yard = await labelled()
    document = found(yard, "0.1", "0.2")
    document["revisions"][0]["revision"] = "older"
    await end(yard, 0, document)
    assert [] == signals(yard)
    labels(yard, "2")
    await yard.run(5)
    why = {"revision": yard.name("a"), "rows": 0, "labelled": 3, "why": "too odd"}
    await end(yard, 0, document | {"revisions": [why]})
    assert [] == signals(yard)
    assert ["too odd"] == [m.why for m in yard.resource.status.monitors if m.kind == "Quality"]


async def test_a_join_that_fails_is_tried_again_or_told() -> None:
    """By the machine's fault again, by the user's once."""
    yard = await labelled()
    first = join(yard).name
    await end(yard, 20, {"outcome": "Failed", "reason": "StoreUnreachable", "message": "away"})
    assert TaskPhase.WAITING is join(yard).phase
    await yard.run(30)
    assert join(yard).name != first
    await end(yard, 15, {"outcome": "Failed", "reason": "SourceInvalid", "message": "no column"})
    assert TaskPhase.FAILED is join(yard).phase
    assert [m for reason, m in yard.events if reason == "LabelsUnusable" and "no column" in m]
    await yard.run(3600)
    assert [] == jobs(yard)


@pytest.mark.parametrize(("low", "high", "wins"), [("0.84", "0.86", True), ("0.5", "0.6", False)])
async def test_a_rollout_waits_for_labels_and_heeds_them(low: str, high: str, wins: bool) -> None:
    """However many requests are answered well meanwhile; the service is Ready all the while."""
    checks = [{"name": "truth", "quality": {"maxRegression": "0.05", "minRows": 100}}]
    steps = {"steps": [{"weightPercent": 50, "minSeconds": 10}], "deadlineSeconds": 864000}
    analysis = {"checks": checks, "evidenceTimeoutSeconds": 864000}
    yard = ServingYard(spec={"monitoring": MONITORING, "rollout": steps, "analysis": analysis})
    yard.publish("a")
    await yard.run(30)
    yard.publish("b")
    await yard.run(900)
    assert {"a": 50, "b": 50} == yard.weights
    labels(yard, "1")
    await yard.run(5)
    document = found(yard, "0.84", "0.86")
    middle = f"{(float(low) + float(high)) / 2:g}"
    new = {"revision": yard.name("b"), "rows": 500, "labelled": 500, "value": middle}
    document["revisions"].append(new | {"low": low, "high": high})
    await end(yard, 0, document)
    await yard.run(60)
    stable = yard.resource.status.stable
    assert stable is not None
    assert yard.name("b" if wins else "a") == stable.revision
    assert wins != bool(yard.resource.status.quarantine)


async def test_without_labels_nothing_is_joined() -> None:
    """Nor when nobody asks for it any more."""
    yard = ServingYard(spec={"monitoring": MONITORING})
    yard.publish("a")
    await yard.run(60)
    assert (None, []) == (yard.resource.status.label_join, jobs(yard))


async def test_a_join_that_was_asked_something_else_is_not_judged_by_new_bounds() -> None:
    """An accuracy of 0.85 is no log loss of 0.85: the next join answers."""
    yard = await labelled()
    await end(yard, 0, found(yard, "0.92", "0.97"))
    assert [] == signals(yard)
    yard.raw["spec"]["monitoring"]["quality"] = {
        "labels": LABELS,
        "metric": "log_loss",
        "max": "0.5",
    }
    await yard.run(5)
    assert "log_loss" == task(yard)["metric"]
    assert [] == signals(yard)
    bad = found(yard, "0.7", "0.9") | {"metric": "log_loss"}
    await end(yard, 0, bad)
    assert ["Quality"] == signals(yard)
