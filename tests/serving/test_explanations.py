"""Explanations beside predictions, at a real server.

Proves: serving-image/modelserver/explanations/explanation_answers.py
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from queue import Queue
from typing import Any

import numpy as np
import pytest
import serving_bundles as bundles
from prometheus_client.parser import text_string_to_metric_families
from serving_bundles import Sample
from serving_process import MODEL, REVISION, Client, Running, environment, running
from serving_slow_model import HangingRegressor

from modelbundle.example import request_inputs

PATH = f"/v2/models/{MODEL}/explain"


@pytest.fixture(scope="module")
def server(patients_sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server of rows of every kind that explains up to four rows at a time."""
    environ = environment(
        patients_sample.directory, patients_sample.digest, TRAINYARD_EXPLAIN_ROWS="4"
    )
    with running(environ, tmp_path_factory.mktemp("explaining") / "stderr") as found:
        yield found


def _asked(sample: Sample, rows: int, **more: Any) -> dict[str, Any]:
    return {"inputs": request_inputs(sample.rows.part(0, rows), sample.signature), **more}


def _by_name(document: Any) -> dict[str, Any]:
    return {output["name"]: output for output in document["outputs"]}


def test_an_explanation_leads_from_the_typical_answer_to_the_one_that_is_predicted(
    server: Running, patients_sample: Sample
) -> None:
    """Columns by their names, the predicted class of each row, and its probability."""
    request = _asked(patients_sample, 4, id="a-7")
    reply = server.client.post(PATH, request)
    document = reply.document
    assert (200, MODEL, REVISION, "a-7") == (
        reply.status,
        document["model_name"],
        document["model_version"],
        document["id"],
    )
    assert {"scale": "Probability"} == document["parameters"]
    outputs = _by_name(document)
    assert '["size","age","smoker","site"]' == outputs["contributions"]["parameters"]["columns"]
    assert [4, 4] == outputs["contributions"]["shape"] == outputs["standard_errors"]["shape"]
    labels, likely = server.client.infer(request).document["outputs"]
    assert labels["data"] == outputs["class"]["data"]
    highest = np.array(likely["data"]).reshape(4, -1).max(axis=1)
    np.testing.assert_allclose(outputs["explained"]["data"], highest, atol=1e-6)
    shares = np.array(outputs["contributions"]["data"]).reshape(4, 4).sum(axis=1)
    led = np.array(outputs["typical"]["data"]) + shares
    np.testing.assert_allclose(led, outputs["explained"]["data"], atol=1e-6)


def test_the_example_is_what_is_typical(server: Running) -> None:
    """There is nothing to explain about it."""
    example = server.client.get(f"/v2/models/{MODEL}/example").document
    outputs = _by_name(server.client.post(PATH, example).document)
    assert [0.0] * 4 == outputs["contributions"]["data"]
    assert outputs["typical"]["data"] == outputs["explained"]["data"]


@pytest.mark.parametrize(
    ("change", "status", "sentence"),
    [
        pytest.param({"inputs": []}, 400, "inputs: expected", id="nothing to explain"),
        pytest.param(
            {"parameters": {"class": "medium"}}, 400, "this model has high, low", id="no such class"
        ),
    ],
)
def test_refusals_say_why(
    server: Running,
    patients_sample: Sample,
    change: dict[str, Any],
    status: int,
    sentence: str,
) -> None:
    """As the protocol wants it."""
    reply = server.client.post(PATH, _asked(patients_sample, 1) | change)
    assert (status, True) == (reply.status, sentence in reply.document["error"])


def test_more_rows_and_other_methods_are_refused(server: Running, patients_sample: Sample) -> None:
    """The bound is the setting's, not that of predictions."""
    reply = server.client.post(PATH, _asked(patients_sample, 5))
    assert (413, {"error": "5 rows; at most 4 in one request"}) == (reply.status, reply.document)
    reply = server.client.get(PATH)
    assert (405, "POST") == (reply.status, reply.headers["allow"])


def test_where_nobody_switched_them_on_there_are_none(
    tumours_server: Running, tumours_sample: Sample
) -> None:
    """The reason says how to."""
    reply = tumours_server.client.post(PATH, _asked(tumours_sample, 1))
    assert (404, True) == (reply.status, "spec.server.explain" in reply.document["error"])


def _numbers(client: Client) -> dict[tuple[str, str], float]:
    page = client.get("/metrics").body.decode()
    return {
        (sample.name, sample.labels.get("code", "")): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def test_explanations_are_counted_and_are_no_predictions(
    server: Running, patients_sample: Sample
) -> None:
    """Neither requests nor rows nor live values grow by them."""
    before = _numbers(server.client)
    assert 200 == server.client.post(PATH, _asked(patients_sample, 2)).status
    assert 400 == server.client.post(PATH, {}).status
    after = _numbers(server.client)
    grown = {name for name, value in after.items() if value != before[name]}
    name = "trainyard_explanations_total"
    evaluations = "trainyard_explanation_evaluations_total"
    assert {(name, "200"), (name, "400"), (evaluations, "")} == grown


def test_predictions_are_answered_while_others_are_explained(tmp_path: Path) -> None:
    """Four explanations hang in the model or wait: the fifth is told to come again, and who wants
    a prediction notices nothing.
    """
    data = bundles.iris()
    data = replace(data, target=data.target.astype(float))
    sample = bundles.packed(tmp_path / "bundle", HangingRegressor(900.0), data, ("joblib",))
    environ = environment(sample.directory, sample.digest, TRAINYARD_EXPLAIN_ROWS="1")
    row = {"name": "input", "datatype": "FP64", "shape": [1, 4], "data": [999.0, 3.0, 4.3, 1.3]}
    refused: Queue[tuple[int, str | None, bytes]] = Queue()
    with running(environ, tmp_path / "stderr") as server:

        def explain() -> None:
            made = HTTPConnection("127.0.0.1", server.client.port, timeout=600)
            # Those that hang end with the server.
            with closing(made) as connection, suppress(OSError, HTTPException):
                connection.request("POST", PATH, json.dumps({"inputs": [row]}))
                answer = connection.getresponse()
                refused.put((answer.status, answer.getheader("retry-after"), answer.read()))

        asking = [threading.Thread(target=explain, daemon=True) for _ in range(5)]
        for thread in asking:
            thread.start()
        status, again, body = refused.get(timeout=300)
        assert (429, "1") == (status, again)
        assert b"4 requests are being" in body
        assert 200 == server.client.infer(_asked(sample, 1)).status
        assert 200 == server.client.get("/v2/health/ready").status
    for thread in asking:
        thread.join(300)
    assert refused.empty()
