"""Which keys have rows in the train part and in the test part, found with bounded memory?

The keys with the lowest hashes are kept, each with all of its rows: a sample of what there is, not
of rows, so that what is kept is known wholly. Of few enough keys it is all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trainer.checks.splitting import Side, Sides
from trainer.rows.findings import EXAMPLES
from trainer.rows.row_digests import NO_VALUE, Keys, Positions

_ALL_KEYS = 1 << 17
_MOST_KEYS = 1 << 15
_FEWEST_KEYS = 1 << 10
_NEVER = np.uint64(2**64 - 1)


@dataclass(frozen=True, slots=True)
class Shared:
    """`count` of the `rows` of the test part have a key of the train part; `whole`: these are all
    that have one. `found`: pairs of such a row and one of the train part.
    """

    count: int
    rows: int
    whole: bool
    found: tuple[tuple[int, int], ...]


class SharedKeys:
    """One of so many `kinds` of keys, which share the memory: 10 MiB for all of up to 128 kinds, 80
    KiB for each one more.
    """

    def __init__(self, kinds: int = 1) -> None:
        self.limit = max(_FEWEST_KEYS, min(_MOST_KEYS, _ALL_KEYS // kinds))
        self._entries: list[Keys] = []
        """Key, rows of the train part, of the test part, and the first one of each."""
        self._count = 0
        self._bound = _NEVER
        self._whole = True

    def add(self, keys: Positions, sides: Sides, first_row: int) -> None:
        """Takes the next rows into account; those of neither part and of no key are left out."""
        chosen = np.flatnonzero((keys <= self._bound) & (keys != NO_VALUE) & (sides != Side.GAP))
        if not len(chosen):
            return
        entries = np.empty((len(chosen), 5), dtype=np.uint64)
        entries[:, 0] = keys[chosen]
        numbers = chosen.astype(np.uint64) + np.uint64(first_row)
        for place, side in enumerate((Side.TRAIN, Side.TEST)):
            there = sides[chosen] == side
            entries[:, 1 + place] = there
            entries[:, 3 + place] = np.where(there, numbers, _NEVER)
        self._entries.append(entries)
        self._count += len(chosen)
        if self._count > 2 * self.limit:
            self._prune()

    def result(self) -> Shared | None:
        """What both parts share; None where they share nothing."""
        if not self._entries:
            return None
        self._prune()
        (entries,) = self._entries
        both = entries[(entries[:, 1] > 0) & (entries[:, 2] > 0)]
        if not len(both):
            return None
        first = both[np.argsort(both[:, 4])[:EXAMPLES]]
        pairs = tuple((int(tested), int(trained)) for trained, tested in first[:, 3:])
        return Shared(int(both[:, 2].sum()), int(entries[:, 2].sum()), self._whole, pairs)

    def _prune(self) -> None:
        entries = np.concatenate(self._entries)
        entries = entries[np.argsort(entries[:, 0])]
        starts = np.flatnonzero(np.concatenate([[True], entries[1:, 0] != entries[:-1, 0]]))
        counts = np.add.reduceat(entries[:, 1:3], starts)
        firsts = np.minimum.reduceat(entries[:, 3:], starts)
        joined = np.column_stack([entries[starts, 0], counts, firsts])
        if len(joined) > self.limit:
            joined, self._whole = joined[: self.limit], False
            self._bound = joined[-1, 0]
        self._entries, self._count = [joined], len(joined)
