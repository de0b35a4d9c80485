"""By what is a row known? A sha256 of its typed values, the same whatever file format it came in.

A row's bytes: for each column in the order of the names, one byte (1 present, 0 missing) and then
8 bytes (numbers, booleans as 0 or 1, microseconds since 1970; little-endian, IEEE 754) or 32 bytes
(sha256 of a text in UTF-8); zeros where the value is missing.
"""

from __future__ import annotations

import hashlib
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from modelbundle.canonical import canonical_json
from trainer.rows.schema import Schema

Bytes = npt.NDArray[np.uint8]
Positions = npt.NDArray[np.uint64]

DIGEST_BYTES = 32
_MATRIX_BYTES = 4 << 20


def row_digests(rows: pa.RecordBatch) -> Bytes:
    """One sha256 per row, shape (rows, 32)."""
    names = sorted(rows.schema.names)
    width = sum(1 + _width(rows.schema.field(name).type) for name in names)
    step = max(1, _MATRIX_BYTES // width)
    parts = [
        _digests([rows.slice(start, step).column(name) for name in names], width)
        for start in range(0, rows.num_rows, step)
    ]
    return np.frombuffer(b"".join(parts), dtype=np.uint8).reshape(-1, DIGEST_BYTES)


def positions(digests: Bytes) -> Positions:
    """The first 8 bytes of each digest as an integer: where a row lies on the circle of hashes."""
    return np.ascontiguousarray(digests[:, :8]).view(">u8").reshape(-1).astype(np.uint64)


class ContentDigest:
    """The digest of all rows in their order, with the names and types of the columns."""

    def __init__(self, schema: Schema) -> None:
        columns = sorted([column.name, str(column.type)] for column in schema.stored)
        self._hasher = hashlib.sha256(canonical_json({"columns": columns}))

    def add(self, digests: Bytes) -> None:
        """Takes the next rows into account."""
        self._hasher.update(digests.tobytes())

    @property
    def digest(self) -> str:
        """`sha256:…` of all rows added so far."""
        return "sha256:" + self._hasher.hexdigest()


def _digests(columns: list[pa.Array], width: int) -> bytes:
    matrix = np.zeros((len(columns[0]), width), dtype=np.uint8)
    place = 0
    for column in columns:
        size = _width(column.type)
        present = pc.is_valid(column).to_numpy(zero_copy_only=False)
        matrix[:, place] = present
        matrix[present, place + 1 : place + 1 + size] = _values(column.drop_null())
        place += 1 + size
    content = memoryview(matrix.tobytes())
    sha256 = hashlib.sha256
    return b"".join(
        [sha256(content[at : at + width]).digest() for at in range(0, len(content), width)]
    )


def _width(kind: pa.DataType) -> int:
    return 32 if pa.types.is_string(kind) else 8


def _values(present: pa.Array) -> Bytes:
    if pa.types.is_string(present.type):
        encoded = present.dictionary_encode()
        texts = encoded.dictionary.to_pylist()
        table = b"".join([hashlib.sha256(text.encode()).digest() for text in texts])
        hashes = np.frombuffer(table, dtype=np.uint8).reshape(-1, 32)
        return cast("Bytes", hashes[encoded.indices.to_numpy()])
    kind = "<f8" if pa.types.is_floating(present.type) else "<i8"
    whole = present if kind == "<f8" else pc.cast(present, pa.int64())
    numbers = np.ascontiguousarray(whole.to_numpy(zero_copy_only=False).astype(kind))
    return numbers.view(np.uint8).reshape(-1, 8)
