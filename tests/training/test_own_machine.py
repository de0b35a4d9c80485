"""A recipe on this machine: the digests of a cluster, and sentences for what cannot be tried.

Proves: trainyardctl/own_machine.py, trainyardctl/trying.py, trainyardctl/without_cluster.py
"""

from __future__ import annotations

import platform
import re
from pathlib import Path

import pytest
import yaml
from cluster_access import ROOT
from declared import declared
from typer.testing import CliRunner

from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.training_jobs.identity import inputs_digest, recipe_digest
from trainyardctl.main import app

GOOD = {"name": "good", "metric": "accuracy", "min": "0.9"}
IRIS = ROOT / "examples" / "iris"
MANIFESTS = (str(IRIS / "dataset.yaml"), str(IRIS / "training-job.yaml"))


def tried(*words: str) -> tuple[int, str]:
    """Return exit code and all that the command says."""
    found = CliRunner().invoke(app, ["try", *words])
    return found.exit_code, found.output


def changed(folder: Path, kind: str, **spec: object) -> tuple[str, str]:
    """Return the example's manifests, the spec of one kind changed."""
    paths = []
    for path in map(Path, MANIFESTS):
        raw = yaml.safe_load(path.read_text())
        if raw["kind"] == kind:
            raw["spec"] |= spec
        paths.append(folder / path.name)
        paths[-1].write_text(yaml.safe_dump(raw))
    return str(paths[0]), str(paths[1])


@pytest.fixture(scope="module")
def iris(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, str, Path]:
    """Give what trying the example says, and the folder that it left."""
    folder, written = tmp_path_factory.mktemp("tried"), tmp_path_factory.mktemp("manifests")
    high = {"name": "high", "metric": "accuracy", "min": "1.1"}
    manifests = changed(written, "TrainingJob", gates=[GOOD, high])
    data = str(IRIS / "iris.csv")
    return *tried(*manifests, "--data", data, "--keep", str(folder)), folder


def digests(text: str) -> dict[str, str]:
    """Return the digests by what they name."""
    return dict(re.findall(r"^(\w+) +(sha256:\w{64})$", text, re.MULTILINE))


def test_data_inputs_and_model_have_digests(iris: tuple[int, str, Path]) -> None:
    """Those under which they are stored, in the form that the cluster's store has."""
    _, text, folder = iris
    found = digests(text)
    assert {"data", "inputs", "bundle"} == set(found)
    for kind, name in (("datasets", "data"), ("models", "bundle")):
        hexadecimal = found[name].removeprefix("sha256:")
        stored = folder / "store" / kind / "sha256" / hexadecimal
        assert (stored / "manifest.json").is_file()
    assert f"version  iris-{found['bundle'][7:17]}" in text
    assert f"by python {platform.python_version()}, " in text


def test_the_inputs_are_those_that_the_operator_would_name(iris: tuple[int, str, Path]) -> None:
    """Of this data and this recipe, whoever trains it; gates are no part of them."""
    job = next(found for path, found in declared(TrainingJob) if path.parent == IRIS)
    found = digests(iris[1])
    assert inputs_digest(recipe_digest(job.spec), found["data"]) == found["inputs"]


def test_metrics_and_gates_are_told(iris: tuple[int, str, Path]) -> None:
    """With numbers; a gate that does not hold is exit code 1, so that a pipeline stops there."""
    assert 1 == iris[0]
    assert re.search(r"^gate high: Failed: accuracy \S+ < 1\.1$", iris[1], re.MULTILINE)
    assert re.search(r"^  accuracy (1|0\.9\d*)$", iris[1], re.MULTILINE)
    assert re.search(r"^gate good: Passed: accuracy \S+ ≥ 0\.9$", iris[1], re.MULTILINE)


def test_data_that_are_refused_are_told_as_in_the_cluster(tmp_path: Path) -> None:
    """With check, column and count."""
    manifests = changed(tmp_path, "Dataset", checks={"minRows": 1000})
    code, text = tried(*manifests, "--data", str(IRIS / "iris.csv"))
    assert (2, True) == (code, "150" in text and "1000" in text.replace(",", "")), text


@pytest.mark.parametrize(
    ("kind", "spec", "data", "words"),
    [
        ("TrainingJob", {"dataset": {"name": "other"}}, "iris.csv", "it learns from Dataset other"),
        ("TrainingJob", {"estimator": {"klass": "x"}}, "iris.csv", "klass"),
        ("Dataset", {}, "nobody.csv", "there is no such file"),
    ],
)
def test_what_cannot_be_tried_is_said(
    tmp_path: Path, kind: str, spec: dict[str, object], data: str, words: str
) -> None:
    """And no traceback."""
    code, text = tried(*changed(tmp_path, kind, **spec), "--data", str(IRIS / data))
    assert (2, True) == (code, words in text), text


def test_one_of_each_kind_is_tried() -> None:
    """Which of several is meant nobody can know."""
    code, text = tried(MANIFESTS[0], "--data", str(IRIS / "iris.csv"))
    assert (2, True) == (code, "expected one TrainingJob in" in text), text
