"""Answers without a transport."""

from __future__ import annotations

import json
import time

import pytest
from serving_bundles import Sample

from modelbundle.example import read_example
from modelbundle.loading import RuntimeName, load_runtime
from modelbundle.manifest_reading import read_manifest
from modelserver.answers import ModelIdentity
from modelserver.batching import Batcher
from modelserver.core import Core, example_request, model_metadata, server_metadata
from modelserver.refusals import RequestRefused

IDENTITY = ModelIdentity("patients", "patients-1", "sha256:" + "a" * 64)


def _core(sample: Sample) -> Core:
    manifest = read_manifest(sample.directory)
    runtime = load_runtime(sample.directory, manifest, RuntimeName.SKLEARN)
    batcher = Batcher(runtime, 256, time.perf_counter)
    return Core(IDENTITY, sample.signature, batcher, max_rows=10)


async def test_example_gives_its_own_answer(patients_sample: Sample) -> None:
    """The packed request is answered with the packed outputs."""
    example = read_example(patients_sample.directory)
    answer = await _core(patients_sample).infer(example_request(example).body)
    outputs = json.loads(answer.body)["outputs"]
    assert list(example.outputs) == outputs
    assert (200, 1) == (answer.status, answer.rows)


async def test_v1_and_v2_agree(patients_sample: Sample) -> None:
    """Both protocols ask the same model."""
    core = _core(patients_sample)
    example = read_example(patients_sample.directory)
    row = {item["name"]: item["data"][0] for item in example.request["inputs"]}
    v1 = json.loads((await core.predict_v1(json.dumps({"instances": [row]}).encode())).body)
    v2 = json.loads((await core.infer(json.dumps(example.request).encode())).body)
    assert v1["predictions"] == v2["outputs"][0]["data"]


async def test_refusals_pass_through(patients_sample: Sample) -> None:
    """The transport turns them into its own errors."""
    with pytest.raises(RequestRefused, match="not JSON"):
        await _core(patients_sample).infer(b"{")


def test_metadata_has_the_real_tensors(patients_sample: Sample) -> None:
    """Names, datatypes and shapes of this very model."""
    found = json.loads(model_metadata(IDENTITY, patients_sample.signature, RuntimeName.ONNX).body)
    expected = {
        "name": "patients",
        "versions": ["patients-1"],
        "platform": "onnxruntime_onnx",
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


def test_server_advertises_only_what_works() -> None:
    """Binary tensors; nothing that manages models."""
    assert json.loads(server_metadata().body)["extensions"] == ["binary_tensor_data"]
