"""What do the trees of a model in XGBoost's format sum up to, for many rows at once?

XGBoost's own library is asked, by its C interface: its Python package takes seconds to start.
"""

from __future__ import annotations

import ctypes
import json
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

_SUMS_ALONE = 1
"""Of its kinds of predictions the one without a function behind the sum."""


class XGBoostFault(Exception):
    """What the library says of a model or of rows that it does not take, or that it has no such
    function.
    """


class XGBoostPredictor:
    """Trees in the library, asked in one thread."""

    def __init__(self, library: ctypes.CDLL, model: bytes) -> None:
        """Raises XGBoostFault for bytes that are no model in JSON or UBJSON."""
        self._library = library
        self._handle = ctypes.c_void_p()
        self._call("XGBoosterCreate", None, ctypes.c_uint64(0), ctypes.byref(self._handle))
        self._call("XGBoosterLoadModelFromBuffer", self._handle, model, ctypes.c_uint64(len(model)))
        self._call("XGBoosterSetParam", self._handle, b"nthread", b"1")
        asked: dict[str, Any] = {
            "type": _SUMS_ALONE,
            "training": False,
            "iteration_begin": 0,
            "iteration_end": 0,
        }
        asked |= {"missing": float("nan"), "strict_shape": True, "cache_id": 0}
        self._asked = json.dumps(asked).encode()

    def __del__(self) -> None:
        """The library holds nothing of it any more."""
        if self._handle.value:
            self._library.XGBoosterFree(self._handle)

    def sums(self, numbers: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float32]:
        """(rows, outputs) of (rows, features), which are rounded to 32 bits first.

        Raises XGBoostFault.
        """
        numbers = np.ascontiguousarray(numbers)
        shape = ctypes.POINTER(ctypes.c_uint64)()
        dimensions = ctypes.c_uint64()
        found = ctypes.POINTER(ctypes.c_float)()
        results = (ctypes.byref(shape), ctypes.byref(dimensions), ctypes.byref(found))
        rows = json.dumps(numbers.__array_interface__ | {"stream": None}).encode()
        self._call("XGBoosterPredictFromDense", self._handle, rows, self._asked, None, *results)
        sizes = tuple(shape[number] for number in range(dimensions.value))
        # The memory is the library's, and it writes the next answers there.
        return np.ctypeslib.as_array(found, sizes).reshape(len(numbers), -1).copy()

    def _call(self, name: str, *arguments: Any) -> None:
        function = getattr(self._library, name, None)
        if function is None:
            raise XGBoostFault(f"the library has no function {name}")
        if function(*arguments):
            raise XGBoostFault(str(self._library.XGBGetLastError().decode(errors="replace")))


@cache
def xgboost_library() -> ctypes.CDLL | None:
    """XGBoost's library; None where it is not installed, or does not load."""
    found = find_spec("xgboost")
    for folder in (found and found.submodule_search_locations) or ():
        with suppress(OSError, AttributeError):
            library = ctypes.CDLL(str(Path(folder) / "lib" / "libxgboost.so"))
            library.XGBGetLastError.restype = ctypes.c_char_p
            return library
    return None
