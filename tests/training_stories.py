"""What stories about TrainingJobs share: a world that is past the Dataset's part of the work."""

from __future__ import annotations

from typing import Any

from builders_training import Raw, dataset_status, raw_dataset, raw_training_job, train_result
from training_world import TrainingWorld

from trainyard.api.v1alpha1.dataset import DatasetSpec
from trainyard.datasets.identity import spec_digest

JOB = ("TrainingJob", "model")
DATASET = ("Dataset", "tumours")
QUICK = {"cooldownSeconds": 0, "maxRunsPerDay": 48, "maxFailuresInARow": 3}


def a_world(*objects: Raw, data: Raw | None = None, **spec: Any) -> TrainingWorld:
    """A Dataset that has a version, whose own refreshes are over, and a TrainingJob."""
    status = {**dataset_status(), **(data or {})}
    world = TrainingWorld(raw_dataset(), raw_training_job(**spec), *objects)
    set_data(world, status)
    world.settle()
    return world


def set_data(world: TrainingWorld, status: Raw) -> None:
    """The Dataset's refresh is over with this status."""
    raw = world.raw(*DATASET)
    last = {
        "name": "refresh",
        "trigger": "spec",
        "specDigest": spec_digest(DatasetSpec.model_validate(raw["spec"])),
        "queuedAt": "2026-05-04T11:29:00Z",
        "phase": "Succeeded",
        "outcome": "Accepted",
    }
    before = raw.get("status", {})
    world.put({**raw, "status": {**before, "lastRefresh": last, **status}})


def new_data(world: TrainingWorld, character: str, rows: int) -> None:
    """Have the Dataset find a version, and everything react to it."""
    set_data(world, dataset_status(character, rows))
    world.settle()


def newest_run(world: TrainingWorld) -> Raw:
    """Return the newest run of the TrainingJob."""
    run: Raw = world.status(*JOB)["runs"][0]
    return run


def succeed(world: TrainingWorld, bundle: str, **metrics: str) -> None:
    """Have the newest run give a bundle, and everything react to it."""
    run = newest_run(world)
    world.finish(
        run["name"], train_result(bundle, run["datasetDigest"][7], champion=None, **metrics)
    )
    world.settle()


def retraining(**limits: int) -> Raw:
    """Return spec.retrain on ten new rows, with these limits."""
    return {"onNewData": {"minNewRows": 10}, "limits": {**QUICK, **limits}}
