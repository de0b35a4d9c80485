"""What becomes of memory that a batch has used? It is kept for the next one, up to a bound.

Left to itself glibc gives large pieces back to the kernel, which then has to fill each page anew
with zeros: a fifth of the time of a batch of wide rows in bytes (see decision 29).
"""

from __future__ import annotations

import ctypes
from contextlib import suppress
from typing import Final

KEPT_BYTES: Final = 32 << 20
"""At most so much free memory at the end of the heap is kept; also the most that glibc takes."""

_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3


def keep_freed_memory() -> None:
    """Pieces below `KEPT_BYTES` come from the heap, and its end is given back above so much.

    Where the C library is not glibc nothing changes. Source: mallopt(3).
    """
    with suppress(AttributeError, OSError):
        mallopt = ctypes.CDLL(None).mallopt
        for threshold in (_TRIM_THRESHOLD, _MMAP_THRESHOLD):
            mallopt(threshold, KEPT_BYTES)
