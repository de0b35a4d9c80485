"""Would an ONNX graph that somebody else made fill the memory before it answers a row?

ONNX Runtime computes what is constant when it loads a graph: a node of a few bytes may ask for
more numbers than there is memory. What depends on the rows is bounded by the rows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import onnx
from onnx import numpy_helper

from trainer.pod.exits import Reason, UserFault

_BYTES = 8
"""Of one number, at most."""
_SHAPE_INPUT = {"ConstantOfShape": 0, "Expand": 1, "Tile": 1}
"""By operator: which input says how many numbers it makes."""
_SHAPE_ATTRIBUTE = frozenset({"RandomNormal", "RandomUniform"})
_LONGEST_SHAPE = 64
"""More dimensions than any tensor has: a longer list of numbers is no shape."""


def refuse_spreading(path: Path, most: int) -> None:
    """Raise UserFault(ModelUnreadable) for a graph that makes more than `most` bytes of nothing.

    So it is for one that is no ONNX file, or whose numbers are in other files.
    """
    try:
        graph = onnx.load(path, load_external_data=False).graph
    except Exception as error:
        raise UserFault(
            Reason.MODEL_UNREADABLE,
            f"{path.name} is not a model that ONNX Runtime can load: {str(error)[:200]}",
        ) from error
    for name, numbers in _made(graph, {}):
        if numbers * _BYTES > most:
            raise UserFault(
                Reason.MODEL_UNREADABLE,
                f"{path.name}: {name} makes {numbers} numbers when the model is loaded, and at most"
                f" {most // _BYTES} fit into the memory of the pod",
            )


def _made(graph: Any, outer: Mapping[str, list[int]]) -> Iterator[tuple[str, int]]:
    """Yield each node or initializer that makes numbers by its shape alone, and how many."""
    shapes = dict(outer) | {
        tensor.name: _numbers(tensor) for tensor in graph.initializer if _is_shape(tensor)
    }
    for sparse in graph.sparse_initializer:
        yield f"sparse initializer {sparse.values.name}", math.prod(sparse.dims)
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.name == "value" and node.op_type == "Constant" and _is_shape(attribute.t):
                shapes[node.output[0]] = _numbers(attribute.t)
            if attribute.name == "shape" and node.op_type in _SHAPE_ATTRIBUTE:
                yield f"node {node.name or node.op_type}", math.prod(attribute.ints)
            if attribute.type == onnx.AttributeProto.GRAPH:
                yield from _made(attribute.g, shapes)
        place = _SHAPE_INPUT.get(node.op_type)
        if place is not None and place < len(node.input) and node.input[place] in shapes:
            shape = shapes[node.input[place]]
            yield f"node {node.name or node.op_type}", math.prod(max(1, n) for n in shape)


def _is_shape(tensor: Any) -> bool:
    return bool(
        tensor.data_type == onnx.TensorProto.INT64
        and len(tensor.dims) <= 1
        and math.prod(tensor.dims) <= _LONGEST_SHAPE
        and tensor.data_location != onnx.TensorProto.EXTERNAL
    )


def _numbers(tensor: Any) -> list[int]:
    return [int(number) for number in numpy_helper.to_array(tensor).reshape(-1)]
