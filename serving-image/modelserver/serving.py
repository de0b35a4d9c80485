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

import orjson
import uvloop

from modelserver.batches.batching import Batcher
from modelserver.core import Core, example_request, model_metadata, models_v1, server_metadata
from modelserver.descriptors import connections_that_fit
from modelserver.error_log import ErrorLog, LogBridge
from modelserver.explanations.explaining import Explaining
from modelserver.explanations.explanation_answers import ExplanationAnswers
from modelserver.http.answers_api import AnswersApi
from modelserver.http.connections import Connections
from modelserver.http.http_api import HttpApi
from modelserver.http.http_connection import Listening
from modelserver.http.http_port import HttpPort
from modelserver.http.outbox import Outbox
from modelserver.http.wire import Wire
from modelserver.metrics.batch_metrics import BatchMetrics
from modelserver.metrics.serving_metrics import ServingMetrics
from modelserver.payloads.answers import Answer, ModelIdentity
from modelserver.payloads.v2_requests import decode_v2
from modelserver.requests.body import Budget
from modelserver.requests.concurrency import ConcurrencyLimit
from modelserver.requests.lifecycle import Lifecycle, log_stuck_batches
from modelserver.requests.routing import Route
from modelserver.requests.server_context import Note, ServerContext
from modelserver.settings import Limits, ServerSettings
from modelserver.startup import ReadyModel
from modelserver.telemetry.answer_sample import AnswerSample
from modelserver.telemetry.observers import (
    capturing,
    notify_all,
    observers,
    row_sampling,
    show,
    show_connections,
    show_explanations,
    unseen_texts,
)

if TYPE_CHECKING:
    from modelserver.grpc.grpc_port import GrpcPort

_FEW_READERS = 16


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
    log, metrics = ErrorLog(time.monotonic), ServingMetrics()
    observing = observers(settings, metrics, log)
    batcher, server = _assembled(settings, model, metrics, log, notify_all(observing))
    _bridge_logging(log)
    identity = ModelIdentity(settings.model_name, settings.revision, settings.bundle.digest)
    signature = model.runtime.signature
    capture = capturing(settings, batcher, signature, metrics, log)
    core = Core(identity, signature, batcher, settings.limits.request_rows, capture)
    sample = AnswerSample()
    core.keep_for(sample)
    core.name_unseen(unseen_texts(settings, signature, metrics))
    fixed = _fixed(identity, model)
    outbox = Outbox()
    batcher.deliver_inside(outbox)
    explaining = _explaining(settings, identity, model, metrics)
    connections = _connections(settings.limits, metrics, log)
    api = HttpApi(core, fixed, server, outbox, explaining)
    port = HttpPort(Listening(api, connections, settings.limits, Wire(identity), outbox))
    ending = _drained(server, connections, settings.drain_seconds)
    watchdog = asyncio.create_task(log_stuck_batches(server.lifecycle, log))
    try:
        second = await _opened_grpc_port(settings, core, fixed, server)
        third = await _opened_answers_port(settings, sample, Wire(identity))
        await port.open(settings.host, settings.port)
        await ending.wait()
        await asyncio.gather(
            *(each.close() for each in (port, *third)), *(each.close() for each in second)
        )
    finally:
        watchdog.cancel()
        batcher.close()
        for other in (*observing, capture, explaining):
            if other is not None:
                other.close()
    return batcher.batch_seconds() > 0 or (explaining is not None and explaining.busy)


def _drained(server: ServerContext, connections: Connections, seconds: float) -> asyncio.Event:
    """Return what is set when the time to drain is over, which a signal to end begins."""
    ending, loop = asyncio.Event(), asyncio.get_running_loop()

    def drain() -> None:
        if server.lifecycle.drain():
            connections.draining = True
            loop.call_later(seconds, ending.set)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, drain)
    return ending


def _explaining(
    settings: ServerSettings, identity: ModelIdentity, model: ReadyModel, metrics: ServingMetrics
) -> Explaining | None:
    """Who explains answers, with counts among the metrics; None when nobody shall."""
    if settings.explain is None:
        return None
    signature = model.runtime.signature
    answers = ExplanationAnswers(identity, signature)
    typical = decode_v2(orjson.dumps(model.example.request), signature, max_rows=1).rows
    explaining = Explaining(model.runtime, typical, settings.explain, answers.of, time.perf_counter)
    show_explanations(metrics, explaining)
    return explaining


def _bridge_logging(log: ErrorLog) -> None:
    """What libraries log, and warn of, goes the way of our own lines."""
    logging.getLogger().handlers = [LogBridge(log)]
    logging.captureWarnings(capture=True)


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
) -> tuple[Batcher, ServerContext]:
    """What all ports share, with everything that is observed among the metrics."""
    limits = settings.limits
    concurrency = ConcurrencyLimit(limits.concurrency)
    sampling = row_sampling(settings, model.runtime.signature, metrics, log)
    batcher = Batcher(model.runtime, limits.batch_rows, time.perf_counter, BatchMetrics(), sampling)
    show(metrics, batcher, concurrency, settings.model_name)
    server = ServerContext(
        lifecycle=Lifecycle(batcher.batch_seconds, settings.telemetry.stuck_seconds),
        metrics=metrics,
        limits=limits,
        log=log,
        clock=time.perf_counter,
        concurrency=concurrency,
        budget=Budget(limits.all_bodies_bytes),
        note=note,
    )
    return batcher, server


def _fixed(identity: ModelIdentity, model: ReadyModel) -> dict[Route, Answer]:
    """The answers that never change."""
    return {
        Route.SERVER: server_metadata(),
        Route.MODEL: model_metadata(identity, model.runtime.signature, model.runtime_name),
        Route.EXAMPLE: example_request(model.example),
        Route.MODELS_V1: models_v1(identity),
    }


async def _opened_answers_port(
    settings: ServerSettings, sample: AnswerSample, wire: Wire
) -> list[HttpPort]:
    """The port for the operator alone, if one was asked for."""
    if settings.answers_port is None:
        return []
    few = Connections(time.monotonic(), _FEW_READERS)
    port = HttpPort(Listening(AnswersApi(sample.read), few, Limits(), wire, Outbox()))
    await port.open(settings.host, settings.answers_port)
    return [port]


async def _opened_grpc_port(
    settings: ServerSettings, core: Core, fixed: dict[Route, Answer], server: ServerContext
) -> list[GrpcPort]:
    """The second port, if one was asked for."""
    if settings.grpc_port is None:
        return []
    from modelserver.grpc.grpc_api import GrpcApi  # noqa: PLC0415  (20 MiB that others need not hold)
    from modelserver.grpc.grpc_port import GrpcPort  # noqa: PLC0415

    port = GrpcPort(GrpcApi(core, fixed, server), settings.limits, settings.drain_seconds)
    await port.open(settings.host, settings.grpc_port)
    return [port]
