"""The routines that multiply matrices in a server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from modelserver.matrix_kernels import VARIABLE, chosen_routines

_WIDE = """
import modelserver.__main__  # what the server does before numpy
import numpy as np
from sklearn.kernel_ridge import KernelRidge
from sklearn.neural_network import MLPRegressor
from modelbundle.rows import Rows
from modelbundle.signature import Feature, Kind, Signature, Task
from modelbundle.sklearn_runtime import SklearnRuntime

random = np.random.default_rng(7)
numbers = random.normal(size=(420, 60))
target = numbers[:, 0] * 3 + numbers[:, 1]
features = tuple(Feature(f"x{i}", Kind.FLOAT) for i in range(60))
signature = Signature(Task.REGRESSION, (), features, probabilities=False)
for model in (KernelRidge(), MLPRegressor(hidden_layer_sizes=(120, 90), tol=100.0)):
    model.fit(numbers, target)
    runtime = SklearnRuntime(model, signature, plain=True)
    rows = Rows(numbers, np.empty((420, 0), dtype=object))
    whole = runtime.predict(rows).values
    for count in (1, 2, 3, 8, 33, 64, 100, 101, 160, 300):
        assert (whole[-count:] == runtime.predict(rows.part(420 - count, 420)).values).all(), count
"""


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        pytest.param("fpu avx avx2 fma avx512f avx512bw", "Haswell", id="AVX-512 has AVX2 as well"),
        pytest.param("fpu avx avx2 fma", None, id="without AVX-512 OpenBLAS chooses"),
        pytest.param("fpu avx512f", None, id="what cannot run AVX2 is not made to"),
    ],
)
def test_processors_are_told_apart(tmp_path: Path, flags: str, expected: str | None) -> None:
    """By the flags of the first of them."""
    told = f"processor\t: 0\nmodel name\t: One\nflags\t\t: {flags}\nbugs\t\t:\n"
    (tmp_path / "cpuinfo").write_text(told * 200)
    assert expected == chosen_routines(tmp_path / "cpuinfo")


def test_a_system_that_does_not_tell_is_left_alone(tmp_path: Path) -> None:
    """No file, no choice."""
    assert chosen_routines(tmp_path / "nothing") is None


def test_wide_models_answer_rows_alike_in_any_number() -> None:
    """Products on both sides of the size at which OpenBLAS takes other routines for AVX-512."""
    environment = {key: value for key, value in os.environ.items() if key != VARIABLE}
    subprocess.run([sys.executable, "-c", _WIDE], env=environment, check=True)


def test_what_somebody_chose_stays() -> None:
    """The variable of the container wins."""
    code = f"import os, modelserver.__main__; print(os.environ[{VARIABLE!r}])"
    environment = {**os.environ, VARIABLE: "Nehalem"}
    command = [sys.executable, "-c", code]
    asked = subprocess.run(command, env=environment, check=True, capture_output=True)
    assert b"Nehalem" == asked.stdout.strip()
