"""From which time on are rows test rows? An exact quantile found with bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_BINS = 4096
_CHUNK = 1 << 18

Micros = npt.NDArray[np.int64]


class TimeThreshold:
    """Times go to a file, 8 bytes each; the file is then narrowed down bin by bin."""

    def __init__(self, spool: Path) -> None:
        self._path = spool / "times"
        self._path.write_bytes(b"")
        self._count = 0
        self._low = self._high = 0

    def add(self, times: pa.Array) -> None:
        """Takes the times of the next rows into account; missing ones are left out."""
        micros: Micros = pc.cast(times.drop_null(), pa.int64()).to_numpy()
        if not len(micros):
            return
        low, high = int(micros.min()), int(micros.max())
        self._low = min(self._low, low) if self._count else low
        self._high = max(self._high, high) if self._count else high
        self._count += len(micros)
        with self._path.open("ab") as target:
            micros.tofile(target)

    def threshold(self, percent: Decimal) -> int | None:
        """The highest time (microseconds) at or after which at least `percent` of the rows lie.

        None without rows.
        """
        if not self._count:
            return None
        rank = int((percent * self._count / 100).to_integral_value(ROUND_CEILING))
        low, high = self._low, self._high
        while low < high:
            width = (high - low) // _BINS + 1
            counts = np.zeros(_BINS, dtype=np.int64)
            for micros in self._chunks():
                inside = micros[(micros >= low) & (micros <= high)]
                counts += np.bincount((inside - low) // width, minlength=_BINS)
            above = np.cumsum(counts[::-1])
            place = _BINS - 1 - int(np.searchsorted(above, rank))
            rank -= int(above[_BINS - 1 - place] - counts[place])
            low, high = low + place * width, min(high, low + (place + 1) * width - 1)
        return low

    def _chunks(self) -> Iterator[Micros]:
        with self._path.open("rb") as source:
            while len(micros := np.fromfile(source, dtype=np.int64, count=_CHUNK)):
                yield micros
