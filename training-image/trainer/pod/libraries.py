"""With which versions was a model trained, converted and checked?"""

from __future__ import annotations

import platform
from importlib import metadata

_NAMES = ("numpy", "onnxruntime", "scikit-learn", "skl2onnx", "skops")


def library_versions() -> dict[str, str]:
    """Versions by distribution name, and that of Python."""
    versions = {name: metadata.version(name) for name in _NAMES}
    return {"python": platform.python_version(), **versions}
