"""Arrays of numpy in Arrow."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from trainer.pod.numpy_arrays import as_arrow


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([True, False, True, True, False, False, True, False, True], id="truths"),
        pytest.param([1, -2, 2**62], id="whole numbers"),
        pytest.param([], id="nothing"),
    ],
)
def test_the_values_are_the_same(values: list[Any]) -> None:
    """Also where they do not lie side by side."""
    array = np.array(values, dtype=None if values else np.int64)
    found = as_arrow(array)
    found.validate(full=True)
    assert values == found.to_pylist()
    assert values[::2] == as_arrow(array[::2]).to_pylist()


def test_unsigned_numbers_keep_their_type() -> None:
    """As hashes have it."""
    found = as_arrow(np.array([2**64 - 1, 0], dtype=np.uint64))
    assert ("uint64", [2**64 - 1, 0]) == (str(found.type), found.to_pylist())


_SCRIPT = """
import sys
import numpy as np
from trainer.pod.arrow_alone import use_arrow_alone
use_arrow_alone()
from trainer.pod.numpy_arrays import as_arrow
as_arrow(np.array([True])), as_arrow(np.array([1]))
assert "numpy.ma" not in sys.modules
"""


def test_masked_arrays_are_not_loaded() -> None:
    """In a process of its own, where nobody has loaded them before."""
    subprocess.run([sys.executable, "-c", _SCRIPT], check=True, timeout=180)
