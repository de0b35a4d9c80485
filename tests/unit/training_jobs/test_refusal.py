"""Which recipes begin no run, whatever data there is."""

from __future__ import annotations

from typing import Any

import pytest
from training_stories import JOB, a_world, newest_run

from trainyard.api.gates import HIGHER_IS_BETTER, LOWER_IS_BETTER
from trainyard.api.v1alpha1.training_job import TrainingJobSpec
from trainyard.installation import ClaimStore, Installation
from trainyard.training_jobs.refusal import why_refused

INSTALLATION = Installation("trainyard", "default", ClaimStore("store"), "train", "serve", "route")
ESTIMATOR = {"estimator": {"class": "sklearn.linear_model.Ridge"}}
CONTAINER = {"container": {"image": "team/trainer:1"}}


def _spec(recipe: dict[str, Any], metric: str) -> TrainingJobSpec:
    gate = {"name": "good", "metric": metric, "min": "0.5"}
    return TrainingJobSpec.model_validate({"dataset": {"name": "d"}, **recipe, "gates": [gate]})


@pytest.mark.parametrize(
    ("metric", "meant"),
    [
        pytest.param("aucroc", "roc_auc", id="the words turned round"),
        pytest.param("AUC", "roc_auc", id="a part of the name"),
        pytest.param("RMSE", "rmse", id="capitals"),
        pytest.param("logloss", "log_loss", id="no line between the words"),
        pytest.param("acuracy", "accuracy", id="a letter missing"),
        pytest.param("mse", "rmse", id="a relative of it"),
    ],
)
def test_a_metric_that_is_nearly_one_is_answered_with_that(metric: str, meant: str) -> None:
    """The gate, what was found, what may be meant."""
    why = why_refused(_spec(ESTIMATOR, metric), INSTALLATION)
    said = f"spec.gates: no run of this recipe measures {metric}, which gate good asks for. "
    assert why.startswith(f"{said}Did you mean {meant}? ")


def test_a_metric_that_is_like_none_is_answered_with_all() -> None:
    """And with the way to metrics of one's own."""
    why = why_refused(_spec(ESTIMATOR, "profit"), INSTALLATION)
    assert "Did you mean" not in why
    assert "accuracy, average_precision, " in why
    assert "needs spec.container" in why


@pytest.mark.parametrize("metric", sorted(HIGHER_IS_BETTER | LOWER_IS_BETTER))
def test_what_is_measured_is_not_refused(metric: str) -> None:
    """Every metric that the trainer knows."""
    assert why_refused(_spec(ESTIMATOR, metric), INSTALLATION) == ""


def test_a_container_may_report_what_it_likes() -> None:
    """Only its run tells which metrics there are."""
    assert why_refused(_spec(CONTAINER, "profit"), INSTALLATION) == ""


def test_half_a_grid_is_not_tried() -> None:
    """It says how many combinations there are."""
    space = [{"name": "alpha", "values": ["1", "10", "100"]}]
    search = {"strategy": "Grid", "trials": 2, "objective": "rmse", "space": space}
    spec = TrainingJobSpec.model_validate({"dataset": {"name": "d"}, **ESTIMATOR, "search": search})
    why = why_refused(spec, INSTALLATION)
    assert why.startswith("spec.search: the grid has 3 combinations and trials is 2: raise trials")


def test_the_store_is_no_import() -> None:
    """A recipe must not read what belongs to others."""
    source = {"pvc": {"claimName": "store", "path": "bundles/x"}}
    recipe = {"import": {"source": source, "format": "Onnx", "digest": "sha256:" + "a" * 64}}
    assert why_refused(_spec(recipe, "rmse"), INSTALLATION).startswith("spec.import.")


def test_a_gate_that_no_run_can_pass_starts_none() -> None:
    """The condition says what to change; once it is changed, the run begins."""
    world = a_world(gates=[{"name": "good", "metric": "aucroc", "min": "0.9"}])
    assert world.names("Job") == []
    assert world.condition(*JOB, "Stalled") == ("True", "RecipeInvalid")
    assert world.condition(*JOB, "Ready") == ("False", "RecipeInvalid")
    assert "Did you mean roc_auc?" in world.status(*JOB)["summary"]["why"]
    world.change(*JOB, gates=[{"name": "good", "metric": "roc_auc", "min": "0.9"}])
    world.settle()
    assert world.names("Job") == [newest_run(world)["name"]]
    assert world.condition(*JOB, "Stalled") is None


@pytest.mark.parametrize("request_", ["run@now", "retry@"])
def test_nobody_can_ask_for_it_either(request_: str) -> None:
    """A request is refused with the same words."""
    world = a_world(attempts={"maxRetries": 0})
    world.lose(newest_run(world)["name"], "BackoffLimitExceeded")
    world.settle()
    world.change(*JOB, gates=[{"name": "good", "metric": "acuracy", "min": "0.9"}])
    world.ask(*JOB, f"{request_}{newest_run(world)['name']}" if "now" not in request_ else request_)
    world.settle()
    assert len(world.status(*JOB)["runs"]) == 1
    outcome = world.status(*JOB)["requests"][-1]
    assert outcome["outcome"] == "Refused"
    assert "Did you mean accuracy?" in outcome["message"]


def _imported(source: dict[str, Any], **spec: Any) -> TrainingJobSpec:
    imported = {"source": source, "digest": f"sha256:{'7' * 64}", **spec.pop("more", {})}
    return TrainingJobSpec.model_validate({"import": imported, **spec})


FILE = {"s3": {"path": "models/churn.onnx"}}


@pytest.mark.parametrize(
    ("gate", "asked"),
    [
        pytest.param({"metric": "accuracy", "min": "0.5"}, True, id="a metric"),
        pytest.param({"latency": {"maxMilliseconds": "5"}}, True, id="latency"),
        pytest.param({"size": {"max": "50Mi"}}, False, id="size"),
    ],
)
def test_a_gate_that_needs_rows_is_refused_without_data(gate: dict[str, Any], asked: bool) -> None:
    """With both ways out."""
    spec = _imported(FILE, gates=[{"name": "good", **gate}])
    said = (
        "spec.gates: gate good is measured on the test rows of a Dataset, and this import names"
        " none: name one with spec.dataset, or remove the gate; only a size gate needs no rows"
    )
    assert (said if asked else "") == why_refused(spec, INSTALLATION)
    with_data = spec.model_copy(update={"dataset": _spec(ESTIMATOR, "r2").dataset})
    assert "" == why_refused(with_data, INSTALLATION)


@pytest.mark.parametrize(
    ("source", "more", "said"),
    [
        pytest.param({"s3": {"path": "m/churn.skops"}}, {}, "", id="by the name's ending"),
        pytest.param({"http": {"url": "http://a/m.onnx?v=2"}}, {}, "", id="of an address"),
        pytest.param({"configMap": {"name": "m"}}, {"format": "Onnx"}, "", id="as it is said"),
        pytest.param({"configMap": {"name": "m"}}, {}, "spec.import.format: the", id="unknown"),
        pytest.param({"s3": {"path": "m/a.joblib"}}, {}, "spec.import: joblib files", id="pickle"),
        pytest.param({"s3": {"path": "m/a.zip"}}, {}, "spec.import: joblib files", id="with code"),
    ],
)
def test_what_an_import_is_has_to_be_known(
    source: dict[str, Any], more: dict[str, Any], said: str
) -> None:
    """By `format`, or by the ending of the file's name; a pickle is trusted aloud."""
    why = why_refused(_imported(source, more=more), INSTALLATION)
    assert why.startswith(said)
    assert bool(said) == bool(why)
