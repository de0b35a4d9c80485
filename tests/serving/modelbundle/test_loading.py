"""Which model answers?"""

from __future__ import annotations

import sys
import types
from dataclasses import replace
from pathlib import Path

import joblib
import pytest
from serving_bundles import ORIGIN, Sample

from modelbundle.faults import BundleUnreadable, ModelNotTrusted
from modelbundle.loading import (
    RuntimeName,
    chosen_runtime,
    load_estimator,
    load_runtime,
)
from modelbundle.manifest_reading import read_manifest
from modelbundle.onnx_runtime import OnnxRuntime
from modelbundle.packing import pack
from modelbundle.sklearn_runtime import SklearnRuntime


def _record(directory: Path, text: str) -> None:
    (directory / "about").mkdir()
    (directory / "about" / "runtimes.json").write_text(text)


def test_onnx_is_the_default(copy: Path) -> None:
    """Without a record the ONNX model answers."""
    manifest = read_manifest(copy)
    assert chosen_runtime(copy, manifest) is RuntimeName.ONNX
    assert isinstance(load_runtime(copy, manifest, RuntimeName.ONNX), OnnxRuntime)


def test_the_record_decides(copy: Path) -> None:
    """Where packing found scikit-learn to be better, it answers."""
    _record(copy, '{"serve":"sklearn","why":"faster"}')
    manifest = read_manifest(copy)
    assert chosen_runtime(copy, manifest) is RuntimeName.SKLEARN
    assert isinstance(load_runtime(copy, manifest, RuntimeName.SKLEARN), SklearnRuntime)


def test_without_onnx_scikit_learn_answers(copy: Path, tumours_sample: Sample) -> None:
    """A bundle with skops alone."""
    (copy / "model.onnx").unlink()
    pack(copy, tumours_sample.signature, ORIGIN)
    assert chosen_runtime(copy, read_manifest(copy)) is RuntimeName.SKLEARN


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"serve":"tensorflow"}', id="an unknown runtime"),
        pytest.param("{}", id="no runtime"),
        pytest.param("[]", id="no object"),
    ],
)
def test_an_unreadable_record_is_told(copy: Path, text: str) -> None:
    """Nothing is guessed from a broken record."""
    _record(copy, text)
    with pytest.raises(BundleUnreadable, match=r"runtimes\.json"):
        chosen_runtime(copy, read_manifest(copy))


def test_a_record_without_its_model_is_told(copy: Path, tumours_sample: Sample) -> None:
    """The record names a format that is not there."""
    (copy / "model.onnx").unlink()
    pack(copy, tumours_sample.signature, ORIGIN)
    _record(copy, '{"serve":"onnx"}')
    with pytest.raises(BundleUnreadable, match="says onnx"):
        chosen_runtime(copy, read_manifest(copy))


def test_pickle_needs_trust(copy: Path, tumours_sample: Sample) -> None:
    """A joblib file is opened with the recipe's word only."""
    joblib.dump(tumours_sample.model, copy / "model.joblib")
    with pytest.raises(ModelNotTrusted, match="trust: Pickle"):
        load_estimator(copy / "model.joblib", None)
    for name in ("model.onnx", "model.skops"):
        (copy / name).unlink()
    pack(copy, tumours_sample.signature, replace(ORIGIN, trust="Pickle"))
    runtime = load_runtime(copy, read_manifest(copy), RuntimeName.SKLEARN)
    expected = tumours_sample.model.predict(tumours_sample.table).tolist()
    assert expected == runtime.predict(tumours_sample.rows).values.tolist()


def test_other_files_are_no_estimators(tmp_path: Path) -> None:
    """Only the two formats are known."""
    with pytest.raises(BundleUnreadable, match=r"expected model\.skops"):
        load_estimator(tmp_path / "model.pkl", "Pickle")


def test_a_library_that_is_not_there_is_named(tmp_path: Path) -> None:
    """With the two ways out."""
    module = types.ModuleType("boostlib")
    kind = type("Model", (), {"__module__": "boostlib"})
    module.Model = kind  # type: ignore[attr-defined]
    sys.modules["boostlib"] = module
    joblib.dump(kind(), tmp_path / "model.joblib")
    del sys.modules["boostlib"]
    with pytest.raises(BundleUnreadable, match="needs the library boostlib, which"):
        load_estimator(tmp_path / "model.joblib", "Pickle")
