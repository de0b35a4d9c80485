"""The operators of ONNX files, read off their bytes, compared with what the package onnx sees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import onnx
import pytest
import serving_bundles as bundles
from onnx import TensorProto, helper
from serving_bundles import Sample
from sklearn.neighbors import KNeighborsClassifier

from modelbundle.onnx_operators import operators_of


def _seen(graph: Any) -> Iterator[str]:
    """Operators of a graph and of those in its attributes, as the package tells."""
    for node in graph.node:
        yield node.op_type
        for attribute in node.attribute:
            for inner in [attribute.g, *attribute.graphs]:
                yield from _seen(inner)


def test_operators_of_real_models_are_found(
    tumours_sample: Sample, patients_sample: Sample
) -> None:
    """A chain of nodes on one matrix, and one with an input per column."""
    for sample in (tumours_sample, patients_sample):
        model = bundles.converted(sample.model, sample.signature)
        assert set(_seen(model.graph)) == operators_of(model.SerializeToString())


def test_operators_within_loops_are_found() -> None:
    """Distances are computed in a Scan, whose body is a graph within an attribute."""
    model = KNeighborsClassifier()
    signature, _, _ = bundles.fitted(model, bundles.iris())
    converted = bundles.converted(model, signature)
    outside = {node.op_type for node in converted.graph.node}
    found = operators_of(converted.SerializeToString())
    assert set(_seen(converted.graph)) == found
    assert {"ReduceSumSquare"} <= found - outside


def test_operators_within_functions_are_found() -> None:
    """What a model calls by a name of its own is looked into."""
    body = [helper.make_node("Exp", ["x"], ["y"])]
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    function = helper.make_function("own", "Grow", ["x"], ["y"], body, opsets[:1])
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None]) for name in "ab"]
    node = helper.make_node("Grow", ["a"], ["b"], domain="own")
    graph = helper.make_graph([node], "g", values[:1], values[1:])
    model = helper.make_model(graph, opset_imports=opsets, functions=[function])
    onnx.checker.check_model(model)
    assert {"Grow", "Exp"} == operators_of(model.SerializeToString())


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\x3a\x05ab", id="a field longer than the file"),
        pytest.param(b"\x08\xff", id="a number without an end"),
        pytest.param(b"\x08" + b"\xff" * 20, id="a number of more than 64 bits"),
        pytest.param(b"\x0b", id="a kind of field that ONNX does not have"),
    ],
)
def test_other_bytes_are_refused(content: bytes) -> None:
    """No file is taken for a model without operators."""
    with pytest.raises(ValueError, match=r"a field|a number"):
        operators_of(content)
