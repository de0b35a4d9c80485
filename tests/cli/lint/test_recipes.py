"""What no run can fulfil is told without a cluster."""

from __future__ import annotations

from typing import Any

import pytest

from trainyardctl.lint.linting import faults_of


def _faults(kind: str, **spec: Any) -> list[str]:
    raw = {
        "apiVersion": "trainyard.dev/v1alpha1",
        "kind": kind,
        "metadata": {"name": "wine"},
        "spec": {"dataset": {"name": "wine"}, **spec},
    }
    return [f"{fault.field}: {fault.message}" for fault in faults_of(raw, ()) if fault.is_certain]


def _gates(metric: str) -> list[dict[str, str]]:
    return [{"name": "good", "metric": metric, "min": "0.9"}]


def test_a_gate_on_what_nobody_measures_is_found() -> None:
    """With the metric that may be meant; a container reports what it likes."""
    recipe = {"class": "sklearn.linear_model.Ridge"}
    (found,) = _faults("TrainingJob", estimator=recipe, gates=_gates("aucroc"))
    assert found.startswith("spec.gates: no run of this recipe measures aucroc")
    assert "Did you mean roc_auc?" in found
    assert [] == _faults("TrainingJob", estimator=recipe, gates=_gates("roc_auc"))
    assert [] == _faults("TrainingJob", container={"image": "a"}, gates=_gates("aucroc"))


def test_a_grid_that_is_too_large_is_found() -> None:
    """Before it is applied."""
    recipe = {"class": "sklearn.linear_model.Ridge"}
    space = [{"name": "alpha", "values": ["1", "10", "100"]}]
    search = {"strategy": "Grid", "objective": "rmse", "space": space}
    (found,) = _faults("TrainingJob", estimator=recipe, search={**search, "trials": 2})
    assert found.startswith("spec.search: the grid has 3 combinations and trials is 2")
    assert [] == _faults("TrainingJob", estimator=recipe, search=search)


@pytest.mark.parametrize(
    ("path", "more", "said"),
    [
        pytest.param("m/churn.onnx", {}, "", id="ONNX"),
        pytest.param("m/churn.joblib", {}, "spec.import: joblib files, in a .zip", id="a pickle"),
        pytest.param("m/churn.zip", {}, "spec.import: joblib files, in a .zip", id="with its code"),
        pytest.param("m/churn.zip", {"trust": "Pickle"}, "", id="trusted"),
        pytest.param("m/churn", {}, "spec.import.format: the source names no file", id="unknown"),
    ],
)
def test_an_import_that_runs_code_says_so(path: str, more: dict[str, str], said: str) -> None:
    """By the ending of its name, before it is applied."""
    wanted = {"source": {"s3": {"path": path}}, "digest": f"sha256:{'a' * 64}"}
    found = _faults("TrainingJob", **{"import": wanted, **more})
    assert bool(said) == bool(found)
    assert all(fault.startswith(said) for fault in found)


def test_what_has_not_the_right_form_is_told_of_its_form_alone() -> None:
    """And other kinds have no recipe."""
    found = _faults("TrainingJob", estimator={"class": "Ridge"}, gates=_gates("aucroc"))
    assert {text.partition(":")[0] for text in found} == {"spec.estimator.class"}
    assert all("measures" not in text for text in _faults("Dataset", gates=_gates("aucroc")))
