"""NVIDIA's own client of the V2 protocol, with its defaults: tensors travel as bytes.

It asks the server itself, and through a router.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from routed_servers import router_before
from serving_bundles import Sample
from serving_process import MODEL, REVISION, Running
from serving_triton import REFUSED, Refused, matrix, patient_tensors, texts

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the client's own dependencies
    import tritonclient.http as triton

WAYS = ("itself", "through a router")
Folders = pytest.TempPathFactory


@pytest.fixture(scope="module", params=WAYS)
def tumours_address(
    request: pytest.FixtureRequest, tumours_server: Running, tmp_path_factory: Folders
) -> Iterator[str]:
    """Where the tumours server is reached."""
    with reached(tumours_server, request.param, tmp_path_factory) as address:
        yield address


@pytest.fixture(scope="module", params=WAYS)
def patients_address(
    request: pytest.FixtureRequest, patients_server: Running, tmp_path_factory: Folders
) -> Iterator[str]:
    """Where the patients server is reached."""
    with reached(patients_server, request.param, tmp_path_factory) as address:
        yield address


@contextmanager
def reached(server: Running, way: str, folders: Folders) -> Iterator[str]:
    """The server's own address, or that of a router before it."""
    if way == "itself":
        yield f"127.0.0.1:{server.client.port}"
        return
    with router_before(folders.mktemp("router"), server.client.port) as found:
        yield found.address


@pytest.fixture
def tumours(tumours_address: str) -> Iterator[Any]:
    """A client of the tumours server."""
    with triton.InferenceServerClient(tumours_address) as client:
        yield client


def test_questions_about_the_server(tumours: Any) -> None:
    """Health, readiness by version, metadata of server and model."""
    assert tumours.is_server_live()
    assert tumours.is_server_ready()
    assert tumours.is_model_ready(MODEL)
    assert tumours.is_model_ready(MODEL, REVISION)
    assert not tumours.is_model_ready(MODEL, "another")
    assert "binary_tensor_data" in tumours.get_server_metadata()["extensions"]
    assert tumours.get_model_metadata(MODEL)["inputs"] == [
        {"name": "input", "datatype": "FP64", "shape": [-1, 30]}
    ]


@pytest.mark.parametrize(
    ("inputs_binary", "outputs_binary"),
    [
        pytest.param(True, True, id="bytes both ways"),
        pytest.param(False, False, id="JSON both ways"),
        pytest.param(True, False, id="bytes in, JSON out"),
        pytest.param(False, True, id="JSON in, bytes out"),
    ],
)
def test_every_row_equals_scikit_learn(
    tumours: Any, tumours_sample: Sample, inputs_binary: bool, outputs_binary: bool
) -> None:
    """569 rows: labels exactly, probabilities within 1e-5; the id comes back."""
    outputs = [
        triton.InferRequestedOutput(name, binary_data=outputs_binary)
        for name in ("probabilities", "labels")
    ]
    rows = tumours_sample.rows.numbers
    inputs = [matrix(triton.InferInput, rows, binary_data=inputs_binary)]
    found = tumours.infer(MODEL, inputs, outputs=outputs, request_id="7")
    labels = tumours_sample.model.predict(tumours_sample.table).tolist()
    assert labels == texts(found.as_numpy("labels"))
    expected = tumours_sample.model.predict_proba(tumours_sample.table)
    np.testing.assert_allclose(found.as_numpy("probabilities"), expected, rtol=0, atol=1e-5)
    response = found.get_response()
    assert ("7", ["probabilities", "labels"]) == (
        response["id"],
        [output["name"] for output in response["outputs"]],
    )


def test_defaults_are_understood(tumours: Any, tumours_sample: Sample) -> None:
    """No outputs named, FP32 as most examples have it, by version."""
    rows = tumours_sample.rows.numbers[:3].astype(np.float32)
    found = tumours.infer(MODEL, [matrix(triton.InferInput, rows, "FP32")], model_version=REVISION)
    expected = tumours_sample.model.predict(tumours_sample.table)[:3].tolist()
    assert expected == texts(found.as_numpy("labels"))
    assert (3, 2) == found.as_numpy("probabilities").shape


def test_one_tensor_per_feature_with_categories(
    patients_address: str, patients_sample: Sample
) -> None:
    """Numbers, booleans, integers and BYTES, all as bytes."""
    table = patients_sample.table
    inputs = patient_tensors(triton.InferInput, table)
    with triton.InferenceServerClient(patients_address) as client:
        found = client.infer(MODEL, inputs).as_numpy("labels")
    assert patients_sample.model.predict(table).tolist() == texts(found)


@pytest.mark.parametrize("case", [pytest.param(case, id=case.says) for case in REFUSED])
def test_errors_reach_the_user(tumours: Any, case: Refused) -> None:
    """As the client's own exception, with our sentence."""
    with pytest.raises(triton.InferenceServerException, match=re.escape(case.sentence)):
        tumours.infer(case.model, [case.tensor(triton.InferInput)])


def test_requests_at_once(tumours_address: str, tumours_sample: Sample) -> None:
    """Sixteen connections, each row its own answer."""
    rows = tumours_sample.rows.numbers[:200]
    expected = tumours_sample.model.predict(tumours_sample.table)[:200].tolist()
    with triton.InferenceServerClient(tumours_address, concurrency=16) as client:
        asked = [matrix(triton.InferInput, row.reshape(1, -1)) for row in rows]
        waiting = [client.async_infer(MODEL, [tensor]) for tensor in asked]
        found = [texts(answer.get_result().as_numpy("labels"))[0] for answer in waiting]
    assert expected == found
