"""gRPC through the Service of a deployment on the real node, with NVIDIA's client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest
import pytest_asyncio
import tritonclient.grpc as triton
from cluster.grpc_stage import Stage, a_stage

pytestmark = [pytest.mark.cluster, pytest.mark.asyncio(loop_scope="module")]
QUICK = {
    "steps": [{"weightPercent": 5, "minSeconds": 5}, {"weightPercent": 50, "minSeconds": 5}],
    "scaleDownDelaySeconds": 5,
}
HALF = {"steps": [{"weightPercent": 50, "minSeconds": 5}], "scaleDownDelaySeconds": 5}
GRPC = {"grpc": True}
ALWAYS = {"router": "Always"}
"""Routers ask again elsewhere for callers who do not do so themselves when a connection ends."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """One namespace; each test has deployments of its own."""
    async with a_stage(tmp_path_factory.mktemp("stage")) as found:
        yield found


async def _serving(stage: Stage, name: str, **spec: object) -> None:
    """Version a serves; requests of HTTP can be asked."""
    stage.node.deploy(name, **spec)
    stage.release(name, "a")
    await stage.alone(name, "a")
    await stage.node.ready(name)


async def test_switching_grpc_on_and_off_loses_nobody(stage: Stage) -> None:
    """Each is a release; the port comes with the promotion and goes with it."""
    await _serving(stage, "switched", rollout=QUICK, traffic=ALWAYS)
    assert {"http": 80} == stage.ports("switched")
    async with stage.load("switched") as load:
        stage.node.change("switched", server={"grpc": True})
        await stage.node.sees("switched", lambda: stage.node.status("switched").get("canary"))
        assert {"http": 80} == stage.ports("switched")
        await stage.node.sees("switched", lambda: len(stage.ports("switched")) > 1)
        await stage.opened("switched")
        _ask_as_people_do(stage, "switched")
        async with stage.calls("switched") as calls:
            await asyncio.sleep(3)
            stage.node.change("switched", server={"grpc": False})
            await stage.node.sees("switched", lambda: stage.canary_weight("switched"))
            await asyncio.sleep(3)
        assert {} == calls.lost
        assert 1 == len(calls.revisions), "a version without gRPC gets no calls"
        await stage.node.sees("switched", lambda: {"http": 80} == stage.ports("switched"))
    assert {"200": load.sent} == dict(load.codes)
    stage.node.kubectl("delete", "mdep", "switched")


def _ask_as_people_do(stage: Stage, name: str) -> None:
    sample = stage.models.samples["a"]
    rows = sample.table[:8]
    with triton.InferenceServerClient(stage.address(name)) as client:
        assert client.is_server_ready()
        assert client.is_model_ready(name)
        assert name == client.get_model_metadata(name).name
        matrix = triton.InferInput("input", list(rows.shape), "FP64")
        matrix.set_data_from_numpy(rows.to_numpy())
        answer = client.infer(name, [matrix], request_id="7")
    assert stage.node.status(name)["stable"]["revision"] == answer.get_response().model_version
    labels = [label.decode() for label in answer.as_numpy("labels")]
    assert sample.model.predict(rows).tolist() == labels
    shares = answer.as_numpy("probabilities")
    assert np.allclose(sample.model.predict_proba(rows), shares, atol=1e-4)


async def test_a_release_is_judged_by_calls_over_grpc_alone(stage: Stage) -> None:
    """Nobody asks over HTTP: one version wins by its calls, the next loses by its refusals."""
    spec = {"server": GRPC, "rollout": HALF, "traffic": ALWAYS}
    await _serving(stage, "judged", replicas=2, **spec)
    await stage.opened("judged")
    async with stage.calls("judged") as calls:
        stage.release("judged", "b")
        second = await stage.alone("judged", "b")
        await asyncio.sleep(5)
    assert {} == calls.lost
    assert second in calls.revisions
    assert 2 == len(calls.revisions), "both versions answered while the weights were split"
    async with stage.calls("judged") as calls:
        stage.release("judged", "c")
        await stage.node.sees("judged", lambda: stage.node.status("judged").get("quarantine"))
    assert "errors" in stage.node.status("judged")["quarantine"][0]["message"]
    assert all(what.startswith("INVALID_ARGUMENT") for what in calls.lost), calls.lost
    assert second == await stage.alone("judged", "b")


async def test_no_call_is_lost_by_what_comes_and_goes(stage: Stage) -> None:
    """More servers, fewer, one deleted, and all routers restarted."""
    name, node = "judged", stage.node
    revision = await stage.alone(name, "b")
    async with stage.calls(name) as calls:
        for replicas in (3, 1, 2):
            node.change(name, replicas=replicas)
            await asyncio.sleep(8)
        pods = ("pods", "-l", f"trainyard.dev/revision={revision}", "-o", "name")
        node.kubectl("delete", node.kubectl("get", *pods).split()[0], "--wait=false")
        await asyncio.sleep(15)
        node.kubectl("rollout", "restart", f"deployment/{name}-router")
        await asyncio.sleep(2)
        status = ("rollout", "status", f"deployment/{name}-router", "--timeout=600s")
        await asyncio.to_thread(node.kubectl, *status)
        await asyncio.sleep(15)
    assert {} == calls.lost
    assert {revision} == set(calls.revisions)
    node.kubectl("delete", "mdep", name)


async def test_mode_replicas_has_grpc_without_a_router(stage: Stage) -> None:
    """The Service leads to the pods themselves; a release and its end lose no call.

    For callers as clients are: the library gives back calls that come as a connection ends, and
    there is no router to send them elsewhere.
    """
    spec = {"traffic": {"mode": "Replicas"}, "rollout": HALF, "server": GRPC}
    await _serving(stage, "direct", **spec)
    assert {"http": 80, "grpc": 9000} == stage.ports("direct")
    await stage.opened("direct")
    _ask_as_people_do(stage, "direct")
    async with stage.calls("direct", usual=True) as calls:
        stage.release("direct", "b")
        await stage.alone("direct", "b")
        await asyncio.sleep(30)
    assert {} == calls.lost
    assert 2 == len(calls.revisions)
    stage.node.kubectl("delete", "mdep", "direct")
