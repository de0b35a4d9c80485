"""A version of a TrainingJob, judged on a cluster in memory, and what its gates said."""

from __future__ import annotations

from typing import Any

from builders_training import Raw, digest, raw_model_version, raw_training_job
from training_world import TrainingWorld

VERSION = ("ModelVersion", "model-bbbbbbbbbb")
NOT_WORSE = {
    "name": "not-worse",
    "metric": "rmse",
    "againstChampion": {"maxRegression": "0.02"},
}


def judged_world(*objects: Raw, gates: list[Raw], inputs: str = "1", **spec: Any) -> TrainingWorld:
    """A version of the TrainingJob's current inputs (or of others), not judged yet."""
    wanted = {
        "digest": digest(inputs),
        "recipeDigest": digest("e"),
        "datasetDigest": digest("d"),
        "cause": {"kind": "FirstRun"},
        "since": "2026-05-04T11:00:00Z",
    }
    # Without a Dataset the TrainingJob keeps its inputs and starts nothing.
    job = raw_training_job(gates=gates, status={"inputs": wanted}, suspend=True)
    world = TrainingWorld(job, raw_model_version(**spec), *objects)
    world.settle()
    return world


def comparison_of(bundle: str, **metrics: str) -> Raw:
    """The champion, measured in the run."""
    return {"bundleDigest": digest(bundle), "metrics": metrics}


def report_of(world: TrainingWorld) -> str:
    """What the condition says of the gates."""
    (accepted,) = [c for c in world.status(*VERSION)["conditions"] if c["type"] == "Accepted"]
    message: str = accepted["message"]
    return message
