"""NVIDIA's own client of the V2 protocol over gRPC, and whether both ports say the same.

It asks the server itself, and through a router.
"""

from __future__ import annotations

import json
import socket
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest
from routed_servers import router_before
from serving_bundles import Sample
from serving_grpc import grpc_running, infer_method, typed_request
from serving_process import MODEL, REVISION, Running, environment
from serving_triton import REFUSED, Refused, matrix, patient_columns, patient_tensors, texts

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the client's own dependencies
    import tritonclient.grpc as triton

WAYS = ("itself", "through a router")
TOO_LARGE = Refused(
    "a message over the limit of bodies",
    "larger than max (216",
    "RESOURCE_EXHAUSTED",
    shape=(900, 30),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A server, its gRPC address, and a client of it."""

    server: Running
    address: str
    client: Any


@contextmanager
def asked(environ: dict[str, str], way: str, folder: Path) -> Iterator[Asked]:
    """A server, asked itself or through a router; it has nothing to complain of."""
    errors = folder / "stderr"
    with ExitStack() as stack:
        server, address = stack.enter_context(grpc_running(environ, errors))
        if way == "through a router":
            port = int(address.rpartition(":")[2])
            envoy = stack.enter_context(router_before(folder, server.client.port, port))
            address = envoy.address
        client = stack.enter_context(triton.InferenceServerClient(address))
        yield Asked(server, address, client)
    assert "" == errors.read_text()


@pytest.fixture(scope="module", params=WAYS)
def tumours(
    request: pytest.FixtureRequest,
    tumours_sample: Sample,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Asked]:
    """The tumours model on both ports, with small limits."""
    limits = {
        "TRAINYARD_MAX_BODY_BYTES": "200000",
        "TRAINYARD_MAX_REQUEST_ROWS": "600",
        # No connection is told to go in the middle of a message: its client would hear of that.
        "TRAINYARD_DRAIN_SECONDS": "600",
    }
    environ = environment(tumours_sample.directory, tumours_sample.digest, **limits)
    with asked(environ, request.param, tmp_path_factory.mktemp("tumours")) as found:
        yield found


@pytest.fixture(scope="module", params=WAYS)
def patients(
    request: pytest.FixtureRequest,
    patients_sample: Sample,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Asked]:
    """The patients model on both ports."""
    environ = environment(patients_sample.directory, patients_sample.digest)
    with asked(environ, request.param, tmp_path_factory.mktemp("patients")) as found:
        yield found


def test_questions_about_the_server(tumours: Asked) -> None:
    """Health, readiness by version, metadata of server and model as over HTTP."""
    client = tumours.client
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.is_model_ready(MODEL)
    assert client.is_model_ready(MODEL, REVISION)
    told = tumours.server.client.get("/v2").document
    assert told == client.get_server_metadata(as_json=True)
    told = tumours.server.client.get(f"/v2/models/{MODEL}").document
    found = client.get_model_metadata(MODEL, as_json=True)
    for tensor in (*found["inputs"], *found["outputs"]):
        tensor["shape"] = [int(size) for size in tensor["shape"]]
    assert told == found


def test_every_row_equals_scikit_learn(tumours: Asked, tumours_sample: Sample) -> None:
    """569 rows: labels exactly, probabilities within 1e-5; the id comes back, and the order."""
    outputs = [triton.InferRequestedOutput(name) for name in ("probabilities", "labels")]
    inputs = [matrix(triton.InferInput, tumours_sample.rows.numbers)]
    found = tumours.client.infer(MODEL, inputs, outputs=outputs, request_id="7")
    expected = tumours_sample.model.predict(tumours_sample.table).tolist()
    assert expected == texts(found.as_numpy("labels"))
    scores = tumours_sample.model.predict_proba(tumours_sample.table)
    np.testing.assert_allclose(found.as_numpy("probabilities"), scores, rtol=0, atol=1e-5)
    response = found.get_response()
    names = [output.name for output in response.outputs]
    assert ("7", REVISION, ["probabilities", "labels"]) == (
        response.id,
        response.model_version,
        names,
    )


@pytest.mark.parametrize("datatype", ["FP64", "FP32"])
def test_both_ports_say_the_same(tumours: Asked, tumours_sample: Sample, datatype: str) -> None:
    """To the last bit, whether bytes or numbers are sent."""
    rows = tumours_sample.rows.numbers[:50].astype({"FP64": "f8", "FP32": "f4"}[datatype])
    tensor = {"name": "input", "datatype": datatype, "shape": [50, 30]}
    document = {"inputs": [{**tensor, "data": rows.ravel().tolist()}]}
    labels, scores = tumours.server.client.infer(document).document["outputs"]
    found = tumours.client.infer(
        MODEL, [matrix(triton.InferInput, rows, datatype)], model_version=REVISION
    )
    assert labels["data"] == texts(found.as_numpy("labels"))
    assert scores["data"] == found.as_numpy("probabilities").ravel().tolist()


def test_numbers_are_answered_with_numbers(tumours: Asked, tumours_sample: Sample) -> None:
    """Typed contents, as most examples in other languages send them."""
    rows = tumours_sample.rows.numbers[:5]
    with grpc.insecure_channel(tumours.address) as channel:
        found = infer_method(channel)(typed_request(rows))
    labels, scores = found.outputs
    expected = tumours.client.infer(MODEL, [matrix(triton.InferInput, rows)])
    assert expected.as_numpy("labels").tolist() == list(labels.contents.bytes_contents)
    probabilities = expected.as_numpy("probabilities").ravel().tolist()
    assert probabilities == list(scores.contents.fp64_contents)


def test_one_tensor_per_feature_with_categories(patients: Asked, patients_sample: Sample) -> None:
    """Numbers with missing values, booleans, integers and BYTES; the same values as over HTTP."""
    table = patients_sample.table
    inputs = patient_tensors(triton.InferInput, table)
    found = patients.client.infer(MODEL, inputs)
    assert patients_sample.model.predict(table).tolist() == texts(found.as_numpy("labels"))
    document = {
        "inputs": [
            {
                "name": name,
                "datatype": datatype,
                "shape": [len(values)],
                "data": json.loads(json.dumps(values.tolist()).replace("NaN", "null")),
            }
            for name, (datatype, values) in patient_columns(table).items()
        ]
    }
    labels, scores = patients.server.client.infer(document).document["outputs"]
    assert labels["data"] == texts(found.as_numpy("labels"))
    assert scores["data"] == found.as_numpy("probabilities").ravel().tolist()


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=case.says) for case in (*REFUSED, TOO_LARGE)]
)
def test_errors_reach_the_user(tumours: Asked, case: Refused) -> None:
    """As the client's own exception with the status and our sentence."""
    with pytest.raises(triton.InferenceServerException) as caught:
        tumours.client.infer(case.model, [case.tensor(triton.InferInput)])
    assert f"StatusCode.{case.status}" == caught.value.status()
    assert case.sentence in caught.value.message()


def test_compressed_messages_are_refused(tumours: Asked) -> None:
    """What is small on the wire and large unpacked is not unpacked; the next call is answered."""
    tensor = matrix(triton.InferInput, np.zeros((1, 30)))
    with pytest.raises(triton.InferenceServerException) as caught:
        tumours.client.infer(MODEL, [tensor], compression_algorithm="gzip")
    assert "StatusCode.UNIMPLEMENTED" == caught.value.status()
    assert (1,) == tumours.client.infer(MODEL, [tensor]).as_numpy("labels").shape


def test_models_are_not_managed_here(tumours: Asked) -> None:
    """What the protocol's extensions offer is UNIMPLEMENTED, each in its own words."""
    for call in (
        tumours.client.get_model_repository_index,
        tumours.client.get_system_shared_memory_status,
        lambda: tumours.client.unload_model(MODEL),
        lambda: tumours.client.get_model_config(MODEL),
    ):
        with pytest.raises(triton.InferenceServerException) as caught:
            call()
        assert "StatusCode.UNIMPLEMENTED" == caught.value.status()


def test_both_ports_are_counted_together(tumours: Asked, tumours_sample: Sample) -> None:
    """One more request and three more rows in the same metrics."""

    def counts() -> list[float]:
        lines = tumours.server.client.get("/metrics").body.decode().splitlines()
        wanted = (f'requests_total{{revision="{REVISION}",code="200"}}', "trainyard_rows_total{")
        return [float(line.rsplit(" ", 1)[1]) for line in lines for name in wanted if name in line]

    before = counts()
    tumours.client.infer(MODEL, [matrix(triton.InferInput, tumours_sample.rows.numbers[:3])])
    assert [1.0, 3.0] == [after - then for after, then in zip(counts(), before, strict=True)]


@pytest.mark.parametrize(
    "noise",
    [
        pytest.param(b"GET /v2 HTTP/1.1\r\nhost: x\r\n\r\n", id="HTTP/1.1"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 4096, id="broken frames"),
        pytest.param(bytes(range(256)) * 64, id="bytes of no protocol"),
        pytest.param(b"", id="nothing at all"),
    ],
)
def test_noise_ends_its_own_connection(tumours: Asked, noise: bytes) -> None:
    """Others are answered meanwhile, and nothing is written down (see the fixture)."""
    host, _, port = tumours.address.partition(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(noise)
        assert tumours.client.is_server_ready()
        with suppress(OSError):  # the server may have ended it already
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass
    assert tumours.client.is_server_ready()


def test_requests_at_once(tumours: Asked, tumours_sample: Sample) -> None:
    """Two hundred calls on one connection, each row its own answer."""
    rows = tumours_sample.rows.numbers[:200]
    with grpc.insecure_channel(tumours.address) as channel:
        infer = infer_method(channel)
        waiting = [infer.future(typed_request(row.reshape(1, -1))) for row in rows]
        found = [call.result().outputs[0].contents.bytes_contents[0].decode() for call in waiting]
    assert tumours_sample.model.predict(tumours_sample.table)[:200].tolist() == found
