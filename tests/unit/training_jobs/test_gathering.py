"""What is there while several pods fit a model, told as stories on a cluster in memory.

Proves: operator/trainyard/api/v1alpha1/distributed.py
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from job_pods import pod_of
from training_stories import JOB, a_world, newest_run, succeed
from training_world import TrainingWorld

from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.reconciling.parsing import parse
from trainyard.training_jobs.identity import recipe_digest

ESTIMATOR = {"class": "sklearn.ensemble.RandomForestClassifier"}
BESIDE = ("Service", "NetworkPolicy")


def distributing(**fields: Any) -> TrainingWorld:
    """A TrainingJob whose first run is fitted by several pods."""
    return a_world(estimator=ESTIMATOR, distributed={"workers": 2}, **fields)


def workers(world: TrainingWorld) -> str:
    """The name of the workers' Job."""
    (name,) = [job for job in world.names("Job") if job != newest_run(world)["name"]]
    return name


def test_workers_come_and_go_with_the_run() -> None:
    """With a name and a fence; when the run is over, nothing of them stays."""
    world = distributing()
    name = workers(world)
    assert [[name], [name]] == [list(world.names(kind)) for kind in BESIDE]
    world.settle()
    succeed(world, "b")
    assert "Succeeded" == newest_run(world)["phase"]
    assert [[], []] == [list(world.names(kind)) for kind in BESIDE]
    assert name not in world.names("Job")


def test_workers_that_somebody_deleted_are_made_anew() -> None:
    """The fit waits for them."""
    world = distributing()
    name = workers(world)
    for kind in ("Job", *BESIDE):
        world.delete(kind, name)
    world.settle()
    assert name == workers(world)
    assert [[name], [name]] == [list(world.names(kind)) for kind in BESIDE]


def test_workers_come_after_the_search() -> None:
    """Trials have a pod each already."""
    search = {"trials": 2, "objective": "accuracy", "space": [{"name": "C", "values": ["1", "2"]}]}
    world = distributing(search=search)
    assert [newest_run(world)["search"]["name"]] == list(world.names("Job"))
    assert [] == list(world.names("Service"))


def test_workers_of_a_run_that_is_stopped_go() -> None:
    """Like its own Job."""
    world = distributing()
    world.change(*JOB, suspend=True)
    world.settle()
    assert [[], [], []] == [list(world.names(kind)) for kind in ("Job", *BESIDE)]


def test_how_many_share_the_work_is_no_part_of_the_recipe() -> None:
    """That it is shared is: sums in another order have other last digits."""
    raw = distributing().raw(*JOB)

    def digest(**distributed: object) -> str:
        spec = {**raw["spec"], "distributed": distributed or None}
        return recipe_digest(parse(TrainingJob, {**raw, "spec": spec}).spec)

    assert digest(workers=2) == digest(workers=9, resources={"limits": {"memory": "1Gi"}})
    assert digest(workers=2) != digest()


def waiting_pod(world: TrainingWorld, waiting: str) -> None:
    """A worker's pod that cannot start."""
    state = {"name": "fetch", "state": {"waiting": {"reason": waiting, "message": "no such tag"}}}
    world.put(pod_of(world.raw("Job", workers(world)), [state], world.now))


def killed(world: TrainingWorld) -> None:
    """A worker ended for its memory; the Job makes another one."""
    job = world.raw("Job", workers(world))
    end = {"exitCode": 137, "reason": "OOMKilled"}
    world.put(pod_of(job, [{"name": "work", "state": {"terminated": end}}], world.now))


@pytest.mark.parametrize(
    ("happens", "words"),
    [
        pytest.param(
            lambda world: waiting_pod(world, "ImagePullBackOff"),
            "its workers: fetch: ImagePullBackOff: no such tag",
            id="no image",
        ),
        pytest.param(
            lambda world: world.refuse_pod(workers(world), "exceeded quota: small"),
            "exceeded quota: small",
            id="no quota",
        ),
        pytest.param(
            killed,
            "a worker used more memory than it may: raise spec.distributed.resources.limits.memory",
            id="no memory",
        ),
        pytest.param(
            lambda world: world.fail(workers(world), 1, "Traceback"),
            "its workers are lost",
            id="none is left",
        ),
    ],
)
def test_what_keeps_workers_from_their_work_is_told(
    happens: Callable[[TrainingWorld], None], words: str
) -> None:
    """In the column WHY, while the run's own pod waits for them and shows nothing."""
    world = distributing()
    world.begin(newest_run(world)["name"])
    world.settle()
    assert "worker" not in world.status(*JOB)["summary"]["why"]
    happens(world)
    world.settle()
    assert words in world.status(*JOB)["summary"]["why"]
