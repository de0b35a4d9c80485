"""What goes back."""

from __future__ import annotations

import json

import numpy as np
import pytest

from modelbundle.prediction import Prediction
from modelserver.answers import ModelIdentity, error_answer, json_answer, v1_answer, v2_answer

IDENTITY = ModelIdentity("m", "m-1", "sha256:" + "a" * 64)
TEXTS = Prediction(np.array(["b", "a"], dtype=object), np.array([[0.25, 0.75], [1.0, 0.0]]))


def test_all_outputs_flat_and_row_major() -> None:
    """Names, datatypes, shapes and data as the protocol wants them."""
    expected = {
        "model_name": "m",
        "model_version": "m-1",
        "id": "7",
        "outputs": [
            {"name": "labels", "datatype": "BYTES", "shape": [2], "data": ["b", "a"]},
            {
                "name": "probabilities",
                "datatype": "FP64",
                "shape": [2, 2],
                "data": [0.25, 0.75, 1.0, 0.0],
            },
        ],
    }
    answer = v2_answer(TEXTS, ("labels", "probabilities"), "7", IDENTITY)
    assert (expected, 2) == (json.loads(answer.body), answer.rows)


def test_a_slice_of_a_batch_is_encoded_as_itself() -> None:
    """Parts of a larger array keep their own rows."""
    answer = v2_answer(TEXTS.part(1, 2), ("probabilities",), None, IDENTITY)
    assert [1.0, 0.0] == json.loads(answer.body)["outputs"][0]["data"]


def test_labels_keep_their_types() -> None:
    """Integers and booleans are not texts."""
    for values, datatype in ((np.array([3]), "INT64"), (np.array([True]), "BOOL")):
        answer = v2_answer(Prediction(values, None), ("labels",), None, IDENTITY)
        assert datatype == json.loads(answer.body)["outputs"][0]["datatype"]


def test_v1_is_a_list() -> None:
    """One label per row."""
    assert {"predictions": ["b", "a"]} == json.loads(v1_answer(TEXTS).body)


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        pytest.param(400, (), id="a wrong request need not come again"),
        pytest.param(429, (("retry-after", "1"),), id="too many at once may"),
        pytest.param(503, (("retry-after", "1"),), id="and who comes to a server that cannot"),
    ],
)
def test_errors_are_objects_and_say_when_to_come_back(
    status: int, headers: tuple[tuple[str, str], ...]
) -> None:
    """The V2 form of an error; a document, as of a probe, says it too."""
    answer = error_answer("busy", status)
    assert (b'{"error":"busy"}', headers) == (answer.body, answer.headers)
    assert headers == json_answer({"ready": False}, status).headers
