"""From a model's file to manifests that lint takes."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest
import yaml

from trainyardctl.first_manifest import MOST_BYTES, NoManifest
from trainyardctl.lint.linting import lint_paths
from trainyardctl.model_manifest import is_model, model_manifest


def _model(folder: Path, name: str, size: int = 8) -> Path:
    (folder / name).write_bytes(b"\x00\xffmodel"[:7] + bytes(size))
    return folder / name


@pytest.mark.parametrize(
    ("name", "trust"),
    [
        ("churn.onnx", None),
        ("churn.skops", None),
        ("churn.joblib", "Pickle"),
        ("churn.zip", "Pickle"),
    ],
)
def test_what_is_written_is_right_as_it_stands(
    tmp_path: Path, name: str, trust: str | None
) -> None:
    """The file goes along, named by its digest; a pickle says that it is one."""
    file = _model(tmp_path, name)
    text = model_manifest(file, "churn")
    config_map, job, serving = yaml.safe_load_all(text)
    assert file.read_bytes() == base64.b64decode(config_map["binaryData"][name])
    digest = f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"
    source = {"configMap": {"name": "churn-model", "path": name}}
    assert {"source": source, "digest": digest} == job["spec"]["import"]
    assert trust == job["spec"].get("trust")
    assert {"trainingJob": {"name": "churn"}} == serving["spec"]["model"]
    (tmp_path / "churn.yaml").write_text(text)
    linted = lint_paths([str(tmp_path / "churn.yaml")])
    assert ((), 2) == (linted.lines, linted.objects)


def test_a_model_that_no_config_map_holds_is_expected_in_the_store(tmp_path: Path) -> None:
    """And is not among the manifests."""
    job, _ = yaml.safe_load_all(model_manifest(_model(tmp_path, "m.onnx", MOST_BYTES), "m"))
    assert {"s3": {"path": "handed-over/m.onnx"}} == job["spec"]["import"]["source"]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """And a CSV is no model."""
    with pytest.raises(NoManifest, match="No such file"):
        model_manifest(tmp_path / "m.onnx", "m")
    assert not is_model(Path("data.csv"))
