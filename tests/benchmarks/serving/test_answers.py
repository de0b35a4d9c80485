"""What answers say, in each server's way of writing them."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

from benchmarks.serving.answers import Said, v2_binary_said, v2_said

LABELS = {"name": "predict", "datatype": "INT64", "shape": [2]}


@pytest.mark.parametrize(
    ("said", "body"),
    [
        pytest.param(v2_said, {"outputs": [{**LABELS, "data": [0, 1]}]}, id="V2 labels"),
        pytest.param(
            v2_said,
            {"outputs": [{**LABELS, "shape": [2, 1], "data": [[0], [1]]}]},
            id="V2 labels as a column",
        ),
    ],
)
def test_labels(said: Callable[[bytes], Said], body: object) -> None:
    """Whole numbers, a row each."""
    assert [0, 1] == said(json.dumps(body).encode()).labels


def test_probabilities_have_a_row_and_a_column() -> None:
    """The second output, in its shape."""
    sent = {"name": "p", "datatype": "FP64", "shape": [1, 2], "data": [0.25, 0.75]}
    body = json.dumps({"outputs": [{**LABELS, "shape": [1], "data": [1]}, sent]}).encode()
    assert [[0.25, 0.75]] == v2_said(body).probabilities.tolist()


def test_binary_outputs_stand_behind_the_json() -> None:
    """In the order of the outputs, even when a byte of them looks like JSON."""
    labels = np.array([0, 0x7D5D], dtype="<i8").tobytes()
    shares = np.array([0.5, 0.25, 0.25, 0.5], dtype="<f8").tobytes()
    outputs = [
        {**LABELS, "parameters": {"binary_data_size": len(labels)}},
        {
            "name": "p",
            "datatype": "FP64",
            "shape": [2, 2],
            "parameters": {"binary_data_size": len(shares)},
        },
    ]
    said = v2_binary_said(json.dumps({"outputs": outputs}).encode() + labels + shares)
    assert [0, 0x7D5D] == said.labels
    assert [[0.5, 0.25], [0.25, 0.5]] == said.probabilities.tolist()
