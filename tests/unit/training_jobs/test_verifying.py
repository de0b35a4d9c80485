"""A version that is made again, compared with what it was."""

from __future__ import annotations

import pytest
from builders_training import Raw, a_model_version, digest, train_result
from training_stories import JOB, a_world, new_data, newest_run, succeed
from training_world import TrainingWorld

from trainyard.training_jobs.verifying import compared

LIBRARIES = {"scikit-learn": "1.9.1", "numpy": "2.4.6"}


@pytest.mark.parametrize(
    ("bundle", "again", "outcome", "message"),
    [
        pytest.param("b", {}, "BitEqual", f"the same bytes: {digest('b')[:19]}", id="same bytes"),
        pytest.param(
            "c",
            {"libraries": {**LIBRARIES, "numpy": "2.5.0"}},
            "EqualMetrics",
            f"other bytes ({digest('c')[:19]}), the same metrics; numpy 2.4.6 → 2.5.0",
            id="another library",
        ),
        pytest.param(
            "c",
            {"metrics": {"accuracy": "0.91", "f1": "0.8"}, "image": "new"},
            "Different",
            "accuracy 0.9 → 0.91, f1 none → 0.8; image unknown → new",
            id="another model",
        ),
        pytest.param(
            "c",
            {"metrics": {f"m{n}": "1" for n in range(8)}},
            "Different",
            "accuracy 0.9 → none, m0 none → 1, m1 none → 1, m2 none → 1, m3 none → 1,"
            " m4 none → 1 and 3 more; image and libraries are the same",
            id="many metrics",
        ),
    ],
)
def test_the_two_are_compared(bundle: str, again: Raw, outcome: str, message: str) -> None:
    """By their bytes first."""
    given = {"metrics": {"accuracy": "0.9"}, "libraries": LIBRARIES}
    before = a_model_version("b", **given).spec
    found = compared(before, a_model_version(bundle, **(given | again)).spec)
    assert (outcome, message) == (found.outcome, found.message)


def _verifying() -> TrainingWorld:
    world = a_world()
    succeed(world, "b", accuracy="0.9")
    (version,) = world.names("ModelVersion")
    world.ask(*JOB, f"verify@{version}#1")
    world.settle()
    return world


def test_a_version_is_made_again_and_stays() -> None:
    """The further run gives no version, and what is current stays, also where it differs."""
    world = _verifying()
    current = world.status(*JOB)["current"]
    run = newest_run(world)
    assert (1, current["name"]) == (run["attempt"], run["verifies"])
    world.finish(run["name"], train_result("c", "d", champion=None, accuracy="0.8"))
    world.settle()
    run = newest_run(world)
    assert ("Succeeded", "Different") == (run["phase"], run["verification"]["outcome"])
    assert [current["name"]] == list(world.names("ModelVersion"))
    assert current == world.status(*JOB)["current"]
    assert any("made again: Different: accuracy 0.9 → 0.8" in event for event in world.events)


def test_the_same_bytes_are_told() -> None:
    """In the run and as an event."""
    world = _verifying()
    world.finish(newest_run(world)["name"], train_result("b", "d", champion=None, accuracy="0.9"))
    world.settle()
    assert "BitEqual" == newest_run(world)["verification"]["outcome"]
    assert ("True", "VersionAccepted") == world.condition(*JOB, "Ready")


def test_a_verification_that_loses_its_pod_goes_on() -> None:
    """Its next attempt verifies the same version."""
    world = _verifying()
    first = newest_run(world)
    world.fail(first["name"], 137)
    world.settle()
    world.wait(60)
    world.settle()
    second = newest_run(world)
    assert (True, first["verifies"]) == (second["name"] != first["name"], second["verifies"])


def test_what_cannot_be_made_again_is_refused() -> None:
    """With the reason."""
    world = a_world()
    succeed(world, "b")
    (version,) = world.names("ModelVersion")
    world.ask(*JOB, "verify@model-9999999999")
    world.settle()
    world.change(*JOB, seed=9)
    world.settle()
    world.ask(*JOB, f"verify@{version}")
    world.settle()
    said = [outcome["message"] for outcome in world.status(*JOB)["requests"]]
    assert "this TrainingJob has no ModelVersion model-9999999999" == said[0]
    assert "is of other data or another recipe" in said[1]


def test_new_data_alone_do_not_hinder_it() -> None:
    """The current inputs are still those of the version."""
    world = a_world()
    succeed(world, "b")
    new_data(world, "e", 150)
    (version,) = world.names("ModelVersion")
    world.ask(*JOB, f"verify@{version}")
    world.settle()
    assert (version, digest("d")) == (
        newest_run(world)["verifies"],
        newest_run(world)["datasetDigest"],
    )
    world.ask(*JOB, f"verify@{version}#again")
    world.settle()
    (*_, last) = world.status(*JOB)["requests"]
    assert last["message"].endswith("is at work: ask when it has ended")
