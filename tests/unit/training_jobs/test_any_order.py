"""Whatever happens in whatever order: it settles, and what must always hold holds."""

from __future__ import annotations

import json
from typing import Any

from builders_training import a_rollout, a_signal, ingest_result, raw_deployment, refusal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from training_stories import DATASET, JOB, QUICK, a_world
from training_world import TrainingWorld

GATES = [
    {"name": "good", "metric": "accuracy", "min": "0.5"},
    {"name": "not-worse", "metric": "accuracy", "againstChampion": {"maxRegression": "0.1"}},
]
RETRAIN = {
    "onNewData": {"minNewRows": 10},
    "onSignals": [{"modelDeployment": {"name": "serving"}}],
    "limits": {**QUICK, "cooldownSeconds": 30},
}
BUNDLES = "123456789"
DATA = "abcdef"

steps = st.lists(
    st.one_of(
        st.tuples(st.just("finish"), st.sampled_from(BUNDLES), st.sampled_from(["0.4", "0.9"])),
        st.tuples(st.just("fail"), st.sampled_from([1, 12, 15, 25, 137]), st.just("")),
        st.tuples(st.just("silent"), st.just(0), st.just("")),
        st.tuples(st.just("vanish"), st.just(0), st.just("")),
        st.tuples(st.just("wait"), st.sampled_from([5, 60, 90_000]), st.just("")),
        st.tuples(st.just("data"), st.sampled_from(DATA), st.sampled_from([105, 150, 400])),
        st.tuples(st.just("refuse"), st.just(0), st.just("")),
        st.tuples(st.just("seed"), st.sampled_from([0, 1]), st.just("")),
        st.tuples(st.just("suspend"), st.booleans(), st.just("")),
        st.tuples(st.just("serve"), st.sampled_from(BUNDLES), st.sampled_from(["", "s", "r"])),
        st.tuples(
            st.just("ask"), st.sampled_from(["run@now", "reset-retrain@now", "retry@"]), st.just("")
        ),
        st.tuples(st.just("forget"), st.just(0), st.just("")),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_it_settles_and_keeps_its_promises(taken: list[tuple[str, Any, Any]]) -> None:
    """After each step: a fixed point, one run at work at most, nothing unbounded."""
    world = a_world(gates=GATES, retrain=RETRAIN, historyLimit=2)
    for number, (step, value, more) in enumerate(taken):
        _take(world, step, value, f"{more}", number)
        world.settle()
        _check(world)


def _take(world: TrainingWorld, step: str, value: Any, more: str, number: int) -> None:
    open_jobs = [
        raw["metadata"]["name"]
        for (kind, _), raw in world.objects()
        if kind == "Job" and not raw["status"].get("conditions")
    ]
    if step == "wait":
        world.wait(value)
    elif step in {"seed", "suspend"}:
        world.change(*JOB, **{step: value})
    elif step == "ask":
        world.ask(*JOB, f"{value}#{number}")
    elif step == "serve":
        status: dict[str, Any] = {"signals": [a_signal()]} if more == "s" else {}
        world.put(raw_deployment(stable=value, **(status or _rollout(more))))
    elif step == "data":
        _look(world, ingest_result(value, int(more)), number)
    elif step == "refuse":
        _look(world, refusal(), number)
    elif step == "forget" and world.names("ModelVersion"):
        world.delete("ModelVersion", world.names("ModelVersion")[0])
    elif open_jobs:
        _end(world, open_jobs[0], step, value, more)


def _rollout(more: str) -> dict[str, Any]:
    return {"rollout": a_rollout(), "signals": [a_signal()]} if more == "r" else {}


def _look(world: TrainingWorld, result: dict[str, Any], number: int) -> None:
    world.ask(*DATASET, f"refresh@now#{number}")
    world.settle()
    look = world.status(*DATASET).get("refresh")
    if look is not None and look["phase"] == "Pending":
        world.finish(look["name"], result)


def _end(world: TrainingWorld, job: str, step: str, value: Any, more: str) -> None:
    labels = world.raw("Job", job)["metadata"]["labels"]
    if step == "vanish":
        world.delete("Job", job)
    elif step == "silent":
        world.finish(job, None)
    elif step == "fail":
        world.fail(job, value)
    elif labels["trainyard.dev/owner-kind"] == "dataset":
        world.finish(job, ingest_result("d", 100))
    else:
        world.finish(job, _trained(world, job, value, more))


def _trained(world: TrainingWorld, job: str, bundle: str, accuracy: str) -> dict[str, Any]:
    pod = world.raw("Job", job)["spec"]["template"]["spec"]
    (text, *_) = [
        variable["value"]
        for container in [*pod.get("initContainers", ()), *pod["containers"]]
        for variable in container["env"]
        if variable["name"] == "TRAINYARD_TASK"
    ] or ["{}"]
    task = json.loads(text)
    champion = task.get("champion")
    return {
        "outcome": "Succeeded",
        "bundle": f"sha256:{bundle * 64}",
        "dataset": task.get("dataset", {}).get("digest", ""),
        "metrics": {"accuracy": accuracy},
        "champion": {"bundle": champion["digest"], "metrics": {"accuracy": "0.8"}}
        if champion
        else None,
    }


def _check(world: TrainingWorld) -> None:
    status = world.status(*JOB)
    at_work = [run for run in status["runs"] if run["phase"] in {"Pending", "Running", "Reporting"}]
    assert len(at_work) <= 1
    assert len(json.dumps(status)) < 32 * 1024
    assert len(json.dumps(world.status(*DATASET))) < 32 * 1024
    names = [run["name"] for run in status["runs"]]
    assert len(names) == len(set(names))
    current = status.get("current")
    if current is not None:
        assert world.condition("ModelVersion", current["name"], "Accepted") == (
            "True",
            "GatesPassed",
        )
        assert current["inputsDigest"] == status["inputs"]["digest"]
    for plan in world.plans().values():
        assert (plan.actions, plan.events) == ((), ())
