"""Which model answers?"""

from __future__ import annotations

import sys
import types
from dataclasses import replace
from pathlib import Path

import joblib
import pytest
import serving_bundles as bundles
from models_with_code import imported, leave_always, packed_with_code, write_code
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


def test_a_model_answers_with_the_code_of_its_bundle(tmp_path: Path) -> None:
    """No other module of this process has the class."""
    sample = packed_with_code(tmp_path, bundles.iris())
    runtime = load_runtime(tmp_path, read_manifest(tmp_path), RuntimeName.SKLEARN)
    expected = sample.model.predict_proba(sample.table)
    found = runtime.predict(sample.rows)
    assert found.probabilities is not None
    assert expected.tolist() == found.probabilities.tolist()
    write_code(tmp_path, {"always.py": ""})
    with pytest.raises(BundleUnreadable, match=r"leave a module of your own in code/ beside"):
        load_estimator(tmp_path / "model.joblib", "Pickle")


def test_each_model_runs_its_own_code(tmp_path: Path) -> None:
    """A candidate and its champion have modules of one name in one process."""
    data = bundles.iris()
    models = []
    for which in (2, 0):
        folder = tmp_path / str(which)
        leave_always(folder, data.frame, data.target, which)
        models.append(load_estimator(folder / "model.joblib", "Pickle", ["always"]))
    assert [2, 0] == [int(model.predict(data.frame)[0]) for model in models]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("import own_nothing", "needs the library own_nothing, which", id="a library"),
        pytest.param("1 / 0", "ZeroDivisionError", id="a failure"),
        pytest.param("raise SystemExit(0)", "SystemExit: 0", id="an exit"),
        pytest.param("x = (", "SyntaxError", id="no Python"),
        pytest.param("Always = None", "not the same|NoneType|Always", id="no class"),
    ],
)
def test_code_that_fails_is_told(tmp_path: Path, text: str, words: str) -> None:
    """The server does not start, and says why."""
    data = bundles.iris()
    leave_always(tmp_path, data.frame, data.target, 0)
    write_code(tmp_path, {"always.py": text})
    with pytest.raises(BundleUnreadable, match=words):
        load_estimator(tmp_path / "model.joblib", "Pickle", ["always"])


def test_a_module_of_an_installed_name_is_refused(tmp_path: Path) -> None:
    """An image that came later may have one."""
    data = bundles.iris()
    leave_always(tmp_path, data.frame, data.target, 0)
    with pytest.raises(BundleUnreadable, match=r"code/ has a module joblib, and so has this image"):
        load_estimator(tmp_path / "model.joblib", "Pickle", ["joblib"])


def test_a_class_of_the_started_program_is_told(tmp_path: Path) -> None:
    """It is in no file that could travel."""
    write_code(tmp_path, {"always.py": "class Always:\n    pass"})
    with imported(tmp_path / "code", "always") as always:
        always.Always.__module__ = "__main__"
        main = sys.modules["__main__"]
        main.Always = always.Always  # type: ignore[attr-defined]
        joblib.dump(always.Always(), tmp_path / "model.joblib")
        del main.Always
    with pytest.raises(BundleUnreadable, match="move it into a module, and leave that in code/"):
        load_estimator(tmp_path / "model.joblib", "Pickle")
