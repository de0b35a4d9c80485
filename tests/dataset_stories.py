"""What stories about Datasets share."""

from __future__ import annotations

from typing import Any

from builders_training import Raw, ingest_result, raw_dataset
from training_world import TrainingWorld

DATASET = ("Dataset", "tumours")


def refresh_job(world: TrainingWorld) -> str:
    """Return the name of the Job of the refresh under way."""
    return str(world.status(*DATASET)["refresh"]["name"])


def with_first_version(*objects: Raw, **spec: Any) -> TrainingWorld:
    """Return a world whose Dataset has found its first version, 100 rows."""
    world = TrainingWorld(raw_dataset(**spec), *objects)
    world.settle()
    world.finish(refresh_job(world), ingest_result("d", 100))
    world.settle()
    return world
