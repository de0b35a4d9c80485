"""A graph of a few bytes must not fill the memory of the pod that looks at it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from trainer.models.onnx_size import refuse_spreading
from trainer.pod.exits import UserFault

MOST = 64 << 20
HUGE = (1 << 16, 1 << 16)


def shape(*numbers: int, name: str = "shape") -> Any:
    """Return an initializer that says a shape."""
    return numpy_helper.from_array(np.array(numbers, dtype=np.int64), name)


def graph(nodes: Sequence[Any], initializers: Sequence[Any] = (), **more: Any) -> Any:
    """Return a graph whose output is `y`."""
    output = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    row = helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 1])
    return helper.make_graph(nodes, "g", [row], [output], initializers, **more)


def written(tmp_path: Path, found: Any) -> Path:
    """Return the file of a model with that graph."""
    path = tmp_path / "model.onnx"
    onnx.save(helper.make_model(found), path)
    return path


def constant(*numbers: int) -> Any:
    """Return a node that makes the shape."""
    return helper.make_node("Constant", [], ["shape"], value=shape(*numbers))


def sparse() -> Any:
    """Return an initializer with one number, of very many."""
    values = numpy_helper.from_array(np.array([1.0], dtype=np.float32), "s")
    indices = numpy_helper.from_array(np.array([0], dtype=np.int64), "i")
    return helper.make_sparse_tensor(values, indices, list(HUGE))


FILL = helper.make_node("ConstantOfShape", ["shape"], ["y"])
INSIDE = helper.make_node(
    "If", ["x"], ["y"], then_branch=graph([FILL], [shape(*HUGE)]), else_branch=graph([])
)
BOMBS = [
    pytest.param(graph([FILL], [shape(*HUGE)]), id="a shape beside the graph"),
    pytest.param(graph([constant(*HUGE), FILL]), id="a shape inside the graph"),
    pytest.param(graph([INSIDE]), id="in a branch"),
    pytest.param(
        graph([helper.make_node("Expand", ["x", "shape"], ["y"])], [shape(*HUGE)]), id="Expand"
    ),
    pytest.param(
        graph([helper.make_node("Tile", ["x", "shape"], ["y"])], [shape(*HUGE)]), id="Tile"
    ),
    pytest.param(
        graph([helper.make_node("RandomNormal", [], ["y"], shape=HUGE)]), id="random numbers"
    ),
    pytest.param(graph([], sparse_initializer=[sparse()]), id="a sparse initializer"),
]


@pytest.mark.parametrize("found", BOMBS)
def test_what_would_spread_is_refused_by_size(found: Any, tmp_path: Path) -> None:
    """With the node and the numbers, before ONNX Runtime computes them."""
    path = written(tmp_path, found)
    assert path.stat().st_size < 1000
    with pytest.raises(UserFault, match="4294967296 numbers"):
        refuse_spreading(path, MOST)


def test_what_fits_is_left_to_the_runtime(tmp_path: Path) -> None:
    """Shapes of ordinary size, and those that come with the rows."""
    ordinary = graph([FILL], [shape(100, 100)])
    refuse_spreading(written(tmp_path, ordinary), MOST)
    by_rows = graph([helper.make_node("Shape", ["x"], ["shape"]), FILL])
    refuse_spreading(written(tmp_path, by_rows), MOST)


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    """In one sentence."""
    path = tmp_path / "model.onnx"
    path.write_bytes(b"\xff" * 64)
    with pytest.raises(UserFault, match=r"model\.onnx is not a model"):
        refuse_spreading(path, MOST)
