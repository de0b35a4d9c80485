"""Triton's raw binary request: no JSON, the one matrix of the metadata."""

from __future__ import annotations

import numpy as np
import pytest
import tritonclient.http as triton
from serving_bundles import Sample
from serving_process import MODEL, Running

from modelbundle.signature import Feature, Kind, Signature, Task
from modelserver.payloads.refusals import RequestRefused
from modelserver.payloads.v2_requests import V2Decoder

NUMBERS = Signature(
    Task.CLASSIFICATION,
    ("no", "yes"),
    (Feature("a", Kind.FLOAT, accepts_missing=True), Feature("b", Kind.INTEGER)),
    probabilities=True,
)
TEXTS = Signature(Task.REGRESSION, (), (Feature("site", Kind.CATEGORY),), probabilities=False)


def test_bytes_without_json_are_the_one_matrix() -> None:
    """Rows of FP64; all outputs come back as bytes."""
    asked = V2Decoder(NUMBERS, 3).decode(np.array([[1.5, 2.0], [np.nan, 4.0]]).tobytes(), b"0")
    assert "[[1.5, 2.0], [nan, 4.0]]" == repr(asked.rows.numbers.tolist())
    assert (("labels", "probabilities"), None) == (asked.wanted, asked.id)
    assert asked.binary == {"labels", "probabilities"}


@pytest.mark.parametrize(
    ("signature", "body", "message", "status"),
    [
        pytest.param(NUMBERS, b"", "0 rows", 400, id="nothing"),
        pytest.param(NUMBERS, b"1234567", "rows of 2 numbers, FP64", 400, id="half a number"),
        pytest.param(NUMBERS, bytes(64), "4 rows; at most 3", 413, id="too many rows"),
        pytest.param(NUMBERS, np.array([1.0, 0.5]).tobytes(), "a whole number", 400, id="a half"),
        pytest.param(TEXTS, bytes(32), "one input per feature", 400, id="a model with texts"),
    ],
)
def test_bytes_without_json_may_be_wrong(
    signature: Signature, body: bytes, message: str, status: int
) -> None:
    """Each with its sentence."""
    with pytest.raises(RequestRefused, match=message) as refused:
        V2Decoder(signature, 3).decode(body, b"0")
    assert status == refused.value.status


def test_a_server_answers_them(tumours_server: Running, tumours_sample: Sample) -> None:
    """Every row as scikit-learn says; NVIDIA's client reads the answer."""
    path = f"/v2/models/{MODEL}/infer"
    body = tumours_sample.rows.numbers.tobytes()
    reply = tumours_server.client.post(path, body, {"Inference-Header-Content-Length": "0"})
    size = int(reply.headers["inference-header-content-length"])
    found = triton.InferenceServerClient.parse_response_body(reply.body, header_length=size)
    labels = [label.decode() for label in found.as_numpy("labels")]
    assert tumours_sample.model.predict(tumours_sample.table).tolist() == labels
