"""The same rows, in each server's way of reading them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.serving import bodies

MATRIX = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})
MIXED = pd.DataFrame({"a": [1.0, 2.0], "c": pd.Series(["x", "yy"], dtype=object)})


def document(request: bytes) -> Any:
    """The JSON of a request whose length is what it says."""
    head, body = request.split(b"\r\n\r\n", 1)
    assert f"Content-Length: {len(body)}".encode() in head
    return json.loads(body)


def test_a_matrix_is_one_tensor() -> None:
    """Row-major."""
    expected = {"name": "input", "datatype": "FP64", "shape": [2, 2], "data": [1.0, 3.0, 2.0, 4.0]}
    assert {"inputs": [expected]} == document(bodies.v2_request(MATRIX))
    assert {"inputs": [expected]} == document(bodies.v2_pandas_request(MATRIX))


def test_columns_are_a_tensor_each() -> None:
    """Categories as BYTES."""
    sent = document(bodies.v2_request(MIXED))["inputs"]
    assert [("a", "FP64", [1.0, 2.0]), ("c", "BYTES", ["x", "yy"])] == [
        (each["name"], each["datatype"], each["data"]) for each in sent
    ]


def test_columns_are_marked_as_a_table_for_pandas() -> None:
    """The request and its texts say how they are to be read."""
    sent = document(bodies.v2_pandas_request(MIXED))
    assert {"content_type": "pd"} == sent["parameters"]
    assert {"content_type": "str"} == sent["inputs"][1]["parameters"]


def test_binary_tensors_stand_behind_the_json() -> None:
    """Numbers as they lie in memory, texts behind their lengths."""
    head, body = bodies.v2_binary_request(MIXED).split(b"\r\n\r\n", 1)
    size = int(head.split(b"Inference-Header-Content-Length: ")[1].split(b"\r\n")[0])
    sizes = [each["parameters"]["binary_data_size"] for each in json.loads(body[:size])["inputs"]]
    assert [16, 11] == sizes
    expected = np.array([1.0, 2.0]).tobytes() + b"\1\0\0\0x\2\0\0\0yy"
    assert expected == body[size:]
