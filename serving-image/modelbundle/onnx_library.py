"""How does ONNX Runtime come into a process that must keep to itself?

Since 1.29 the packages for Linux report every session to their maker: they write an identifier and
a cache below HOME and open a connection. The variable is read once, when the library is loaded,
and then nothing is written or sent.
"""

from __future__ import annotations

import os
from typing import Any

SILENCE = "ORT_DISABLE_TELEMETRY"


def onnx_library() -> Any:
    """The module `onnxruntime`, loaded now or before, with its reports switched off."""
    os.environ[SILENCE] = "1"
    import onnxruntime

    return onnxruntime
