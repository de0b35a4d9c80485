"""Answers without a transport."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, MutableMapping
from functools import partial
from typing import Any

import pytest
from serving_bundles import Sample

from modelbundle.example import read_example
from modelbundle.loading import RuntimeName, load_runtime
from modelbundle.manifest_reading import read_manifest
from modelbundle.prediction import Prediction
from modelbundle.rows import Rows
from modelserver.batches.batching import Batcher
from modelserver.batches.job import Job
from modelserver.core import (
    Core,
    Deliver,
    example_request,
    model_metadata,
    models_v1,
    server_metadata,
)
from modelserver.payloads.answers import Answer, Headers, ModelIdentity
from modelserver.payloads.binary_tensors import BinaryPart
from modelserver.payloads.refusals import RequestRefused

IDENTITY = ModelIdentity("patients", "patients-1", "sha256:" + "a" * 64)


class Kept:
    """Keeps the requests whose ids begin with `k`."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, int, int]] = []

    def drawn(self, headers: MutableMapping[bytes, bytes], named: str | None) -> str | None:
        """By the id of the body, or one that is made."""
        headers[b"x-request-id"] = b"made"
        return named if named and named.startswith("k") else None

    def add(self, ids: list[str], counts: list[int], rows: Rows, predicted: Prediction) -> None:
        """Remembers how many rows and answers there were."""
        assert counts == [len(rows)]
        self.rows.append((ids[0], len(rows), len(predicted.values)))


def _core(sample: Sample, capture: Kept | None = None) -> Core:
    manifest = read_manifest(sample.directory)
    runtime = load_runtime(sample.directory, manifest, RuntimeName.SKLEARN)
    batcher = Batcher(runtime, 256, time.perf_counter)
    if capture is not None:
        batcher.keep_with(capture.add)
    return Core(IDENTITY, sample.signature, batcher, max_rows=10, drawing=capture)


async def _answer(start: Callable[[Deliver], Job]) -> Answer:
    delivered: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    start(delivered.set_result)
    found = await delivered
    assert isinstance(found, Answer)
    return found


class Shouting:
    """Finds a text that no training row had in every request."""

    def headers(self, rows: Rows) -> Headers:
        """One feature."""
        return (("trainyard-unseen-texts", f"site {len(rows)}"),)


async def test_what_the_model_does_not_know_is_told_in_a_header(patients_sample: Sample) -> None:
    """In V2 and V1 alike, beside the headers of the answer."""
    core = _core(patients_sample)
    core.name_unseen(Shouting())
    body = example_request(read_example(patients_sample.directory)).body
    answer = await _answer(partial(core.start_infer, body, {}))
    assert ("trainyard-unseen-texts", "site 1") in answer.headers


async def test_example_gives_its_own_answer(patients_sample: Sample) -> None:
    """The packed request is answered with the packed outputs."""
    core = _core(patients_sample)
    example = read_example(patients_sample.directory)
    body = example_request(example).body
    answer = await _answer(partial(core.start_infer, body, {}))
    assert list(example.outputs) == json.loads(answer.body)["outputs"]
    assert (200, 1) == (answer.status, answer.rows)


async def test_v1_and_v2_agree(patients_sample: Sample) -> None:
    """Both protocols ask the same model."""
    core = _core(patients_sample)
    example = read_example(patients_sample.directory)
    row = {item["name"]: item["data"][0] for item in example.request["inputs"]}
    instances = json.dumps({"instances": [row]}).encode()
    v1 = json.loads((await _answer(partial(core.start_v1, instances, {}))).body)
    body = json.dumps(example.request).encode()
    v2 = json.loads((await _answer(partial(core.start_infer, body, {}))).body)
    assert v1["predictions"] == v2["outputs"][0]["data"]


async def test_other_transports_get_the_prediction_itself(patients_sample: Sample) -> None:
    """From the same document; what was asked comes with it."""
    example = read_example(patients_sample.directory)
    document = {**example.request, "id": "7", "outputs": [{"name": "labels"}]}
    asked, predicted = await _core(patients_sample).infer(document, BinaryPart(memoryview(b"")), {})
    assert ("7", ("labels",)) == (asked.id, asked.wanted)
    assert example.outputs[0]["data"] == predicted.values.tolist()


async def test_refusals_pass_through(patients_sample: Sample) -> None:
    """The transport turns them into its own errors."""
    core = _core(patients_sample)
    with pytest.raises(RequestRefused, match="not JSON"):
        await _answer(partial(core.start_infer, b"{", {}))
    with pytest.raises(RequestRefused, match="expected a list of tensors"):
        await core.infer({}, BinaryPart(memoryview(b"")), {})


async def test_what_is_drawn_is_captured_with_its_answer(patients_sample: Sample) -> None:
    """Over every transport; what is refused or not drawn is not."""
    kept, headers = Kept(), dict[bytes, bytes]()
    core = _core(patients_sample, kept)
    request = read_example(patients_sample.directory).request
    row = {item["name"]: item["data"][0] for item in request["inputs"]}
    for name in ("k1", "x1"):
        body = json.dumps({**request, "id": name}).encode()
        await _answer(partial(core.start_infer, body, {}))
        await core.infer({**request, "id": f"{name}-grpc"}, BinaryPart(memoryview(b"")), headers)
    body = json.dumps({"instances": [row]}).encode()
    assert 1 == (await _answer(partial(core.start_v1, body, headers))).rows
    with pytest.raises(RequestRefused):
        await core.infer({"id": "k2"}, BinaryPart(memoryview(b"")), headers)
    assert [("k1", 1, 1), ("k1-grpc", 1, 1)] == kept.rows
    assert {b"x-request-id": b"made"} == headers


def test_metadata_has_the_real_tensors(patients_sample: Sample) -> None:
    """Names, datatypes and shapes of this very model."""
    found = json.loads(model_metadata(IDENTITY, patients_sample.signature, RuntimeName.ONNX).body)
    expected = {
        "name": "patients",
        "versions": ["patients-1"],
        "platform": "onnx_onnxv1",
        "inputs": [
            {"name": "size", "datatype": "FP64", "shape": [-1]},
            {"name": "age", "datatype": "INT64", "shape": [-1]},
            {"name": "smoker", "datatype": "BOOL", "shape": [-1]},
            {"name": "site", "datatype": "BYTES", "shape": [-1]},
        ],
        "outputs": [
            {"name": "labels", "datatype": "BYTES", "shape": [-1]},
            {"name": "probabilities", "datatype": "FP64", "shape": [-1, 2]},
        ],
    }
    assert expected == found


def test_v1_lists_the_one_model() -> None:
    """By its name."""
    assert {"models": ["patients"]} == json.loads(models_v1(IDENTITY).body)


def test_server_advertises_only_what_works() -> None:
    """Binary tensors; nothing that manages models."""
    assert json.loads(server_metadata().body)["extensions"] == ["binary_tensor_data"]
