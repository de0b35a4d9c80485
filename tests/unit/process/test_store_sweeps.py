"""Who starts sweeps, and what keeps one from being started."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from builders_training import an_installation
from fakes import FakeCluster

from trainyard.clients.faults import ClusterFault
from trainyard.process.store_sweeps import StoreSweeps
from trainyard.retention import sweep_job

EVENING = datetime(2026, 11, 29, 21, tzinfo=UTC)
DIGEST = "sha256:" + "a1" * 32


class Clock:
    """A time that is set."""

    def __init__(self) -> None:
        self.now = EVENING

    def __call__(self) -> datetime:
        """Return it."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """It is evening."""
    return Clock()


@pytest.fixture
def cluster() -> FakeCluster:
    """A cluster with a Dataset in `team`, and nothing in `empty`."""
    found = FakeCluster()
    metadata = {"name": "orders", "namespace": "team", "uid": "uid-1"}
    status = {"versions": [{"digest": DIGEST}]}
    for name in ("team", "empty"):
        place = {"metadata": {"name": name, "uid": f"uid-of-{name}"}}
        found.objects["Namespace", "", name] = place
    found.objects["Dataset", "team", "orders"] = {"metadata": metadata, "status": status}
    return found


def sweeps(cluster: FakeCluster, clock: Clock) -> StoreSweeps:
    """Return those of an installation that keeps for 30 days."""
    here = an_installation(store_retention_days=30)
    return StoreSweeps(cluster, here, lambda: {"team"}, clock)


def jobs(cluster: FakeCluster) -> list[dict[str, Any]]:
    """Return what was started."""
    return [raw for (kind, _, _), raw in cluster.objects.items() if kind == "Job"]


async def test_a_store_is_swept_once_a_day(cluster: FakeCluster, clock: Clock) -> None:
    """With what is referred to at that moment."""
    started = sweeps(cluster, clock)
    await started.sweep("team")
    await started.sweep("team")
    await sweeps(cluster, clock).sweep("team")
    (job,) = jobs(cluster)
    (container,) = job["spec"]["template"]["spec"]["containers"]
    task = json.loads(next(v["value"] for v in container["env"] if v["name"] == "TRAINYARD_TASK"))
    assert (30, ["uid-1"]) == (task["keepDays"], task["references"]["owners"])
    assert ["a1" * 8] == task["references"]["digests"]
    assert "uid-of-team" == task["namespaceUid"]
    clock.now += timedelta(days=1)
    await started.sweep("team")
    assert 2 == len(jobs(cluster))


async def test_its_turn_comes_in_the_course_of_the_day(cluster: FakeCluster, clock: Clock) -> None:
    """Not at midnight, with all others."""
    clock.now = sweep_job.due_at("team", EVENING) - timedelta(seconds=1)
    started = sweeps(cluster, clock)
    await started.sweep("team")
    assert [] == jobs(cluster)
    clock.now += timedelta(seconds=1)
    await started.sweep("team")
    assert 1 == len(jobs(cluster))


async def test_an_empty_namespace_is_not_swept(cluster: FakeCluster, clock: Clock) -> None:
    """Whoever deleted all objects did not say that the data goes."""
    await sweeps(cluster, clock).sweep("empty")
    assert [] == jobs(cluster)


@pytest.mark.parametrize("kind", ["Dataset", "ModelDeployment", "Deployment", "Namespace"])
async def test_a_list_that_fails_sweeps_nothing(
    cluster: FakeCluster, clock: Clock, kind: str
) -> None:
    """It is tried again at the next look."""
    started = sweeps(cluster, clock)
    verb = "get" if kind == "Namespace" else "list"
    cluster.faults[verb, kind] = ClusterFault(verb, 500, "away")
    await started.sweep("team")
    assert [] == jobs(cluster)
    cluster.faults.clear()
    await started.sweep("team")
    assert 1 == len(jobs(cluster))


async def test_too_much_for_a_task_sweeps_nothing(
    cluster: FakeCluster, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part of the references would remove what the others name."""
    monkeypatch.setattr("trainyard.process.store_sweeps.LARGEST_TASK", 100)
    await sweeps(cluster, clock).sweep("team")
    assert [] == jobs(cluster)
