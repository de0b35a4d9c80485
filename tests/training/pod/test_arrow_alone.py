"""Arrow without pandas."""

from __future__ import annotations

import subprocess
import sys

_SCRIPT = """
import sys
from trainer.pod.arrow_alone import use_arrow_alone
use_arrow_alone()
import pyarrow as pa
assert pa.array([1, None]).to_pylist() == [1, None]
assert "pandas" not in sys.modules
import pandas
assert pandas.Series([1]).sum() == 1
"""


def test_arrow_loads_no_pandas_and_whoever_needs_it_still_does() -> None:
    """In a process of its own, where nobody has loaded it before."""
    subprocess.run([sys.executable, "-c", _SCRIPT], check=True, timeout=180)
