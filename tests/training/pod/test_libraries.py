"""With which versions a model was made."""

from __future__ import annotations

import numpy as np
import sklearn

from trainer.pod.libraries import library_versions


def test_library_versions() -> None:
    """The versions are those of the modules that are loaded."""
    found = library_versions()
    assert (np.__version__, sklearn.__version__) == (found["numpy"], found["scikit-learn"])
    expected = {"python", "numpy", "onnxruntime", "scikit-learn", "skl2onnx", "skops"}
    assert expected | {"lightgbm", "onnxmltools", "xgboost-cpu"} == set(found)
