"""The gRPC API as the library calls it, without a network."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass, field
from typing import Any

from serving_bundles import Sample

from modelbundle.loading import RuntimeName, load_runtime
from modelbundle.manifest_reading import read_manifest
from modelserver.batches.batching import Batcher
from modelserver.core import Core, model_metadata, server_metadata
from modelserver.error_log import ErrorLog
from modelserver.grpc.grpc_api import GrpcApi
from modelserver.metrics.serving_metrics import ServingMetrics
from modelserver.payloads.answers import Answer, ModelIdentity
from modelserver.requests.body import Budget
from modelserver.requests.concurrency import ConcurrencyLimit
from modelserver.requests.lifecycle import Lifecycle
from modelserver.requests.request import Request
from modelserver.requests.routing import Route
from modelserver.requests.server_context import ServerContext
from modelserver.settings import Limits

IDENTITY = ModelIdentity("tumours", "tumours-1", "sha256:" + "a" * 64)


class Aborted(Exception):
    """What the library raises out of a handler that has aborted."""


@dataclass(slots=True)
class Call:
    """One call as the library hands it to a handler."""

    sent: tuple[tuple[str, str], ...] = ()
    received: list[tuple[str, str]] = field(default_factory=list)
    status: tuple[Any, str] | None = None
    trailing: tuple[tuple[str, str], ...] = ()

    def invocation_metadata(self) -> tuple[tuple[str, str], ...]:
        """What the client sent."""
        return self.sent

    async def send_initial_metadata(self, metadata: tuple[tuple[str, str], ...]) -> None:
        """What the client receives first."""
        self.received.extend(metadata)

    def set_trailing_metadata(self, metadata: tuple[tuple[str, str], ...]) -> None:
        """What the client receives last."""
        self.trailing = metadata

    async def abort(self, code: Any, details: str, trailing: tuple[tuple[str, str], ...]) -> None:
        """The end of the call, which handlers must not survive."""
        self.status, self.trailing = (code, details), trailing
        raise Aborted


class World:
    """An API of the tumours model with small limits, and all that can be seen of it."""

    def __init__(self, sample: Sample, runtime: Any = None) -> None:
        manifest = read_manifest(sample.directory)
        self.runtime = runtime or load_runtime(sample.directory, manifest, RuntimeName.ONNX)
        self.written = io.StringIO()
        self.noted: list[tuple[Request, Answer]] = []
        self.server = ServerContext(
            lifecycle=Lifecycle(),
            metrics=ServingMetrics(),
            limits=Limits(),
            log=ErrorLog(time.monotonic, self.written),
            clock=time.perf_counter,
            concurrency=ConcurrencyLimit(2),
            budget=Budget(100_000),
            note=lambda request, answer, _: self.noted.append((request, answer)),
        )
        batcher = Batcher(self.runtime, 256, time.perf_counter)
        fixed = {
            Route.SERVER: server_metadata(),
            Route.MODEL: model_metadata(IDENTITY, sample.signature, RuntimeName.ONNX),
        }
        self.api = GrpcApi(Core(IDENTITY, sample.signature, batcher, 50), fixed, self.server)

    async def call(self, method: str, body: bytes, call: Call | None = None) -> bytes | None:
        """The bytes of the answer; None when the call ended with a status."""
        details = type("Details", (), {"method": method, "invocation_metadata": ()})
        (handler,) = filter(None, (item.service(details) for item in self.api.handlers()))
        try:
            answer: bytes = await handler.unary_unary(body, call or Call())
        except Aborted:
            return None
        return answer

    def codes(self) -> dict[str, int]:
        """The requests counted, by status of HTTP; those never seen are left out."""
        lines = self.server.metrics.exposition("r").decode().splitlines()
        counted = [line for line in lines if line.startswith("trainyard_requests_total{")]
        found = {line.split('code="')[1][:3]: int(line.rsplit(" ", 1)[1]) for line in counted}
        return {code: count for code, count in found.items() if count}
