"""The methods of the protocol, called as the library calls them, without a network."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import grpc
import numpy as np
import pytest
from serving_bundles import Sample
from serving_grpc import INFER, raw_request, typed_request
from serving_grpc_world import IDENTITY, Call, World

from modelbundle.prediction import Prediction
from modelbundle.rows import Rows
from modelserver.grpc.grpc_api import SERVICE
from modelserver.grpc.grpc_messages import (
    HealthCheckRequest,
    ModelInferRequest,
    ModelMetadataRequest,
    ModelMetadataResponse,
    ModelReadyRequest,
)

HEALTH = "/grpc.health.v1.Health/Check"
READY = b"\x08\x01"
NOT_READY = b""
NOT_SERVING = b"\x08\x02"


@pytest.fixture
def world(tumours_sample: Sample) -> World:
    """A fresh one."""
    return World(tumours_sample)


@pytest.mark.parametrize(
    ("method", "message", "before", "after"),
    [
        pytest.param(f"/{SERVICE}/ServerLive", None, READY, READY, id="the server is live"),
        pytest.param(f"/{SERVICE}/ServerReady", None, READY, NOT_READY, id="the server is ready"),
        pytest.param(
            f"/{SERVICE}/ModelReady",
            ModelReadyRequest(name="tumours"),
            READY,
            NOT_READY,
            id="the model is ready",
        ),
        pytest.param(HEALTH, HealthCheckRequest(), READY, NOT_SERVING, id="kubelets ask for all"),
        pytest.param(
            HEALTH, HealthCheckRequest(service=SERVICE), READY, NOT_SERVING, id="or for the service"
        ),
    ],
)
async def test_readiness_ends_with_the_drain(
    world: World, method: str, message: Any, before: bytes, after: bytes
) -> None:
    """Live until the end, ready until it is announced."""
    body = b"" if message is None else message.SerializeToString()
    assert before == await world.call(method, body)
    world.server.lifecycle.drain()
    assert after == await world.call(method, body)
    assert {} == world.codes()


@pytest.mark.parametrize(
    "version",
    [
        pytest.param("", id="no version"),
        pytest.param("tumours-1", id="the revision"),
        pytest.param(IDENTITY.digest, id="the digest"),
    ],
)
async def test_versions_have_the_names_of_http(world: World, version: str) -> None:
    """Metadata and predictions, by each name of the version that is here."""
    asked = ModelMetadataRequest(name="tumours", version=version).SerializeToString()
    told = await world.call(f"/{SERVICE}/ModelMetadata", asked)
    assert told is not None
    metadata = ModelMetadataResponse.FromString(told)
    (tensor,) = metadata.inputs
    expected = (["tumours-1"], "onnx_onnxv1", "input", [-1, 30])
    assert expected == ([*metadata.versions], metadata.platform, tensor.name, [*tensor.shape])
    body = raw_request(np.ones((1, 30)), model_version=version).SerializeToString()
    assert await world.call(INFER, body) is not None


async def test_who_answered_stands_in_the_metadata(world: World) -> None:
    """Revision and bundle at the end, the ids that were sent at the start; also of refusals."""
    sent = (("x-request-id", "7"), ("traceparent", "00-ab-cd-01"), ("cookie", "x"))
    good, bad, plain = Call(sent), Call((*sent, ("x-request-id", "y" * 257))), Call()
    body = raw_request(np.ones((1, 30))).SerializeToString()
    await world.call(INFER, body, good)
    await world.call(INFER, b"", bad)
    await world.call(INFER, body, plain)
    echoed = [("x-request-id", "7"), ("traceparent", "00-ab-cd-01")]
    assert (echoed, echoed, []) == (good.received, bad.received, plain.received)
    identity = (("trainyard-revision", "tumours-1"), ("trainyard-bundle", IDENTITY.digest))
    assert (identity, identity, identity) == (good.trailing, bad.trailing, plain.trailing)
    request, answer = world.noted[0]
    noted = (request.target.decode(), request.headers[b"x-request-id"], answer.rows)
    assert (INFER, b"7", 1) == noted


@pytest.mark.parametrize(
    ("body", "code", "sentence", "counted"),
    [
        pytest.param(
            b"\xff", "INVALID_ARGUMENT", "the request is not a ModelInferRequest", "400", id="noise"
        ),
        pytest.param(
            raw_request(np.ones((1, 29))).SerializeToString(),
            "INVALID_ARGUMENT",
            "input 'input': shape [1, 29]; expected [rows, 30]",
            "400",
            id="a wrong shape",
        ),
        pytest.param(
            typed_request(np.full((1, 30), np.inf)).SerializeToString(),
            "INVALID_ARGUMENT",
            "input 'input': value 0 is not a finite number",
            "400",
            id="infinities",
        ),
        pytest.param(
            raw_request(np.ones((51, 30))).SerializeToString(),
            "RESOURCE_EXHAUSTED",
            "51 rows; at most 50 in one request",
            "413",
            id="too many rows",
        ),
        pytest.param(
            ModelInferRequest(model_name="others").SerializeToString(),
            "NOT_FOUND",
            "there is no model 'others' here; this server has 'tumours'",
            "404",
            id="another model",
        ),
        pytest.param(
            ModelInferRequest(model_name="tumours", model_version="9").SerializeToString(),
            "NOT_FOUND",
            "model 'tumours' has no version '9' here",
            "404",
            id="another version",
        ),
    ],
)
async def test_refusals_have_status_sentence_and_count(
    world: World, body: bytes, code: str, sentence: str, counted: str
) -> None:
    """The same sentences as over HTTP, counted by HTTP's status."""
    call = Call()
    assert await world.call(INFER, body, call) is None
    assert call.status is not None
    assert getattr(grpc.StatusCode, code) == call.status[0]
    assert call.status[1].startswith(sentence)
    assert {counted: 1} == world.codes()


async def test_no_room_is_unavailable_and_says_when_to_come_back(world: World) -> None:
    """ConcurrencyLimit and bytes are those of all ports; both come back."""
    body = raw_request(np.ones((1, 30))).SerializeToString()
    world.server.concurrency.acquire()
    world.server.concurrency.acquire()
    refused = Call()
    assert await world.call(INFER, body, refused) is None
    assert refused.status == (grpc.StatusCode.UNAVAILABLE, "2 requests are being answered")
    assert ("grpc-retry-pushback-ms", "1000") == refused.trailing[-1]
    world.server.concurrency.release()
    world.server.budget.take(100_000 - len(body) + 1)
    assert await world.call(INFER, body) is None
    world.server.budget.give_back(1)
    assert await world.call(INFER, body) is not None
    assert await world.call(INFER, body) is not None
    assert {"429": 1, "503": 1, "200": 2} == world.codes()


class Watched:
    """A slow model that fails when told to, and notes how many rows it is asked for."""

    def __init__(self, signature: Any, fault: BaseException | None = None) -> None:
        self.signature = signature
        self.rows: list[int] = []
        self._fault = fault

    def predict(self, rows: Rows) -> Prediction:
        """The first class, for sure."""
        if self._fault is not None:
            raise self._fault
        self.rows.append(len(rows))
        time.sleep(0.2)
        labels = np.full(len(rows), self.signature.classes[0], dtype=object)
        return Prediction(labels, np.tile([1.0, 0.0], (len(rows), 1)))


async def test_a_failing_model_is_internal_without_its_words(tumours_sample: Sample) -> None:
    """What the model said is for the log, not for the client."""
    world = World(tumours_sample, Watched(tumours_sample.signature, ValueError("secret")))
    call = Call()
    await world.call(INFER, raw_request(np.ones((1, 30))).SerializeToString(), call)
    assert call.status is not None
    assert grpc.StatusCode.INTERNAL == call.status[0]
    assert "secret" not in call.status[1]
    assert "secret" in world.written.getvalue()
    assert {"500": 1} == world.codes()


async def test_rows_of_a_cancelled_call_are_not_predicted(tumours_sample: Sample) -> None:
    """Nor counted; its place and its bytes are free again."""
    watched = Watched(tumours_sample.signature)
    world = World(tumours_sample, watched)
    body = raw_request(np.ones((2, 30))).SerializeToString()
    answered = asyncio.ensure_future(world.call(INFER, body))
    await asyncio.sleep(0.02)
    body = raw_request(np.ones((3, 30))).SerializeToString()
    gone = asyncio.ensure_future(world.call(INFER, body))
    await asyncio.sleep(0.02)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert await answered is not None
    assert [2] == watched.rows
    assert {"200": 1} == world.codes()
    world.server.concurrency.acquire()
    world.server.concurrency.acquire()
    world.server.budget.take(100_000)
