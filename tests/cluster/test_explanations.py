"""Answers are explained by the revision that gives them: real servers behind a router, half of the
requests a canary's.
"""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import grpc
import pytest
import pytest_asyncio
from cluster.grpc_stage import Stage, a_stage

pytestmark = [pytest.mark.cluster, pytest.mark.asyncio(loop_scope="module")]
NAME = "told"
ASKED = 40
MOST_ROWS = 2
HALF = {"steps": [{"weightPercent": 50, "pause": "Manual"}], "scaleDownDelaySeconds": 5}
EXPLAIN = f"/v2/models/{NAME}/explain"


@dataclass(frozen=True, slots=True)
class Explained:
    """An answer of the server."""

    status: int
    document: dict[str, Any]

    @property
    def revision(self) -> str:
        """Whose it is."""
        return str(self.document.get("model_version"))

    def output(self, name: str) -> list[float]:
        """The numbers of one output."""
        (found,) = [o["data"] for o in self.document["outputs"] if o["name"] == name]
        return [float(number) for number in found]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """Version a has half of the requests, version b the other half; only a person ends that."""
    async with a_stage(tmp_path_factory.mktemp("stage")) as found:
        server = {"explain": {"maxRows": MOST_ROWS, "maxEvaluations": 256}, "grpc": True}
        found.node.deploy(NAME, rollout=HALF, server=server)
        found.release(NAME, "a")
        await found.alone(NAME, "a")
        await found.node.ready(NAME)
        found.release(NAME, "b")
        await found.node.sees(NAME, lambda: half(found.node.status(NAME)))
        yield found


def half(status: dict[str, Any]) -> bool:
    """Say whether the canary has its half."""
    return 50 in [a["weightPercent"] for a in status["traffic"] if a["role"] == "canary"]


def asked(stage: Stage, path: str, rows: int = 1, label: str | None = None) -> Explained:
    """What the Service answers about the first rows."""
    address = stage.node.kubectl("get", "svc", NAME, "-o", "jsonpath={.spec.clusterIP}")
    table = stage.models.samples["a"].table[:rows].to_numpy()
    tensor = {"name": "input", "datatype": "FP64", "shape": table.shape}
    parameters = {} if label is None else {"class": label}
    body = {"inputs": [tensor | {"data": table.ravel().tolist()}], "parameters": parameters}
    request = urllib.request.Request(f"http://{address}{path}", json.dumps(body).encode())
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return Explained(answer.status, json.load(answer))
    except urllib.error.HTTPError as refusal:
        return Explained(refusal.code, json.loads(refusal.read()))


async def test_both_revisions_explain_what_they_answer(stage: Stage) -> None:
    """Each by its own model: the contributions lead from its typical answer to its own."""
    status = stage.node.status(NAME)
    revisions = {
        status[role]["revision"]: letter for role, letter in (("stable", "a"), ("canary", "b"))
    }
    rows = stage.models.samples["a"].table[:1]
    found = [await asyncio.to_thread(asked, stage, EXPLAIN) for _ in range(ASKED)]
    assert {200} == {answer.status for answer in found}
    assert set(revisions) == {answer.revision for answer in found}
    for answer in found:
        (typical,), (explained,) = answer.output("typical"), answer.output("explained")
        assert pytest.approx(explained - typical, abs=1e-4) == sum(answer.output("contributions"))
        model = stage.models.samples[revisions[answer.revision]].model
        assert pytest.approx(max(model.predict_proba(rows)[0]), abs=1e-4) == explained


async def test_what_has_no_bounded_answer_is_refused_with_its_reason(stage: Stage) -> None:
    """More rows than are explained at once, a class that is not there."""
    many = await asyncio.to_thread(asked, stage, EXPLAIN, rows=MOST_ROWS + 1)
    assert (413, True) == (many.status, str(MOST_ROWS) in many.document["error"])
    foreign = await asyncio.to_thread(asked, stage, EXPLAIN, label="unheard")
    assert (400, True) == (foreign.status, "unheard" in foreign.document["error"])


async def test_over_grpc_there_is_no_method_to_ask(stage: Stage) -> None:
    """The protocol has none there (decision 97): UNIMPLEMENTED, and predictions go on."""
    await stage.opened(NAME)
    method = "/inference.GRPCInferenceService/ModelExplain"
    async with grpc.aio.insecure_channel(stage.address(NAME)) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await channel.unary_unary(method)(b"", timeout=20)
    assert grpc.StatusCode.UNIMPLEMENTED == caught.value.code()
    answer = await asyncio.to_thread(asked, stage, f"/v2/models/{NAME}/infer")
    assert 200 == answer.status
