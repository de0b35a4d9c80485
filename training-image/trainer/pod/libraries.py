"""With which versions was a model trained, converted and checked?"""

from __future__ import annotations

import platform
from importlib import metadata

NATIVE_LIBRARIES = ("scikit-learn", "xgboost-cpu", "lightgbm")
"""They answer for a model in its own form."""
_NAMES = (*NATIVE_LIBRARIES, "numpy", "onnxmltools", "onnxruntime", "skl2onnx", "skops")


def library_versions() -> dict[str, str]:
    """Versions by distribution name, and that of Python."""
    versions = {name: metadata.version(name) for name in _NAMES}
    return {"python": platform.python_version(), **versions}
