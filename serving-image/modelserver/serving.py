"""How does the server start, and how does it end without losing a request?

SIGTERM: not ready at once, every answer says `connection: close`, requests are answered on for the
drain time (routers need it to notice), then the port closes, what is in flight is finished, exit 0.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import Generator
from contextlib import contextmanager

import uvicorn

from modelserver.answers import Answer, ModelIdentity, json_answer
from modelserver.batching import Batcher
from modelserver.bounded_protocol import bounded
from modelserver.core import Core, example_request, model_metadata, server_metadata
from modelserver.error_log import ErrorLog, LogBridge
from modelserver.http_api import HttpApi, Surroundings
from modelserver.lifecycle import Lifecycle
from modelserver.metrics import ServingMetrics
from modelserver.routing import Route
from modelserver.settings import ServerSettings
from modelserver.startup import ReadyModel

_KEEP_ALIVE_SECONDS = 120
_FINISH_SECONDS = 10


class _Server(uvicorn.Server):
    """uvicorn without its own answer to signals, which closes the port at once."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def serve(settings: ServerSettings, model: ReadyModel) -> None:
    """Answers requests until SIGTERM or SIGINT, then drains and returns."""
    asyncio.run(_serve(settings, model))


async def _serve(settings: ServerSettings, model: ReadyModel) -> None:
    lifecycle = Lifecycle()
    log = ErrorLog(time.monotonic)
    batcher = Batcher(model.runtime, settings.limits.batch_rows, time.perf_counter)
    around = Surroundings(lifecycle, ServingMetrics(), settings.limits, log, time.perf_counter)
    logging.getLogger().handlers = [LogBridge(log)]
    logging.captureWarnings(capture=True)
    server = _Server(_config(settings, _api(settings, model, batcher, around)))
    loop = asyncio.get_running_loop()

    def drain() -> None:
        if lifecycle.drain():
            loop.call_later(settings.drain_seconds, setattr, server, "should_exit", True)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, drain)
    try:
        await server.serve()
    finally:
        batcher.close()


def _api(
    settings: ServerSettings, model: ReadyModel, batcher: Batcher, around: Surroundings
) -> HttpApi:
    identity = ModelIdentity(settings.model_name, settings.revision, settings.bundle.digest)
    signature = model.runtime.signature
    fixed: dict[Route, Answer] = {
        Route.LIVE: json_answer({"live": True}),
        Route.SERVER: server_metadata(),
        Route.MODEL: model_metadata(identity, signature, model.runtime_name),
        Route.EXAMPLE: example_request(model.example),
    }
    core = Core(identity, signature, batcher, settings.limits.request_rows)
    return HttpApi(core, fixed, around)


def _config(settings: ServerSettings, api: HttpApi) -> uvicorn.Config:
    limits = settings.limits
    return uvicorn.Config(
        api,
        host=settings.host,
        port=settings.port,
        loop="asyncio",
        http=bounded(limits.header_bytes, limits.header_seconds),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_FINISH_SECONDS,
        backlog=2048,
    )
