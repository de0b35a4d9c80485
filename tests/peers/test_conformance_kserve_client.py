"""KServe's clients, REST and gRPC, in their own environment, against our server.

They ask the server itself, and through a router.
"""

from __future__ import annotations

import json
import subprocess
from contextlib import ExitStack
from typing import Any

import numpy as np
import pytest
from peers.payloads import OURS, VERSION
from peers.servers import SCRIPTS, Asked
from routed_servers import router_before
from serving_bundles import Sample

from benchmarks.serving.locked_environments import locked, python_of_locked

pytestmark = pytest.mark.peers

ROWS = 40
EVERY_WAY = [
    "as the client does it by default",
    "JSON",
    "a list as data",
    "FP32",
    "bytes out",
    "JSON in, bytes out",
    "outputs by name",
]
TRANSPORTS = ["rest", "grpc"]

Understood = dict[str, Any]


@pytest.fixture(scope="module", params=["itself", "through a router"])
def found(
    request: pytest.FixtureRequest,
    servers: dict[str, Asked],
    samples: dict[str, Sample],
    tmp_path_factory: pytest.TempPathFactory,
) -> list[Understood]:
    """What the clients understood: of one matrix, and of one input per feature."""
    rows = samples["tumours"].rows.numbers[:ROWS].tolist()
    table = samples["patients"].table[:ROWS]
    kinds = {"size": "FP64", "age": "INT64", "smoker": "BOOL", "site": "BYTES"}
    casts = {"FP64": float, "INT64": int, "BOOL": bool, "BYTES": str}
    columns = {n: [kind, [casts[kind](v) for v in table[n]]] for n, kind in kinds.items()}
    tasks = [{"model": "tumours", "rows": rows}, {"model": "patients", "columns": columns}]
    server = servers[OURS]
    assert not isinstance(server.ports, int)
    with ExitStack() as stack:
        for task in tasks:
            model = task["model"]
            port, grpc_port = server.ports[model], server.grpc[model]
            task["http"], task["grpc"] = f"127.0.0.1:{port}", f"127.0.0.1:{grpc_port}"
            if request.param == "through a router":
                router = router_before(tmp_path_factory.mktemp("router"), port, grpc_port)
                task["http"] = task["grpc"] = stack.enter_context(router).address
        return _asked(tasks)


@pytest.fixture(scope="module")
def matrix(found: list[Understood]) -> Understood:
    """Of the tumours model: one matrix in, text labels out."""
    return found[0]


@pytest.fixture(scope="module")
def columns(found: list[Understood]) -> Understood:
    """Of the patients model: numbers, truth and text in."""
    return found[1]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_questions_about_the_server(matrix: Understood, transport: str) -> None:
    """Live, ready, and so is the model."""
    found = matrix[transport]
    assert [True] * 3 == [found[question] for question in ("live", "ready", "model ready")]


def test_another_model_is_not_ready(matrix: Understood) -> None:
    """The client reads it from the status."""
    assert matrix["rest"]["another model ready"] is False


@pytest.mark.parametrize("way", EVERY_WAY)
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_every_way_to_ask_gives_what_scikit_learn_says(
    matrix: Understood, samples: dict[str, Sample], transport: str, way: str
) -> None:
    """Labels exactly, probabilities within 1e-5; the id and the model's name come back."""
    _check(matrix[transport][way], samples["tumours"], "tumours")
    wanted = ["labels", "probabilities"]
    order = wanted[::-1] if way == "outputs by name" else wanted
    assert order == list(matrix[transport][way]["outputs"])


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_one_input_per_feature(
    columns: Understood, samples: dict[str, Sample], transport: str
) -> None:
    """Numbers, whole numbers, truth and text, all as bytes; missing numbers are NaN."""
    _check(columns[transport]["one input per feature"], samples["patients"], "patients")


def test_the_version_comes_back(matrix: Understood) -> None:
    """Over gRPC; the REST client leaves it out of what it hands to its user."""
    assert {VERSION} == {matrix["grpc"][way]["version"] for way in EVERY_WAY}


def test_requests_at_once(matrix: Understood, samples: dict[str, Sample]) -> None:
    """Each row gets its own answer."""
    expected = samples["tumours"].model.predict(samples["tumours"].table[:ROWS]).tolist()
    found = [answer["outputs"]["labels"][2] for answer in matrix["rest"]["at once"]]
    assert [[label] for label in expected] == found


def test_v1(matrix: Understood, samples: dict[str, Sample]) -> None:
    """The client's default protocol."""
    expected = samples["tumours"].model.predict(samples["tumours"].table[:ROWS]).tolist()
    assert {"predictions": expected} == matrix["v1"]["instances"]
    assert matrix["v1"]["model ready"] is True


def test_mistakes_reach_the_user(matrix: Understood) -> None:
    """As the client's own exception, with our sentence."""
    kind, message = matrix["rest"]["mistake"]
    assert kind == "HTTPStatusError"
    assert "expected [rows, 30], '400 Bad Request'" in message
    code, details = matrix["grpc"]["mistake"]
    assert code == "StatusCode.INVALID_ARGUMENT"
    assert "expected [rows, 30]" in details


def _asked(tasks: list[dict[str, Any]]) -> list[Understood]:
    command = [str(python_of_locked(locked("kserve"))), str(SCRIPTS / "client.py")]
    ended = subprocess.run(
        command, input=json.dumps(tasks), capture_output=True, text=True, timeout=300, check=False
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    found: list[Understood] = json.loads(ended.stdout)
    return found


def _check(understood: Understood, sample: Sample, model: str) -> None:
    table = sample.table[:ROWS]
    assert ("request-7", model) == (understood["id"], understood["model"])
    outputs = understood["outputs"]
    assert ["BYTES", [ROWS], sample.model.predict(table).tolist()] == outputs["labels"]
    datatype, shape, flat = outputs["probabilities"]
    expected = sample.model.predict_proba(table)
    assert ("FP64", list(expected.shape)) == (datatype, shape)
    np.testing.assert_allclose(np.reshape(flat, shape), expected, rtol=0, atol=1e-5)
