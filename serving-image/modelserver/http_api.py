"""How do answers travel over HTTP? A thin ASGI shell around the core."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from modelserver.answers import Answer, ModelIdentity, error_answer, json_answer
from modelserver.body import Budget, ClientGone, Receive, check_head, check_head_size, read_body
from modelserver.core import Core
from modelserver.error_log import ErrorLog
from modelserver.lifecycle import Lifecycle
from modelserver.metrics import CONTENT_TYPE, ServingMetrics
from modelserver.refusals import ModelFailed, RequestRefused
from modelserver.routing import PREDICTING, Route, check_method, route_of
from modelserver.settings import Limits

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Scope = MutableMapping[str, Any]

# After these the connection is closed. Not after 413: closing on a client that is still sending
# resets the connection before it has read why; the rest of its body is read and dropped instead.
_CLOSING = frozenset({408, 431})


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the shell works with besides the core."""

    lifecycle: Lifecycle
    metrics: ServingMetrics
    limits: Limits
    log: ErrorLog
    clock: Callable[[], float]


class HttpApi:
    """The ASGI application. `fixed`: the answers that never change, by route."""

    def __init__(self, core: Core, fixed: dict[Route, Answer], around: Surroundings) -> None:
        self._core = core
        self._fixed = fixed
        self._around = around
        self._in_flight = 0
        self._budget = Budget(around.limits.all_bodies_bytes)
        identity = core.identity
        self._versions = frozenset({identity.revision, identity.digest})
        self._named = _identity_headers(identity)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, one answer; whatever goes wrong in between is a 500 with a sentence."""
        started = self._around.clock()
        predicting = _asks_to_predict(scope)
        try:
            answer = await self._answer(scope, receive)
        except ClientGone:
            return
        except RequestRefused as refusal:
            answer = error_answer(str(refusal), refusal.status)
        except ModelFailed as failure:
            self._around.log.write("model-failed", str(failure.cause), failure.cause)
            answer = error_answer(str(failure), 500)
        except Exception as fault:  # noqa: BLE001  (a bug must not become a lost connection)
            self._around.log.write("server-failed", str(fault), fault)
            answer = error_answer("the server failed on this request; its log has the details", 500)
        if predicting:
            seconds = self._around.clock() - started
            self._around.metrics.count(answer.status, seconds, answer.rows)
        await self._send(answer, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        check_head_size(scope, self._around.limits.header_bytes)
        route = route_of(scope["path"], self._core.identity.name, self._versions)
        check_method(scope["method"], route)
        if route in PREDICTING:
            return await self._predicted(route, scope, receive)
        if route is Route.METRICS:
            text = self._around.metrics.exposition(self._core.identity.revision)
            return Answer(200, text, CONTENT_TYPE)
        if route in (Route.READY, Route.MODEL_READY):
            return self._readiness(route)
        return self._fixed[route]

    async def _predicted(self, route: Route, scope: Scope, receive: Receive) -> Answer:
        limits = self._around.limits
        if self._in_flight >= limits.concurrency:
            raise RequestRefused(f"{limits.concurrency} requests are being answered", 503)
        self._in_flight += 1
        try:
            check_head(scope["headers"], limits.body_bytes)
            body = await read_body(receive, self._budget, limits.body_bytes, limits.body_seconds)
            try:
                if route is Route.INFER:
                    return await self._core.infer(body)
                return await self._core.predict_v1(body)
            finally:
                self._budget.give_back(len(body))
        finally:
            self._in_flight -= 1

    def _readiness(self, route: Route) -> Answer:
        ready = self._around.lifecycle.ready
        status = 200 if ready else 503
        if route is Route.MODEL_READY:
            return json_answer({"name": self._core.identity.name, "ready": ready}, status)
        return json_answer({"live": True, "ready": ready}, status)

    async def _send(self, answer: Answer, send: Send) -> None:
        headers = [
            (b"content-type", answer.content_type.encode()),
            (b"content-length", b"%d" % len(answer.body)),
            *self._named,
            *((name.encode(), value.encode()) for name, value in answer.headers),
        ]
        if self._around.lifecycle.draining or answer.status in _CLOSING:
            headers.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})


def _asks_to_predict(scope: Scope) -> bool:
    """True for what the metrics count, also when it is refused before its route is known."""
    path: str = scope["path"]
    return scope["method"] == "POST" and path.rstrip("/").endswith(("/infer", ":predict"))


def _identity_headers(identity: ModelIdentity) -> tuple[tuple[bytes, bytes], ...]:
    return (
        (b"trainyard-revision", identity.revision.encode()),
        (b"trainyard-bundle", identity.digest.encode()),
    )
