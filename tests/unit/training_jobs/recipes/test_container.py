"""A recipe that names a container of the user's."""

from __future__ import annotations

from builders_training import a_training_job

from trainyard.training_jobs.recipes.recipe import recipe_of

CONTAINER = {"image": "team/trainer:1", "env": [{"name": "DEPTH", "value": "3"}]}


def test_everything_that_is_written_counts() -> None:
    """The image as it is written, and each variable."""
    job = a_training_job(estimator=None, container=CONTAINER)
    found = recipe_of(job.spec).identity()["container"]
    assert (found["image"], found["env"]) == ("team/trainer:1", [["DEPTH", "3"]])


def test_the_users_container_trains() -> None:
    """The pod gets it as it is."""
    job = a_training_job(estimator=None, container=CONTAINER)
    training = recipe_of(job.spec).training({})
    assert (training.train, training.container) == (True, job.spec.container)
