"""How a ModelVersion is judged, told as stories on a cluster in memory."""

from __future__ import annotations

import pytest
from builders_training import Raw, digest, raw_deployment
from judged_versions import NOT_WORSE, VERSION, comparison_of, judged_world, report_of

GOOD = {"name": "good", "metric": "accuracy", "min": "0.8"}


def test_without_gates_every_version_is_accepted() -> None:
    """And the condition says that there was nothing to pass."""
    world = judged_world(gates=[])
    assert world.condition(*VERSION, "Accepted") == ("True", "NoGates")


@pytest.mark.parametrize(
    ("gate", "condition", "report"),
    [
        pytest.param(
            {"name": "good", "metric": "accuracy", "min": "0.9"},
            ("True", "GatesPassed"),
            "good: accuracy 0.9 ≥ 0.9",
            id="a bound that is met exactly passes",
        ),
        pytest.param(
            {"name": "good", "metric": "accuracy", "min": "0.91"},
            ("False", "GateFailed"),
            "good failed: accuracy 0.9 < 0.91",
            id="below min is refused",
        ),
        pytest.param(
            {"name": "small", "metric": "rmse", "max": "3.9"},
            ("False", "GateFailed"),
            "small failed: rmse 4 > 3.9",
            id="above max is refused",
        ),
        pytest.param(
            {"name": "auc", "metric": "roc_auc", "min": "0.5"},
            ("False", "GateFailed"),
            "auc failed: roc_auc was not measured; measured were: accuracy, rmse",
            id="a metric that was not measured is refused",
        ),
    ],
)
def test_absolute_gates_are_judged_from_recorded_metrics(
    gate: Raw, condition: tuple[str, str], report: str
) -> None:
    """No Job is needed; the report has the numbers."""
    world = judged_world(gates=[gate])
    assert world.condition(*VERSION, "Accepted") == condition
    assert report_of(world) == report
    assert world.names("Job") == []


def test_without_a_champion_the_gate_passes_and_says_so() -> None:
    """The first version has nothing to be compared with."""
    world = judged_world(gates=[NOT_WORSE])
    assert world.condition(*VERSION, "Accepted") == ("True", "GatesPassed")
    assert report_of(world) == (
        "not-worse: rmse 4: nothing to compare with: no ModelDeployment follows this TrainingJob"
    )


def test_a_measurement_whose_pod_is_refused_says_why() -> None:
    """As the other kinds do."""
    world = judged_world(raw_deployment(stable="c"), gates=[NOT_WORSE])
    world.refuse_pod(world.names("Job")[0], "exceeded quota: small")
    world.settle()
    assert report_of(world).endswith("test rows: FailedCreate: exceeded quota: small")


def test_a_measurement_whose_volume_cannot_be_mounted_says_why() -> None:
    """As the other kinds do."""
    world = judged_world(raw_deployment(stable="c"), gates=[NOT_WORSE])
    world.refuse_volume(world.names("Job")[0], "timed out waiting for the condition")
    world.wait(31)
    world.settle()
    assert "FailedAttachVolume: timed out waiting for the condition" in report_of(world)


def test_a_gate_that_failed_spares_the_measurement_of_the_champion() -> None:
    """No Job can change the verdict; the other gate stays pending in the report."""
    strict = {**GOOD, "min": "0.95"}
    world = judged_world(raw_deployment(stable="c"), gates=[strict, NOT_WORSE])
    assert world.condition(*VERSION, "Accepted") == ("False", "GateFailed")
    assert report_of(world) == (
        "good failed: accuracy 0.9 < 0.95; not-worse pending: "
        "the champion is not measured on these test rows so far"
    )
    assert world.names("Job") == []
    (evaluation,) = world.status(*VERSION)["evaluations"]
    assert [(g["kind"], g["outcome"]) for g in evaluation["gates"]] == [
        ("Bound", "Failed"),
        ("Champion", "Pending"),
    ]


@pytest.mark.parametrize(
    ("champion", "accepted", "report"),
    [
        pytest.param("3.9", "False", "not-worse failed: rmse 4 > 3.9 × 1.02", id="too much worse"),
        pytest.param("3.95", "True", "not-worse: rmse 4 ≤ 3.95 × 1.02", id="a little worse"),
    ],
)
def test_the_comparison_of_the_run_itself_is_used(
    champion: str, accepted: str, report: str
) -> None:
    """The champion was measured in the training pod on the same rows."""
    world = judged_world(
        raw_deployment(stable="c"), gates=[NOT_WORSE], comparison=comparison_of("c", rmse=champion)
    )
    assert (world.condition(*VERSION, "Accepted") or ("",))[0] == accepted
    assert report_of(world) == report
    assert world.names("Job") == []


def test_a_champion_that_was_not_measured_is_measured_by_a_job_of_the_version() -> None:
    """Evaluate only: nothing is trained, and the result is kept."""
    world = judged_world(raw_deployment(stable="c"), gates=[NOT_WORSE])
    assert world.condition(*VERSION, "Accepted") == ("Unknown", "Comparing")
    assert world.condition(*VERSION, "Reconciling") == ("True", "Comparing")
    (job,) = world.names("Job")
    result = {
        "verb": "evaluate",
        "outcome": "Succeeded",
        "champion": {"bundle": digest("c"), "metrics": {"rmse": "3.9"}},
    }
    world.finish(job, result)
    world.settle()
    assert world.condition(*VERSION, "Accepted") == ("False", "GateFailed")
    assert world.status(*VERSION)["measured"] == [
        {"bundleDigest": digest("c"), "metrics": {"rmse": "3.9"}, "error": ""}
    ]
    assert world.names("Job") == []


def test_a_changed_gate_is_judged_again_without_a_job() -> None:
    """The numbers are known; only the bound moved."""
    world = judged_world(
        raw_deployment(stable="c"), gates=[NOT_WORSE], comparison=comparison_of("c", rmse="3.9")
    )
    against = {"maxRegression": "0.1"}
    world.change("TrainingJob", "model", gates=[{**NOT_WORSE, "againstChampion": against}])
    world.settle()
    assert world.condition(*VERSION, "Accepted") == ("True", "GatesPassed")
    assert len(world.status(*VERSION)["evaluations"]) == 2
    assert world.created == []


def test_the_old_verdict_counts_until_a_new_champion_is_measured() -> None:
    """Deployments must not see the version vanish while a Job compares it."""
    world = judged_world(
        raw_deployment(stable="c"), gates=[NOT_WORSE], comparison=comparison_of("c", rmse="4")
    )
    world.put(raw_deployment(stable="9"))
    world.settle()
    assert world.condition(*VERSION, "Accepted") == ("True", "GatesPassed")
    assert world.condition(*VERSION, "Reconciling") == ("True", "Comparing")


def test_the_champion_is_never_judged_against_itself() -> None:
    """After its promotion the verdict that promoted it stands."""
    world = judged_world(
        raw_deployment(stable="c"), gates=[NOT_WORSE], comparison=comparison_of("c", rmse="4")
    )
    before = world.status(*VERSION)["evaluations"]
    world.put(raw_deployment(stable="b"))
    world.settle()
    assert world.status(*VERSION)["evaluations"] == before
    assert world.created == []


def test_several_deployments_make_the_champion_ambiguous() -> None:
    """The condition names them and says what to write."""
    world = judged_world(
        raw_deployment("one", stable="c"), raw_deployment("two", stable="9"), gates=[NOT_WORSE]
    )
    assert world.condition(*VERSION, "Accepted") == ("Unknown", "ChampionAmbiguous")
    assert report_of(world) == (
        "one, two follow this TrainingJob: name one in againstChampion.modelDeployment"
    )


def test_only_the_version_of_the_current_inputs_is_judged_again() -> None:
    """An overtaken version keeps its verdict whatever the gates say now."""
    world = judged_world(gates=[GOOD], inputs="1")
    job = world.raw("TrainingJob", "model")
    job["status"]["inputs"]["digest"] = digest("2")
    job["spec"]["gates"] = [{**GOOD, "min": "0.99"}]
    world.put(job)
    world.settle()
    assert world.condition(*VERSION, "Accepted") == ("True", "GatesPassed")


def test_an_overtaken_version_costs_no_job() -> None:
    """What cannot be judged from what is known is not judged any more."""
    world = judged_world(raw_deployment(stable="c"), gates=[NOT_WORSE], inputs="2")
    assert world.condition(*VERSION, "Accepted") == ("Unknown", "Superseded")
    assert world.names("Job") == []


def test_a_champion_that_cannot_predict_these_rows_refuses_with_the_way_out() -> None:
    """Its error is recorded; the gate fails and says what to do."""
    comparison = {"bundleDigest": digest("c"), "error": "column radius is missing"}
    world = judged_world(raw_deployment(stable="c"), gates=[NOT_WORSE], comparison=comparison)
    assert report_of(world) == (
        "not-worse failed: the champion could not be measured on these test rows "
        "(column radius is missing): use min or max instead of againstChampion, or promote by hand"
    )


def test_a_measurement_that_fails_is_tried_again() -> None:
    """A machine's fault: a new Job after a pause, under a name of its own."""
    world = judged_world(raw_deployment(stable="c"), gates=[NOT_WORSE])
    (first,) = world.names("Job")
    world.fail(first, 137)
    world.settle()
    assert world.names("Job") == [first]
    world.wait(10)
    world.settle()
    (second,) = world.names("Job")
    assert second != first


def test_a_deleted_training_job_leaves_the_verdict() -> None:
    """What was accepted stays accepted."""
    world = judged_world(gates=[GOOD])
    world.delete("TrainingJob", "model")
    world.settle()
    assert world.condition(*VERSION, "Accepted") == ("True", "GatesPassed")


def test_every_verdict_is_one_event_with_its_numbers() -> None:
    """And no second one while nothing changes."""
    world = judged_world(gates=[GOOD])
    world.settle()
    assert [event for event in world.events if "accepted" in event] == [
        "GatesPassed: accepted model-bbbbbbbbbb: good: accuracy 0.9 ≥ 0.8"
    ]
