"""What goes back in V2: as the protocol spells it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import orjson
import pytest

from modelbundle.prediction import Prediction
from modelbundle.rows import Rows
from modelserver.payloads.answers import Answer, ModelIdentity
from modelserver.payloads.v2_answers import V2Answers
from modelserver.payloads.v2_requests import InferRequest

IDENTITY = ModelIdentity("m", "m-1", "sha256:" + "a" * 64)
TEXTS = Prediction(np.array(["b", "a"], dtype=object), np.array([[0.25, 0.75], [1.0, 0.0]]))
NO_ROWS = Rows(np.empty((0, 0)), np.empty((0, 0), dtype=object))


def answered(
    predicted: Prediction,
    *wanted: str,
    request_id: str | None = None,
    binary: frozenset[str] = frozenset(),
) -> Answer:
    """What goes back to a request for these outputs."""
    return V2Answers(IDENTITY).of(predicted, InferRequest(NO_ROWS, wanted, request_id, binary))


def outputs_of(answer: Answer) -> Any:
    """What its JSON says."""
    return json.loads(answer.body)["outputs"]


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
    answer = answered(TEXTS, "labels", "probabilities", request_id="7")
    assert (expected, 2) == (json.loads(answer.body), answer.rows)


def test_a_slice_of_a_batch_is_encoded_as_itself() -> None:
    """Parts of a larger array keep their own rows."""
    answer = answered(TEXTS.part(1, 2), "probabilities")
    assert [1.0, 0.0] == outputs_of(answer)[0]["data"]


def test_labels_keep_their_types() -> None:
    """Integers and booleans are not texts."""
    for values, datatype in ((np.array([3]), "INT64"), (np.array([True]), "BOOL")):
        answer = answered(Prediction(values, None), "labels")
        assert datatype == outputs_of(answer)[0]["datatype"]


def test_an_id_may_hold_anything() -> None:
    """Quotes and letters of all kinds are escaped as JSON wants it."""
    answer = answered(TEXTS, "labels", request_id='"\\é\n')
    assert '"\\é\n' == json.loads(answer.body)["id"]


@pytest.mark.parametrize("binary", [{"labels"}, {"probabilities"}, {"labels", "probabilities"}])
def test_bytes_stand_behind_the_json_in_the_order_of_the_outputs(binary: set[str]) -> None:
    """Each output says how many of them are its own; the header says where they begin."""
    answer = answered(TEXTS, "probabilities", "labels", binary=frozenset(binary))
    size = int(dict(answer.headers)["inference-header-content-length"])
    document, rest = json.loads(answer.body[:size]), answer.body[size:]
    contents = {
        "labels": b"\x01\0\0\0b\x01\0\0\0a",
        "probabilities": np.array([0.25, 0.75, 1.0, 0.0]).tobytes(),
    }
    for output in document["outputs"]:
        if output["name"] in binary:
            taken = output["parameters"]["binary_data_size"]
            assert (contents[output["name"]], False) == (rest[:taken], "data" in output)
            rest = rest[taken:]
        else:
            assert "parameters" not in output
    assert rest == b""


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(np.arange(-20, 20), id="whole numbers"),
        pytest.param(np.arange(40) % 3 == 0, id="truths"),
        pytest.param(np.array(["é", "b"] * 20, dtype=object), id="texts"),
        pytest.param(np.array([1e16, 5e-324, -0.0, 0.1, 1e22] * 8), id="floats"),
        pytest.param(np.asfortranarray(np.arange(40.0).reshape(20, 2)), id="columns in memory"),
    ],
)
def test_many_values_are_spelled_as_few(values: Any) -> None:
    """Arrays are written without making lists of them: the digits and their order stay."""
    spelled = answered(Prediction(values, None), "predictions").body
    assert orjson.dumps(values.ravel().tolist()) in spelled
