"""What goes back."""

from __future__ import annotations

import json

import numpy as np
import pytest

from modelbundle.prediction import Prediction
from modelserver.payloads.answers import error_answer, json_answer, v1_answer

TEXTS = Prediction(np.array(["b", "a"], dtype=object), np.array([[0.25, 0.75], [1.0, 0.0]]))


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
