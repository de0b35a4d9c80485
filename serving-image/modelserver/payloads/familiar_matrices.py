"""Which binary requests ask for the same as one before, but for their numbers?

A client that sends matrices of one size as bytes sends the same JSON before them each time. What it
asks is then known, and only the bytes are new.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from modelbundle.rows import Rows, Texts
from modelserver.payloads.binary_tensors import FLOAT_DTYPES
from modelserver.payloads.cells import all_finite

_MOST: Final = 256
_MOST_BYTES: Final = 1024
_USUAL: Final = {"name", "datatype", "shape", "parameters"}


class Matrix(NamedTuple):
    """A matrix of floats that is all there is behind the JSON, and the outputs asked for."""

    shape: tuple[int, int]
    dtype: np.dtype[Any]
    size: int
    no_texts: Texts
    wanted: tuple[str, ...]
    binary: frozenset[str]

    def rows(self, body: bytes | bytearray, start: int) -> Rows | None:
        """The matrix as writable float64; None when it is not all finite, or not so many bytes."""
        if len(body) - start != self.size:
            return None
        numbers = np.frombuffer(body, self.dtype, -1, start).astype(np.float64)
        return Rows(numbers.reshape(self.shape), self.no_texts) if all_finite(numbers) else None


class FamiliarMatrices:
    """What was asked before, by the bytes of the JSON."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[bytes, Matrix] = {}

    def find(self, text: bytes | bytearray) -> Matrix | None:
        """What is known of this JSON, if anything."""
        return self._known.get(bytes(text))

    def learn(
        self,
        text: bytes | bytearray,
        document: dict[str, Any],
        wanted: tuple[str, ...],
        binary: frozenset[str],
    ) -> None:
        """A request for one matrix, which has been answered, will be found if it has no id."""
        inputs = document["inputs"]
        if len(text) > _MOST_BYTES or "id" in document or len(inputs) != 1:
            return
        (tensor,) = inputs
        dtype = FLOAT_DTYPES.get(tensor["datatype"])
        if tensor.keys() != _USUAL or dtype is None or len(tensor["shape"]) != 2:
            return
        count, width = tensor["shape"]
        size = count * width * dtype.itemsize
        if len(self._known) >= _MOST:
            self._known.clear()  # nobody can fill it for good with what never comes again
        no_texts = np.empty((count, 0), dtype=object)
        self._known[bytes(text)] = Matrix((count, width), dtype, size, no_texts, wanted, binary)
