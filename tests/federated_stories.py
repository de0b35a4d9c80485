"""A coordinator and three parties in a world in memory, for stories about runs of several."""

from __future__ import annotations

import json
from typing import Any

from builders_training import (
    Raw,
    an_installation,
    dataset_status,
    raw_dataset,
    raw_training_job,
)
from training_world import TrainingWorld

MODEL = ("TrainingJob", "model")
WARDS = ("ward-a", "ward-b", "ward-c")
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nof this run\n-----END CERTIFICATE-----\n"
ENROLLED = {"outcome": "Succeeded", "publicKey": "ecdsa-sha2 AAAA"}


def federated(**more: Any) -> Raw:
    """Return the recipe: logistic regression by three parties."""
    return {
        "estimator": {"class": "sklearn.linear_model.LogisticRegression"},
        "minParticipants": 2,
        "participants": [{"dataset": {"name": ward, "namespace": "team"}} for ward in WARDS],
        **more,
    }


def ward(name: str, coordinator: str = "model") -> Raw:
    """Return a party's Dataset, which has data and allows the coordinator."""
    allowed = {"allowedCoordinators": [{"name": coordinator, "namespace": "team"}]}
    return raw_dataset(name, status=dataset_status(name[-1]), federation=allowed)


def a_world(*datasets: Raw) -> TrainingWorld:
    """Return the coordinator, its Dataset with rows to test on, and the parties."""
    pinned = {"name": "tumours", "digest": dataset_status()["current"]["digest"]}
    job = raw_training_job(estimator=None, federated=federated(), dataset=pinned)
    world = TrainingWorld(job, raw_dataset(status=dataset_status()), *datasets)
    world.installation = an_installation(federated_image="trainyard/training-federated:dev")
    return world


def certified(world: TrainingWorld) -> str:
    """Have the coordinator's pod leave its certificate; return the run."""
    world.settle()
    run: str = world.status(*MODEL)["runs"][0]["name"]
    leave(world, run, "certify", {"outcome": "Succeeded", "certificate": CERTIFICATE})
    world.settle()
    return run


def leave(world: TrainingWorld, job: str, container: str, result: Raw) -> None:
    """Have an init container of the Job's pod end with this message; the next one runs."""
    over = {"exitCode": 0, "message": json.dumps(result), "startedAt": world.now.isoformat()}
    world._pod(job, [{"name": container, "state": {"terminated": over}}])
