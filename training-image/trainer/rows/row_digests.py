"""By what is a row known? 128 bits that follow from its typed values alone: the same whatever file
format, batch or library it came through.

Each value is two 64-bit numbers: of a number, truth or time its 8 bytes (int64, microseconds since
1970, or IEEE 754), once with each of two constants, through the finaliser of splitmix64; of a text
the first 16 bytes of the sha256 of its UTF-8; of a missing value two constants. A row's two lanes
start at zero and take in the values of its columns, in the order of their names:
`lane = mix(lane ^ value)`. Equal keys by chance are out of the question; whoever builds them on
purpose deceives nobody but himself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from modelbundle.canonical import canonical_json, digest_of
from trainer.rows.schema import Schema

Keys = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.uint64]

_LANES = (np.uint64(0x243F6A8885A308D3), np.uint64(0x13198A2E03707344))
_MISSING = (np.uint64(0xA4093822299F31D0), np.uint64(0x082EFA98EC4E6C89))
NO_VALUE = _MISSING[0]
"""The first number of a missing value."""

_SUMS = tuple(np.uint64(n) for n in (0x452821E638D01377, 0xBE5466CF34E90C6C))
_WHOLE = 2**64
_WEIGHT = 0x9E3779B97F4A7C15


@dataclass(frozen=True, slots=True)
class BlockKeys:
    """`rows`: both lanes of every row. `features`: of the features alone a sum of their first
    numbers, each column with its weight; None where nobody asks. `ids`: of each column that was
    asked for, the first numbers of its values.
    """

    rows: Keys
    features: Positions | None = None
    ids: Mapping[str, Positions] = field(default_factory=dict)


def row_keys(rows: pa.RecordBatch) -> Keys:
    """Both lanes of every row, shape (rows, 2)."""
    return block_keys(rows).rows


def block_keys(
    rows: pa.RecordBatch, features: Collection[str] = (), ids: Collection[str] = ()
) -> BlockKeys:
    """The keys of the rows, of their features, and of what is in their `ids`: each value is hashed
    once for all of them.
    """
    lanes = np.zeros((2, rows.num_rows), dtype=np.uint64)
    alike, weight = np.zeros(rows.num_rows, dtype=np.uint64), 1
    found: dict[str, Positions] = {}
    for name in sorted(rows.schema.names):
        values = _values(rows.column(name))
        for lane, value in zip(lanes, values, strict=True):
            np.bitwise_xor(lane, value, out=lane)
            mix(lane)
        if name in features:
            alike += values[0] * np.uint64(weight)
            weight = weight * _WEIGHT % _WHOLE
        if name in ids:
            found[name] = values[0]
    return BlockKeys(np.ascontiguousarray(lanes.T), alike if features else None, found)


def positions(keys: Keys) -> Positions:
    """The first lane: where a row lies on the circle of hashes."""
    return np.ascontiguousarray(keys[:, 0])


def mix(values: Keys) -> Keys:
    """The finaliser of splitmix64 (Steele, Lea, Flood 2014), in place. It is a bijection."""
    shifted = values >> np.uint64(30)
    values ^= shifted
    values *= np.uint64(0xBF58476D1CE4E5B9)
    values ^= np.right_shift(values, np.uint64(27), out=shifted)
    values *= np.uint64(0x94D049BB133111EB)
    values ^= np.right_shift(values, np.uint64(31), out=shifted)
    return values


class ContentDigest:
    """The digest of all rows, whatever their order, with the names and types of the columns."""

    def __init__(self, schema: Schema) -> None:
        self._columns = sorted([column.name, str(column.type)] for column in schema.stored)
        self._rows = 0
        self._sums = [0, 0, 0, 0]

    def add(self, keys: Keys) -> None:
        """Takes more rows into account; a row that comes twice counts twice."""
        first, second = keys[:, 0], keys[:, 1]
        self._rows += len(keys)
        parts = (first, second, mix(first ^ _SUMS[0]) + second, mix(second ^ _SUMS[1]) ^ first)
        for place, part in enumerate(parts):
            self._sums[place] = (self._sums[place] + int(part.sum())) % _WHOLE

    @property
    def digest(self) -> str:
        """`sha256:…` of all rows added so far."""
        sums = [f"{total:016x}" for total in self._sums]
        return digest_of(
            canonical_json({"columns": self._columns, "rows": self._rows, "sums": sums})
        )


def _values(column: pa.Array) -> tuple[Keys, Keys]:
    if pa.types.is_string(column.type):
        column = column.dictionary_encode()
    pair = _of_texts(column) if pa.types.is_dictionary(column.type) else _of_bits(column)
    if column.null_count:
        gone = pc.is_null(column).to_numpy(zero_copy_only=False)
        for lane, missing in zip(pair, _MISSING, strict=True):
            lane[gone] = missing
    return pair


def _of_bits(column: pa.Array) -> tuple[Keys, Keys]:
    if pa.types.is_floating(column.type):
        filled = pc.fill_null(column, 0.0) if column.null_count else column
        bits = filled.to_numpy(zero_copy_only=False).view(np.uint64)
    else:
        whole = pc.cast(column, pa.int64())
        filled = pc.fill_null(whole, 0) if column.null_count else whole
        bits = filled.to_numpy(zero_copy_only=False).view(np.uint64)
    return mix(bits ^ _LANES[0]), mix(bits ^ _LANES[1])


def _of_texts(encoded: pa.DictionaryArray) -> tuple[Keys, Keys]:
    sha256 = hashlib.sha256
    table = b"".join([sha256(t.encode()).digest()[:16] for t in encoded.dictionary.to_pylist()])
    # One more entry, for missing values, which have no place in the dictionary.
    hashes = np.frombuffer(table + b"\0" * 16, dtype=">u8").reshape(-1, 2).astype(np.uint64)
    indices = pc.fill_null(encoded.indices, len(hashes) - 1).to_numpy(zero_copy_only=False)
    return hashes[indices, 0], hashes[indices, 1]
