"""What do the trees of a model in XGBoost's format sum up to, for many rows at once?

XGBoost's own library is asked, by its C interface: its Python package takes seconds to start.
"""

from __future__ import annotations

import ctypes
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
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
    """Trees in the library, asked in one thread, some of them at a time."""

    def __init__(self, library: ctypes.CDLL, model: bytes, ends: Sequence[int] = (0,)) -> None:
        """`ends`: where each part of the trees ends; all at once, where it is 0.

        Raises XGBoostFault for bytes that are no model in JSON or UBJSON.
        """
        self._library = library
        self._handle = ctypes.c_void_p()
        self._call("XGBoosterCreate", None, ctypes.c_uint64(0), ctypes.byref(self._handle))
        self._call("XGBoosterLoadModelFromBuffer", self._handle, model, ctypes.c_uint64(len(model)))
        self._call("XGBoosterSetParam", self._handle, b"nthread", b"1")
        self._parts = [_asked(*part) for part in zip((0, *ends), ends, strict=False)]

    def __del__(self) -> None:
        """The library holds nothing of it any more."""
        if self._handle.value:
            self._library.XGBoosterFree(self._handle)

    def sums(self, numbers: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float32]:
        """(rows, outputs) of (rows, features), which are rounded to 32 bits first.

        Raises XGBoostFault.
        """
        numbers = np.ascontiguousarray(numbers)
        rows = _array(numbers)
        sums = self._predicted(rows, self._parts[0], None)
        # Each part goes on with the sums of those before it, so that the order stays.
        for part in self._parts[1:]:
            with self._margins(sums) as margins:
                sums = self._predicted(rows, part, margins)
        return sums.reshape(len(numbers), -1)

    @contextmanager
    def _margins(self, sums: npt.NDArray[np.float32]) -> Iterator[ctypes.c_void_p]:
        """What the library takes for numbers to which it adds; it keeps them for the next rows."""
        margins = ctypes.c_void_p()
        self._call("XGProxyDMatrixCreate", ctypes.byref(margins))
        try:
            self._call("XGDMatrixSetInfoFromInterface", margins, b"base_margin", _array(sums))
            yield margins
        finally:
            self._library.XGDMatrixFree(margins)

    def _predicted(
        self, rows: bytes, part: bytes, margins: ctypes.c_void_p | None
    ) -> npt.NDArray[np.float32]:
        shape = ctypes.POINTER(ctypes.c_uint64)()
        dimensions = ctypes.c_uint64()
        found = ctypes.POINTER(ctypes.c_float)()
        results = (ctypes.byref(shape), ctypes.byref(dimensions), ctypes.byref(found))
        self._call("XGBoosterPredictFromDense", self._handle, rows, part, margins, *results)
        sizes = tuple(shape[number] for number in range(dimensions.value))
        # The memory is the library's, and it writes the next answers there.
        return np.ctypeslib.as_array(found, sizes).copy()

    def _call(self, name: str, *arguments: Any) -> None:
        function = getattr(self._library, name, None)
        if function is None:
            raise XGBoostFault(f"the library has no function {name}")
        if function(*arguments):
            raise XGBoostFault(str(self._library.XGBGetLastError().decode(errors="replace")))


def _asked(begin: int, end: int) -> bytes:
    asked: dict[str, Any] = {"type": _SUMS_ALONE, "training": False, "cache_id": 0}
    asked |= {"iteration_begin": begin, "iteration_end": end}
    return json.dumps(asked | {"missing": float("nan"), "strict_shape": True}).encode()


def _array(values: npt.NDArray[Any]) -> bytes:
    return json.dumps(values.__array_interface__).encode()


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
