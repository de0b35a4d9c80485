"""How does the server start, and how does it end without losing a request?

SIGTERM: not ready at once, every answer says `connection: close`, requests are answered on for the
drain time (routers need it to notice), then the port closes, what is in flight is finished, exit 0.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
import time
from typing import TYPE_CHECKING

import uvloop

from modelserver.batches.batching import Batcher
from modelserver.core import Core, example_request, model_metadata, models_v1, server_metadata
from modelserver.descriptors import connections_that_fit
from modelserver.exchanges.body import Budget
from modelserver.exchanges.lifecycle import Lifecycle
from modelserver.exchanges.places import Places
from modelserver.exchanges.routing import Route
from modelserver.exchanges.surroundings import Note, Surroundings
from modelserver.http1.connections import Connections
from modelserver.http1.http_api import HttpApi
from modelserver.http1.http_connection import Listening
from modelserver.http1.http_port import HttpPort
from modelserver.http1.outbox import Outbox
from modelserver.http1.wire import Wire
from modelserver.payloads.answers import Answer, ModelIdentity
from modelserver.reports.batch_metrics import BatchMetrics
from modelserver.reports.error_log import ErrorLog, LogBridge
from modelserver.reports.metrics import ServingMetrics
from modelserver.settings import Limits, ServerSettings
from modelserver.startup import ReadyModel
from modelserver.stuck_model import tell_of_stuck_batches
from modelserver.watching.observing import row_sampling, show, show_connections, told_to, witnesses

if TYPE_CHECKING:
    from modelserver.rpc.grpc_port import GrpcPort


def serve(settings: ServerSettings, model: ReadyModel) -> None:
    """Answers requests until SIGTERM or SIGINT, then drains and returns."""
    # What start-up made stays for good: no collection needs to look at it again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    # A slow model's thread and the loop take turns ten times as often as Python lets them.
    sys.setswitchinterval(0.0005)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        left_behind = runner.run(_serve(settings, model))
    if left_behind:
        # A thread cannot be ended from outside, and nobody waits for this batch any more.
        os._exit(0)


async def _serve(settings: ServerSettings, model: ReadyModel) -> bool:
    """Serves until the end; true when a batch is still with the model."""
    log = ErrorLog(time.monotonic)
    metrics = ServingMetrics()
    told = witnesses(settings, metrics, log)
    batcher, around = _assembled(settings, model, metrics, log, told_to(told))
    logging.getLogger().handlers = [LogBridge(log)]
    logging.captureWarnings(capture=True)
    identity = ModelIdentity(settings.model_name, settings.revision, settings.bundle.digest)
    core = Core(identity, model.runtime.signature, batcher, settings.limits.request_rows)
    fixed = _fixed(identity, model)
    outbox = Outbox()
    batcher.deliver_inside(outbox)
    api = HttpApi(core, fixed, around, outbox)
    connections = _connections(settings.limits, metrics, log)
    port = HttpPort(Listening(api, connections, settings.limits, Wire(identity), outbox))
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()

    def drain() -> None:
        if around.lifecycle.drain():
            connections.draining = True
            loop.call_later(settings.drain_seconds, ending.set)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, drain)
    watching = loop.create_task(tell_of_stuck_batches(around.lifecycle, log))
    try:
        second = await _opened_grpc_port(settings, core, fixed, around)
        await port.open(settings.host, settings.port)
        await ending.wait()
        await asyncio.gather(port.close(), *(item.close() for item in second))
    finally:
        watching.cancel()
        batcher.close()
        for witness in told:
            witness.close()
    return batcher.batch_seconds() > 0


def _connections(limits: Limits, metrics: ServingMetrics, log: ErrorLog) -> Connections:
    """As many as the limits say, or as the kernel lets this process have."""
    wanted = limits.connections
    most = connections_that_fit(wanted)
    if most < wanted:
        log.write(
            "connections-limited",
            f"{most} connections at most instead of {wanted} (TRAINYARD_MAX_CONNECTIONS):"
            " the hard limit of open files (RLIMIT_NOFILE) leaves no room for more",
        )
    connections = Connections(time.monotonic(), most)
    show_connections(metrics, connections)
    return connections


def _assembled(
    settings: ServerSettings,
    model: ReadyModel,
    metrics: ServingMetrics,
    log: ErrorLog,
    note: Note | None,
) -> tuple[Batcher, Surroundings]:
    """What all ports share, with everything that is watched among the metrics."""
    limits = settings.limits
    places = Places(limits.concurrency)
    sampling = row_sampling(settings, model.runtime.signature, metrics, log)
    batcher = Batcher(model.runtime, limits.batch_rows, time.perf_counter, BatchMetrics(), sampling)
    show(metrics, batcher, places, settings.model_name)
    around = Surroundings(
        lifecycle=Lifecycle(batcher.batch_seconds, settings.watching.stuck_seconds),
        metrics=metrics,
        limits=limits,
        log=log,
        clock=time.perf_counter,
        places=places,
        budget=Budget(limits.all_bodies_bytes),
        note=note,
    )
    return batcher, around


def _fixed(identity: ModelIdentity, model: ReadyModel) -> dict[Route, Answer]:
    """The answers that never change."""
    return {
        Route.SERVER: server_metadata(),
        Route.MODEL: model_metadata(identity, model.runtime.signature, model.runtime_name),
        Route.EXAMPLE: example_request(model.example),
        Route.MODELS_V1: models_v1(identity),
    }


async def _opened_grpc_port(
    settings: ServerSettings, core: Core, fixed: dict[Route, Answer], around: Surroundings
) -> list[GrpcPort]:
    """The second port, if one was asked for."""
    if settings.grpc_port is None:
        return []
    from modelserver.rpc.grpc_api import GrpcApi  # noqa: PLC0415  (20 MiB that others need not hold)
    from modelserver.rpc.grpc_port import GrpcPort  # noqa: PLC0415

    port = GrpcPort(GrpcApi(core, fixed, around), settings.limits, settings.drain_seconds)
    await port.open(settings.host, settings.grpc_port)
    return [port]
