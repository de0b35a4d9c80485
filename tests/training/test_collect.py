"""A serving pod that captures, as two processes over a real S3 server.

Proves: training-image/trainer/captures/incoming.py
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import serving_bundles as bundles
from capturing_pod import CapturingPod, counts, ended, settled
from s3_server import S3, s3_server
from serving_bundles import Sample
from serving_process import REVISION

from modelbundle.example import read_example
from trainer.collect import collect_settings
from trainer.pod.environment import Environment
from trainer.pod.exits import UserFault


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    """A server with one bucket."""
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture(scope="module")
def patients(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """A model with features of every kind."""
    directory = tmp_path_factory.mktemp("patients")
    return bundles.packed(directory, bundles.tolerant_columns(), bundles.patients(), ("onnx",))


@pytest.fixture
def pod(tmp_path: Path, patients: Sample, s3: S3) -> CapturingPod:
    """A pod with a store of its own."""
    for entry in s3.store("team").list():
        s3.store("team").delete(entry.key)
    return CapturingPod(tmp_path, patients, s3)


def row(sample: Sample, **changes: Any) -> dict[str, Any]:
    """One request of the model's example, with other cells."""
    request = read_example(sample.directory).request
    inputs = [
        {**item, "data": [changes.get(item["name"], item["data"][0])]} for item in request["inputs"]
    ]
    return {**request, "inputs": inputs}


def test_requests_are_found_again_by_their_ids(pod: CapturingPod) -> None:
    """By the header, the body's id, or the one that came back; with what was asked and said."""
    path = "/v2/models/tumours/infer"
    pod.exclude = '["age"]'
    with pod.collector(), pod.server() as server:
        post = server.client.post
        post(path, {**row(pod.sample, size=1.5), "id": "b"}, {"x-request-id": "a"})
        post(path, {**row(pod.sample, smoker=None), "id": "c"})
        made = post(path, row(pod.sample, site=None)).headers["x-request-id"]
        instance = {item["name"]: item["data"][0] for item in row(pod.sample)["inputs"]}
        post("/v1/models/tumours:predict", {"instances": [instance] * 2}, {"x-request-id": "d"})
        assert 400 == post(path, {"inputs": []}, {"x-request-id": "e"}).status
        assert {"sampled": 5, "stored": 5, "dropped": 0} == settled(server)
    found = pod.captured().to_pylist()
    assert [("a", 0), ("c", 0), (made, 0), ("d", 0), ("d", 1)] == [
        (line["request_id"], line["row"]) for line in found
    ]
    assert (1.5, None, None, 2) == (
        found[0]["input.size"],
        found[1]["input.smoker"],
        found[2]["input.site"],
        found[3]["rows"],
    )
    first = found[0]
    assert {REVISION} == {line["revision"] for line in found}
    assert {pod.sample.digest} == {line["bundle"] for line in found}
    assert "input.age" not in first, "excluded columns never leave the server"
    assert first["prediction"] in {"high", "low"}
    assert 1 == pytest.approx(first["probability.high"] + first["probability.low"])
    assert abs(time.time() - first["time"].timestamp()) < 60


@pytest.mark.parametrize("header", ["trainyard-mirrored", "trainyard-probe"])
def test_what_no_user_asked_is_not_captured(pod: CapturingPod, header: str) -> None:
    """Copies of a router, and who looks whether the model answers; they are answered as always."""
    with pod.collector(), pod.server() as server:
        path, told = "/v2/models/tumours/infer", {header: "true"}
        assert 200 == server.client.post(path, row(pod.sample), told).status
        path = "/v1/models/tumours:predict"
        instance = {item["name"]: item["data"][0] for item in row(pod.sample)["inputs"]}
        asked = {"instances": [instance]}
        assert 200 == server.client.post(path, asked, {**told, "x-request-id": "a"}).status
        server.client.post(path, asked, {"x-request-id": "a"})
        assert {"sampled": 1, "stored": 1, "dropped": 0} == settled(server)
    assert ["a"] == [line["request_id"] for line in pod.captured().to_pylist()]


def test_without_a_collector_answers_go_on_and_every_loss_is_counted(pod: CapturingPod) -> None:
    """What waited for it is stored when it comes; what it took with it is counted as dropped."""
    with pod.server() as server:
        for _ in range(5):
            assert 200 == server.client.infer(row(pod.sample)).status
        assert {"sampled": 5, "stored": 0, "dropped": 0} == counts(server)
        with pod.collector():
            assert {"sampled": 5, "stored": 5, "dropped": 0} == settled(server)
            for _ in range(20):
                server.client.infer(row(pod.sample))
            time.sleep(0.5)
        found = settled(server)
        assert (25, 25) == (found["sampled"], found["stored"] + found["dropped"])
        stored = pod.captured().num_rows
        assert found["stored"] <= stored, "more may be there than was acknowledged, never less"
        with pod.collector():
            server.client.infer(row(pod.sample))
            assert 26 == settled(server)["sampled"]
            assert stored + 1 == pod.captured().num_rows


def test_the_end_of_a_pod_loses_nothing(pod: CapturingPod) -> None:
    """Both processes get SIGTERM at the same time; the server's last rows are waited for."""
    with pod.collector() as collector, pod.server() as server:
        server.client.infer(row(pod.sample))
        settled(server)
        for _ in range(29):
            server.client.infer(row(pod.sample))
        server.terminate()
        assert 0 == ended(collector)
        assert 0 == server.process.wait(30)
    assert 30 == pod.captured().num_rows


def test_while_the_store_is_away_rows_wait(pod: CapturingPod) -> None:
    """Wrong keys are told, and end nothing."""
    with pod.server() as server, pod.collector(AWS_SECRET_ACCESS_KEY="wrong") as collector:
        assert 200 == server.client.infer(row(pod.sample)).status
        errors, deadline = pod.root / "collector-errors", time.monotonic() + 180
        while "credentials" not in errors.read_text() and time.monotonic() < deadline:
            time.sleep(0.1)
        assert "credentials" in errors.read_text()
        assert {"sampled": 1, "stored": 0, "dropped": 0} == counts(server)
        assert collector.poll() is None


def test_days_beyond_the_retention_go(pod: CapturingPod) -> None:
    """Those of every revision of the deployment."""
    pod.store.write("captures/uid-1/older/2020-01-01/pod-00001.parquet", b"old")
    pod.store.write("captures/uid-2/other/2020-01-01/pod-00001.parquet", b"another deployment's")
    with pod.collector():
        deadline = time.monotonic() + 180
        while pod.store.list("captures/uid-1") and time.monotonic() < deadline:
            time.sleep(0.1)
    assert ["captures/uid-2/other/2020-01-01/pod-00001.parquet"] == [
        entry.key for entry in pod.store.list("captures")
    ]


def test_a_missing_setting_is_named(pod: CapturingPod) -> None:
    """So that who runs the container by hand knows."""
    variables = {k: v for k, v in pod.variables().items() if k != "TRAINYARD_CAPTURE_FOLDER"}
    with pytest.raises(UserFault, match="TRAINYARD_CAPTURE_FOLDER is not set"):
        collect_settings(Environment(variables=variables))
