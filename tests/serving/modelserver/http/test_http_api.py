"""The protocol over HTTP, on a real server."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families
from serving_bundles import Sample
from serving_process import MODEL, REVISION, Client, Running

from modelbundle.example import request_inputs


@pytest.fixture
def client(tumours_server: Running) -> Client:
    """A client of the tumours server."""
    return tumours_server.client


@pytest.fixture
def example(client: Client) -> Any:
    """A request that the model answers."""
    return client.get(f"/v2/models/{MODEL}/example").document


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("/v2/health/live", {"live": True}, id="live"),
        pytest.param("/v2/health/ready", {"live": True, "ready": True}, id="ready"),
        pytest.param(f"/v2/models/{MODEL}/ready", {"name": MODEL, "ready": True}, id="model"),
        pytest.param(
            "/v2",
            {
                "name": "trainyard-modelserver",
                "version": "0.1.0",
                "extensions": ["binary_tensor_data"],
            },
            id="server",
        ),
    ],
)
def test_questions_about_the_server(client: Client, path: str, expected: Any, method: str) -> None:
    """HEAD has the headers of GET and no body."""
    reply = client.get(path, method)
    assert (200, "application/json") == (reply.status, reply.headers["content-type"])
    assert (reply.body == b"") if method == "HEAD" else (expected == reply.document)


def test_metadata_has_the_real_tensors(client: Client) -> None:
    """One matrix of thirty numbers; labels and two probabilities."""
    document = client.get(f"/v2/models/{MODEL}").document
    assert [{"name": "input", "datatype": "FP64", "shape": [-1, 30]}] == document["inputs"]
    assert ["labels", "probabilities"] == [output["name"] for output in document["outputs"]]


def test_every_answer_names_revision_and_bundle(
    client: Client, example: Any, tumours_sample: Sample
) -> None:
    """Good answers, errors and probes alike."""
    replies = [client.infer(example), client.infer({}), client.get("/v2/health/live")]
    expected = {(REVISION, tumours_sample.digest)}
    found = {(r.headers["trainyard-revision"], r.headers["trainyard-bundle"]) for r in replies}
    assert expected == found


def test_id_is_echoed(client: Client, example: Any) -> None:
    """And only when it was given."""
    assert client.infer({**example, "id": "a-7"}).document["id"] == "a-7"
    assert "id" not in client.infer(example).document


def test_every_row_equals_scikit_learn(client: Client, tumours_sample: Sample) -> None:
    """569 rows through HTTP and ONNX: labels exactly, probabilities within 1e-5."""
    request = {"inputs": request_inputs(tumours_sample.rows, tumours_sample.signature)}
    labels, scores = client.infer(request).document["outputs"]
    assert tumours_sample.model.predict(tumours_sample.table).tolist() == labels["data"]
    expected = tumours_sample.model.predict_proba(tumours_sample.table)
    found = np.array(scores["data"]).reshape(scores["shape"])
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


def test_every_mixed_row_equals_scikit_learn(
    patients_server: Running, patients_sample: Sample
) -> None:
    """400 rows with missing values, categories, booleans and integers, in V2 and in V1."""
    request = {"inputs": request_inputs(patients_sample.rows, patients_sample.signature)}
    labels, scores = patients_server.client.infer(request).document["outputs"]
    expected = patients_sample.model.predict(patients_sample.table).tolist()
    assert expected == labels["data"]
    found = np.array(scores["data"]).reshape(scores["shape"])
    probabilities = patients_sample.model.predict_proba(patients_sample.table)
    np.testing.assert_allclose(found, probabilities, rtol=0, atol=1e-5)
    instances = zip(*(item["data"] for item in request["inputs"]), strict=True)
    v1 = patients_server.client.post(
        f"/v1/models/{MODEL}:predict", {"instances": [list(row) for row in instances]}
    )
    assert {"predictions": expected} == v1.document


def test_never_seen_categories_are_answered(patients_server: Running) -> None:
    """Where the model handles them."""
    row = {"size": None, "age": 50, "smoker": True, "site": "on the moon"}
    reply = patients_server.client.post(f"/v1/models/{MODEL}:predict", {"instances": [row]})
    assert (200, 1) == (reply.status, len(reply.document["predictions"]))


@pytest.mark.parametrize(
    ("path", "body", "status", "message"),
    [
        pytest.param(f"/v2/models/{MODEL}/infer", b"{", 400, "not JSON", id="half a body"),
        pytest.param(f"/v2/models/{MODEL}/infer", b"", 400, "not JSON", id="no body"),
        pytest.param(f"/v1/models/{MODEL}:predict", b"{}", 400, "instances", id="no instances"),
        pytest.param("/v2/models/other/infer", b"{}", 404, "no model 'other'", id="another model"),
        pytest.param(
            f"/v2/models/{MODEL}/versions/old/infer", b"{}", 404, "no version", id="old version"
        ),
        pytest.param("/v2/repository/models/x/load", b"{}", 404, "nothing at", id="management"),
        pytest.param("/v2/health/live", b"{}", 405, "takes GET or HEAD", id="a POST to a probe"),
        pytest.param(
            f"/v2/models/{MODEL}/infer", b"x" * 200_001, 413, "200000 bytes", id="a large body"
        ),
    ],
)
def test_errors_are_one_sentence(
    client: Client, path: str, body: bytes, status: int, message: str
) -> None:
    """`{"error": …}`, no stack trace."""
    reply = client.post(path, body)
    assert status == reply.status
    assert ["error"] == list(reply.document)
    assert message in reply.document["error"]
    assert "Traceback" not in reply.document["error"]


def test_too_many_rows_are_413(client: Client, tumours_sample: Sample) -> None:
    """The row limit of this server is 600."""
    request = {
        "inputs": [{"name": "input", "datatype": "FP64", "shape": [601, 30], "data": [1] * 18030}]
    }
    reply = client.infer(request)
    assert (413, "601 rows; at most 600 in one request") == (reply.status, reply.document["error"])


def test_other_methods_are_405(client: Client) -> None:
    """Predictions are POSTed, questions asked by GET; the answer says so in a header."""
    found = client.get(f"/v2/models/{MODEL}/infer")
    assert (405, "POST") == (found.status, found.headers["allow"])
    found = client.post("/v2/health/ready", {})
    assert (405, "GET, HEAD") == (found.status, found.headers["allow"])


def test_compressed_bodies_are_415(client: Client) -> None:
    """Said, not misread."""
    reply = client.post(f"/v2/models/{MODEL}/infer", b"\x1f\x8b", {"Content-Encoding": "gzip"})
    assert reply.status == 415


def test_chunked_bodies_are_read_and_bounded(client: Client, example: Any) -> None:
    """A body without a declared length meets the same limit."""
    head = b"POST /v2/models/tumours/infer HTTP/1.1\r\nhost: x\r\n"
    chunked = head + b"transfer-encoding: chunked\r\n\r\n"
    small = client.raw(chunked, b"2\r\n{}\r\n0\r\n\r\n")
    assert small.startswith(b"HTTP/1.1 400 ")
    block = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
    assert client.raw(chunked, *[block] * 8).startswith(b"HTTP/1.1 413 ")


def test_two_requests_in_one_packet_are_answered_in_order(client: Client) -> None:
    """Pipelining."""
    first = b"GET /v2/health/live HTTP/1.1\r\nhost: x\r\n\r\n"
    second = b"GET /v2 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    received = client.raw(first + second)
    assert 0 < received.index(b'{"live":true}') < received.index(b"trainyard-modelserver")


def test_requests_are_counted(client: Client, example: Any) -> None:
    """The difference between two scrapes: two good requests of one row, one bad; probes not."""
    about = {"trainyard_requests_total", "trainyard_request_seconds_count", "trainyard_rows_total"}

    def scraped() -> dict[tuple[str, str], float]:
        text = client.get("/metrics").body.decode()
        return {
            (sample.name, sample.labels.get("code", "")): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name in about and sample.labels["revision"] == REVISION
        }

    before = scraped()
    client.infer(example)
    client.infer(example)
    client.infer({})
    client.get("/v2/health/ready")
    after = scraped()
    counted = {key: after[key] - before.get(key, 0.0) for key in after}
    expected = {
        ("trainyard_requests_total", "200"): 2.0,
        ("trainyard_requests_total", "400"): 1.0,
        ("trainyard_request_seconds_count", ""): 3.0,
        ("trainyard_rows_total", ""): 2.0,
    }
    assert expected == {key: value for key, value in counted.items() if value}
