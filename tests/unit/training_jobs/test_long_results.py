"""A result that is longer than the message of its pod may be."""

from __future__ import annotations

from builders_training import train_result
from training_stories import JOB, a_world, newest_run

from trainyard.jobs.measured import metrics_of

MANY = {f"own_{number:03}": "0.5" for number in range(60)}


def test_what_the_message_leaves_out_is_read_by_a_report_job() -> None:
    """The run is no failure, and the version has all metrics."""
    world = a_world()
    whole = {**train_result(), "ownMetrics": MANY}
    world.finish(newest_run(world)["name"], {**whole, "ownMetrics": {}, "leftOut": ["ownMetrics"]})
    world.settle()
    assert not world.names("ModelVersion")
    (report,) = (name for name in world.names("Job") if name != newest_run(world)["name"])
    world.finish(report, whole, container="report")
    world.settle()
    (version,) = world.names("ModelVersion")
    assert metrics_of(whole) == world.raw("ModelVersion", version)["spec"]["metrics"]
    assert "current" in world.status(*JOB)


def test_what_no_message_has_room_for_is_no_failure_either() -> None:
    """What the report leaves out as well is missing in the version."""
    world = a_world()
    cut = {**train_result(), "leftOut": ["libraries"]}
    world.finish(newest_run(world)["name"], cut)
    world.settle()
    (report,) = (name for name in world.names("Job") if name != newest_run(world)["name"])
    world.finish(report, cut, container="report")
    world.settle()
    assert "current" in world.status(*JOB)
