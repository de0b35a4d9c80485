"""How a Job waits in a queue of Kueue."""

from __future__ import annotations

import pytest
from builders_training import Raw, a_training_job, an_installation

from trainyard.api.pod_settings import PodSettings
from trainyard.jobs.indexed_job import indexed
from trainyard.jobs.job_manifest import PodParts, Work, job
from trainyard.jobs.queueing import QUEUE, is_suspended, queue_of, why_suspended


def a_job(queue: str = "team-a") -> Raw:
    """A Job of ours, in the queue."""
    work = Work(a_training_job(), "work", an_installation(), PodSettings(), 60, queue)
    return job(work, PodParts(containers=[{"name": "train"}]))


def test_it_waits_from_the_first_moment() -> None:
    """A Job that Kueue has not heard of yet must not begin."""
    raw = a_job()
    assert "team-a" == raw["metadata"]["labels"][QUEUE]
    assert raw["spec"]["suspend"] is True
    assert QUEUE not in raw["spec"]["template"]["metadata"]["labels"]


def test_without_a_queue_nothing_is_said_of_one() -> None:
    """Neither label nor suspension: somebody else's rules may say more."""
    raw = a_job(queue="")
    assert QUEUE not in raw["metadata"]["labels"]
    assert "suspend" not in raw["spec"]


def test_a_pod_that_made_room_counts_as_no_failure() -> None:
    """By the exit code of what was told to end; in an Indexed Job, too."""
    ignored = {"action": "Ignore", "onExitCodes": {"operator": "In", "values": [143]}}
    assert ignored == a_job()["spec"]["podFailurePolicy"]["rules"][0]
    assert ignored not in a_job(queue="")["spec"]["podFailurePolicy"]["rules"]
    parts = indexed(a_job(), completions=3, parallelism=2)
    actions = [rule["action"] for rule in parts["spec"]["podFailurePolicy"]["rules"]]
    assert ["Ignore", "FailIndex", "Ignore"] == actions


@pytest.mark.parametrize(
    ("labels", "suspend", "said"),
    [
        ({QUEUE: "team-a"}, True, "waits in queue team-a to be admitted"),
        ({QUEUE: "team-a"}, False, ""),
        ({}, True, "its Job is suspended"),
        (None, None, ""),
    ],
)
def test_what_a_suspended_job_waits_for(
    labels: dict[str, str] | None, suspend: bool | None, said: str
) -> None:
    """Its queue; or whoever suspended it."""
    raw: Raw = {"metadata": {"labels": labels}, "spec": {"suspend": suspend}}
    assert said == why_suspended(raw)
    assert bool(suspend) == is_suspended(raw)
    assert (labels or {}).get(QUEUE, "") == queue_of(raw)
