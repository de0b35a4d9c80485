"""The pods of a search in a cluster in memory, played by a test."""

from __future__ import annotations

import json

from builders_training import Raw
from job_pods import ended, pod_of
from training_stories import newest_run
from training_world import TrainingWorld


def search_job(world: TrainingWorld) -> str:
    """The name of the search's Job."""
    (name,) = [job for job in world.names("Job") if job != newest_run(world)["name"]]
    return name


def leave(world: TrainingWorld, trial: int, score: str = "", why: str = "") -> None:
    """Have the pod of a trial end with a score, or with why there is none."""
    name = search_job(world)
    found: Raw = {"verb": "trial", "outcome": "Succeeded", "score": score}
    if why:
        found = {"verb": "trial", "outcome": "Failed", "reason": "Raised", "message": why}
    pod = pod_of(
        world.raw("Job", name), [ended("trial", 0, json.dumps(found), world.now)], world.now
    )
    pod["metadata"] |= {
        "name": f"{name}-{trial}",
        "annotations": {"batch.kubernetes.io/job-completion-index": str(trial)},
    }
    world.put(pod)
    world.settle()


def end(world: TrainingWorld, type_: str = "Complete", reason: str = "") -> None:
    """Have the search's Job end."""
    raw = world.raw("Job", search_job(world))
    moment = world.now.isoformat()
    condition = {"type": type_, "status": "True", "reason": reason, "lastTransitionTime": moment}
    world.put({**raw, "status": {"conditions": [condition]}})
    world.settle()
