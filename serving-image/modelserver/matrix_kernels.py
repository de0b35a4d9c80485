"""Which routines of OpenBLAS (numpy's and scipy's) multiply matrices? Those that treat rows alike.

On processors with AVX-512 it multiplies small matrices by other routines than large ones, in
another order, so that the last bits of a row depend on how many rows there are. Its routines for
AVX2, which these processors have as well, do not, and are as quick for what models multiply.
"""

from __future__ import annotations

from pathlib import Path

VARIABLE = "OPENBLAS_CORETYPE"
_AVX2_ROUTINES = "Haswell"
_WITH_BOTH = frozenset({"avx512f", "avx2", "fma"})
_ENOUGH = 1 << 14  # characters: the first of many processors that are alike


def chosen_routines(cpuinfo: Path = Path("/proc/cpuinfo")) -> str | None:
    """What OPENBLAS_CORETYPE is to be before numpy is imported; None for OpenBLAS to choose."""
    try:
        with cpuinfo.open() as told:
            lines = told.read(_ENOUGH).splitlines()
    except OSError:
        return None
    flags: set[str] = next(
        (set(line.partition(":")[2].split()) for line in lines if line.startswith("flags")), set()
    )
    return _AVX2_ROUTINES if flags >= _WITH_BOTH else None
