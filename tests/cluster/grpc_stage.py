"""Real models on the real node behind a Service with gRPC, and callers that check each answer."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import serving_bundles as bundles
from cluster.model_yard import local_bucket
from cluster.releases import Node, a_node
from cluster_access import kubectl, run
from serving_bundles import Sample
from steady_load import Load
from tritonclient.grpc import service_pb2, service_pb2_grpc

from modelbundle.publishing import publish
from modelbundle.store import Store

SERVER = "trainyard/serving:dev"
PORT = 9000
PAUSES = (0.02, 0.05, 0.05, 0.05, 1.7, 4.9)
"""Seconds between the calls of each caller: those who call seldom hold a connection that idles."""
CLOSE = 1e-4
"""How far a probability in float32 may be from scikit-learn's."""
OWN_CONNECTION = ("grpc.use_local_subchannel_pool", 1)
NOTHING_AGAIN = ("grpc.enable_retries", 0)


@dataclass(slots=True)
class Models:
    """Versions in the store, by the letter of their ModelVersion."""

    store: Store
    folder: Path
    samples: dict[str, Sample] = field(default_factory=dict)

    def make(self, letter: str, model: Any, data: bundles.Data) -> None:
        """The version is trained, packed and in the store."""
        made = bundles.packed(self.folder / letter, model, data, ("onnx",))
        publish(self.store, made.directory, made.digest)
        self.samples[letter] = made


@dataclass(slots=True)
class Stage:
    """A namespace whose operator serves real bundles with the real image."""

    node: Node
    models: Models

    def release(self, name: str, letter: str) -> None:
        """The version is what the TrainingJob made last."""
        found = self.models.samples[letter].digest
        current = {
            "name": f"{name}-{letter}",
            "bundleDigest": found,
            "inputsDigest": found,
            "datasetDigest": found,
            "runtime": "onnx",
        }
        self.node.write_status("trainingjob", name, {"current": current})

    def canary_weight(self, name: str) -> int:
        """The canary's share of the requests."""
        traffic = self.node.status(name).get("traffic", ())
        return sum(t["weightPercent"] for t in traffic if t["role"] == "canary")

    async def alone(self, name: str, letter: str) -> str:
        """Wait until the version has all requests and no release is under way; its revision."""
        wanted = self.models.samples[letter].digest

        def won() -> bool:
            status = self.node.status(name)
            stable = status.get("stable", {}).get("bundleDigest")
            return stable == wanted and not status.get("canary")

        await self.node.sees(name, won)
        revision: str = self.node.status(name)["stable"]["revision"]
        return revision

    def ports(self, name: str) -> dict[str, int]:
        """The ports of the Service that users call."""
        spec = json.loads(self.node.kubectl("get", "svc", name, "-o", "json"))["spec"]
        return {port["name"]: port["port"] for port in spec["ports"]}

    def address(self, name: str) -> str:
        """Where gRPC clients of this machine reach the Service."""
        found = self.node.kubectl("get", "svc", name, "-o", "jsonpath={.spec.clusterIP}")
        return f"{found}:{PORT}"

    async def opened(self, name: str) -> None:
        """Wait until nodes and routers know the port, which take a moment after the Service."""
        address = self.address(name)

        def is_ready() -> bool:
            with grpc.insecure_channel(address) as channel:
                stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
                try:
                    ready: bool = stub.ServerReady(service_pb2.ServerReadyRequest()).ready
                except grpc.RpcError:
                    return False
                return ready

        await self.node.sees(name, is_ready)

    def calls(self, name: str, *, usual: bool = False) -> Calls:
        """Callers of the Service, who try nothing again; `usual`: they do what clients do unless
        told otherwise, and try again what a server says it has not begun.
        """
        options = (OWN_CONNECTION,) if usual else (OWN_CONNECTION, NOTHING_AGAIN)
        return Calls(self.address(name), name, self.models, options)

    def load(self, name: str, count: int = 1) -> Load:
        """Requests of HTTP with so many rows that the versions can answer."""
        found = self.node.load(name)
        rows = self.models.samples["a"].table[:count].to_numpy()
        tensor = {"name": "input", "datatype": "FP64", "shape": rows.shape}
        found.body = json.dumps({"inputs": [tensor | {"data": rows.ravel().tolist()}]})
        return found


@dataclass(slots=True)
class Calls:
    """A few callers, each on its one connection for as long as the servers let it live."""

    address: str
    model: str
    models: Models
    options: tuple[tuple[str, int], ...]
    told: Counter[str] = field(default_factory=Counter)
    """Calls by what they ended with: OK, or what went wrong."""
    revisions: Counter[str] = field(default_factory=Counter)
    """Good calls by the revision in their trailing metadata."""
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def __aenter__(self) -> Calls:
        """Begin."""
        self._tasks = [
            asyncio.create_task(self._run(pause, seed)) for seed, pause in enumerate(PAUSES)
        ]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let the calls that are under way end."""
        self._stop.set()
        await asyncio.gather(*self._tasks)

    @property
    def lost(self) -> dict[str, int]:
        """What went wrong, by how often."""
        return {what: count for what, count in self.told.items() if what != "OK"}

    async def _run(self, pause: float, seed: int) -> None:
        random = np.random.default_rng(seed)
        async with grpc.aio.insecure_channel(self.address, options=self.options) as channel:
            stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
            while not self._stop.is_set():
                self.told[await self._one(stub, int(random.integers(500)))] += 1
                await asyncio.sleep(pause)

    async def _one(self, stub: Any, row: int) -> str:
        table = next(iter(self.models.samples.values())).table[row : row + 1]
        call = stub.ModelInfer(request(self.model, table.to_numpy()), timeout=20)
        try:
            answer = await call
        except grpc.RpcError as fault:
            return f"{fault.code().name}: {fault.details()}"
        names = dict(await call.trailing_metadata())
        self.revisions[names["trainyard-revision"]] += 1
        found = np.frombuffer(answer.raw_output_contents[-1], "<f8")
        expected = {s.digest: s for s in self.models.samples.values()}[names["trainyard-bundle"]]
        wanted = expected.model.predict_proba(table)[0]
        return "OK" if np.allclose(wanted, found, atol=CLOSE) else f"{found}, expected {wanted}"


def request(model: str, rows: np.ndarray) -> Any:
    """A request for these rows, in the messages of NVIDIA's client."""
    message = service_pb2.ModelInferRequest(model_name=model)
    message.inputs.add(name="input", datatype="FP64", shape=rows.shape)
    message.raw_input_contents.append(rows.astype("<f8").tobytes())
    return message


@asynccontextmanager
async def a_stage(folder: Path) -> AsyncIterator[Stage]:
    """Versions a and b answer the same rows differently; c takes other rows and refuses these."""
    bucket = local_bucket()
    run(sys.executable, "-m", "devcluster", "target", "images", "serving")
    settings = bucket.settings("stores") | {"TRAINYARD_SERVING_IMAGE": SERVER}
    async with a_node(folder, settings) as node:
        keys = bucket.keys
        literals = (
            f"--from-literal=accessKeyId={keys.access_key_id}",
            f"--from-literal=secretAccessKey={keys.secret_access_key}",
        )
        kubectl("-n", node.namespace, "create", "secret", "generic", "trainyard-store", *literals)
        models = Models(bucket.store(f"stores/default/{node.namespace}"), folder / "bundles")
        models.make("a", bundles.linear(), bundles.tumours())
        models.make("b", bundles.linear().set_params(logisticregression__C=0.01), bundles.tumours())
        models.make("c", bundles.linear(), bundles.iris())
        yield Stage(node, models)
