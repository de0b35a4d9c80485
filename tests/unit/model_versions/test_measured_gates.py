"""Gates that need more than metrics, told as stories on a cluster in memory."""

from __future__ import annotations

import json

from builders_training import digest, raw_deployment
from judged_versions import NOT_WORSE, VERSION, comparison_of, judged_world, report_of

SLICED = {"name": "sites", "metric": "recall", "min": "0.9", "slice": {"column": "site"}}
SURE = {**NOT_WORSE, "againstChampion": {"confidencePercent": 95}}
SLICE = "Slice:recall:Lowest:50:site"
PAIRED = "Paired:rmse:95"


def test_what_the_run_measured_for_a_gate_is_used() -> None:
    """No Job is needed."""
    measures = {SLICE: {"value": "0.8", "of": "left", "rows": 60, "note": "lowest of 2"}}
    world = judged_world(gates=[SLICED], measures=measures)
    assert world.condition(*VERSION, "Accepted") == ("False", "GateFailed")
    assert report_of(world) == (
        "sites failed: recall of site = left 0.8 < 0.9 (60 rows, lowest of 2)"
    )
    assert world.created == []


def test_a_gate_that_came_after_the_run_is_measured_by_a_job_of_the_version() -> None:
    """Nothing is trained; once measured, another bound costs no Job."""
    world = judged_world(gates=[SLICED])
    assert world.condition(*VERSION, "Accepted") == ("Unknown", "Comparing")
    assert report_of(world) == "the version is measured (slice) on this version's test rows"
    (job,) = world.names("Job")
    found = {SLICE: {"value": "0.8", "of": "left", "rows": 60}}
    world.finish(job, {"verb": "evaluate", "outcome": "Succeeded", "measures": found})
    world.settle()
    assert world.condition(*VERSION, "Accepted") == ("False", "GateFailed")
    world.change("TrainingJob", "model", gates=[{**SLICED, "min": "0.7"}])
    world.settle()
    assert world.condition(*VERSION, "Accepted") == ("True", "GatesPassed")
    assert world.created == [f"Job/{job}"]


def test_what_a_job_does_not_answer_fails_the_gate() -> None:
    """An image that knows nothing of slices is not asked for ever."""
    world = judged_world(gates=[SLICED])
    (job,) = world.names("Job")
    world.finish(job, {"verb": "evaluate", "outcome": "Succeeded"})
    world.settle()
    assert world.condition(*VERSION, "Accepted") == ("False", "GateFailed")
    assert "recall by site was not measured: the training image did not answer" in report_of(world)


def test_a_gate_that_is_edited_while_it_is_measured_is_measured_anew() -> None:
    """The Job that does not ask for it any more goes."""
    world = judged_world(gates=[SLICED])
    (first,) = world.names("Job")
    world.change("TrainingJob", "model", gates=[{**SLICED, "slice": {"column": "age"}}])
    world.settle()
    (second,) = world.names("Job")
    assert second != first


def test_a_measurement_of_the_version_alone_that_cannot_succeed_fails_the_gate() -> None:
    """With what the user can put right."""
    world = judged_world(gates=[SLICED])
    (job,) = world.names("Job")
    world.fail(job, 13)
    world.settle()
    assert world.condition(*VERSION, "Accepted") == ("False", "GateFailed")
    assert "recall by site was not measured: Error" in report_of(world)


def test_the_champion_is_compared_row_by_row_where_a_gate_wants_to_be_sure() -> None:
    """Its metrics alone are known from the run: a Job compares the two."""
    comparison = comparison_of("c", rmse="3.9")
    world = judged_world(raw_deployment(stable="c"), gates=[SURE], comparison=comparison)
    (job,) = world.names("Job")
    bounds = {"value": "0.1", "low": "-0.05", "high": "0.25", "rows": 142}
    champion = {"bundle": digest("c"), "metrics": {"rmse": "3.9"}, "measures": {PAIRED: bounds}}
    world.finish(job, {"verb": "evaluate", "outcome": "Succeeded", "champion": champion})
    world.settle()
    assert world.condition(*VERSION, "Accepted") == ("True", "GatesPassed")
    assert report_of(world).endswith("at least -0.05 and at most 0.25: not surely worse")


def test_beside_a_champion_everything_is_measured_in_one_job() -> None:
    """What a gate asks of the version alone, too."""
    world = judged_world(raw_deployment(stable="c"), gates=[SLICED, SURE])
    (job,) = world.names("Job")
    (container,) = [
        c
        for c in world.raw("Job", job)["spec"]["template"]["spec"]["initContainers"]
        if c["name"] == "predict"
    ]
    (task,) = [v["value"] for v in container["env"] if v["name"] == "TRAINYARD_TASK"]
    assert [SLICE, PAIRED] == [measure["key"] for measure in json.loads(task)["measures"]]
