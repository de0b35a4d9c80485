"""ONNX behind the runtime protocol."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import serving_bundles as bundles
from serving_bundles import Data, Sample

from modelbundle.faults import BundleUnreadable, PredictionInvalid
from modelbundle.onnx_file import write_onnx
from modelbundle.onnx_runtime import OnnxRuntime, onnx_name
from modelbundle.rows import Rows
from modelbundle.signature import Feature, Kind


@pytest.mark.parametrize(
    ("model", "data"),
    [
        pytest.param(bundles.forest, bundles.iris, id="three classes with integer labels"),
        pytest.param(bundles.linear, bundles.tumours, id="two classes with text labels"),
        pytest.param(bundles.tolerant_columns, bundles.patients, id="features of every kind"),
    ],
)
def test_labels_equal_and_probabilities_close(
    model: Callable[[], Any], data: Callable[[], Data], tmp_path: Path
) -> None:
    """On every row: labels exactly, probabilities within 1e-5 of scikit-learn's."""
    sample = bundles.packed(tmp_path, model(), data(), ("onnx",))
    found = OnnxRuntime(tmp_path / "model.onnx", sample.signature).predict(sample.rows)
    assert sample.model.predict(sample.table).tolist() == found.values.tolist()
    assert found.probabilities is not None
    expected = sample.model.predict_proba(sample.table)
    np.testing.assert_allclose(found.probabilities, expected, rtol=0, atol=1e-5)


def test_numbers_are_close(tmp_path: Path) -> None:
    """On every row of a regression, within a millionth."""
    sample = bundles.packed(tmp_path, bundles.ridge(), bundles.diabetes(), ("onnx",))
    found = OnnxRuntime(tmp_path / "model.onnx", sample.signature).predict(sample.rows)
    np.testing.assert_allclose(found.values, sample.model.predict(sample.table), rtol=1e-6)


def test_maps_of_probabilities_are_read(tumours_sample: Sample, tmp_path: Path) -> None:
    """A model converted with the converter's default answers one map per row."""
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import FloatTensorType

    types = [("input", FloatTensorType([None, 30]))]
    write_onnx(convert_sklearn(tumours_sample.model, initial_types=types), tmp_path / "m.onnx")
    found = OnnxRuntime(tmp_path / "m.onnx", tumours_sample.signature).predict(tumours_sample.rows)
    expected = tumours_sample.model.predict_proba(tumours_sample.table)
    assert found.probabilities is not None
    np.testing.assert_allclose(found.probabilities, expected, rtol=0, atol=1e-5)


def test_integers_cannot_be_missing(tmp_path: Path) -> None:
    """A missing value in an integer input is a failure, never a silent zero."""
    data = bundles.iris()
    model = bundles.forest()
    signature, _, rows = bundles.fitted(model, data)
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import Int64TensorType

    options = {id(model): {"zipmap": False}}
    types = [("input", Int64TensorType([None, 4]))]
    write_onnx(convert_sklearn(model, initial_types=types, options=options), tmp_path / "m.onnx")
    runtime = OnnxRuntime(tmp_path / "m.onnx", signature)
    assert len(runtime.predict(rows).values) == 150
    with pytest.raises(PredictionInvalid, match="cannot be missing"):
        runtime.predict(Rows(np.full((1, 4), np.nan), rows.texts[:1]))


@pytest.mark.filterwarnings("error")
def test_what_is_too_large_for_the_graph_is_no_news_for_the_log(tmp_path: Path) -> None:
    """A client may send 1e39, which float32 holds as infinity."""
    sample = bundles.packed(tmp_path, bundles.linear(), bundles.tumours(), ("onnx",))
    numbers = sample.rows.numbers[:1].copy()
    numbers[0, 0] = 1e39
    runtime = OnnxRuntime(tmp_path / "model.onnx", sample.signature)
    assert 1 == len(runtime.predict(Rows(numbers, sample.rows.texts[:1])).values)


def test_another_width_is_refused(tumours_sample: Sample) -> None:
    """A model for 30 columns does not serve 29 features."""
    signature = replace(tumours_sample.signature, features=tumours_sample.signature.features[1:])
    with pytest.raises(BundleUnreadable, match="takes 30 columns, not 29"):
        OnnxRuntime(tumours_sample.directory / "model.onnx", signature)


def test_other_names_are_refused(patients_sample: Sample) -> None:
    """The message names what the model has and what is wanted."""
    features = (*patients_sample.signature.features[:3], Feature("place", Kind.CATEGORY))
    signature = replace(patients_sample.signature, features=features)
    with pytest.raises(BundleUnreadable, match=r"inputs are size, age, smoker, site.*place"):
        OnnxRuntime(patients_sample.directory / "model.onnx", signature)


def test_no_model_is_told(tmp_path: Path, tumours_sample: Sample) -> None:
    """Bytes that are no ONNX model."""
    (tmp_path / "model.onnx").write_bytes(b"not a model")
    with pytest.raises(BundleUnreadable, match="not a model ONNX Runtime can load"):
        OnnxRuntime(tmp_path / "model.onnx", tumours_sample.signature)


def test_names_of_columns_become_onnx_names() -> None:
    """Converters replace what is not a letter, a digit or _."""
    assert onnx_name("mean radius (cm)") == "mean_radius__cm_"
