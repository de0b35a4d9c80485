"""Which request is answered by what? Routes, counts and errors around the core."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from urllib.parse import unquote_to_bytes

import httptools

from modelserver.core import Core
from modelserver.explanations.explaining import Explaining
from modelserver.http.http_connection import Connection
from modelserver.http.outbox import Outbox
from modelserver.metrics.exposition import CONTENT_TYPE
from modelserver.payloads.answers import Answer, error_answer, json_answer
from modelserver.payloads.binary_tensors import BINARY_HEADER
from modelserver.payloads.refusals import RequestRefused
from modelserver.requests.body import Bodies
from modelserver.requests.concurrency import ConcurrencyLimit
from modelserver.requests.request import Request
from modelserver.requests.routing import PREDICTING, Route, check_method, methods_of, route_of
from modelserver.requests.server_context import ServerContext

_OFF = (
    "explanations are switched off; spec.server.explain of the ModelDeployment switches them on,"
    " and TRAINYARD_EXPLAIN_ROWS those of a server without an operator"
)


class HttpApi:
    """The application behind the port. `fixed`: the answers that never change, by route.

    Predictions asked for in one tick of the event loop are decoded, predicted, encoded and written
    together, stage by stage: each stage runs in warm caches. `outbox`: the one of the port.
    """

    def __init__(
        self,
        core: Core,
        fixed: Mapping[Route, Answer],
        server: ServerContext,
        outbox: Outbox,
        explaining: Explaining | None = None,
    ) -> None:
        self._outbox = outbox
        self._explaining = explaining
        self._explained = ConcurrencyLimit(0 if explaining is None else explaining.concurrency)
        self._tick: list[tuple[Request, Connection]] = []
        self._core = core
        self._fixed = fixed
        self._server = server
        self._bodies = Bodies(server.limits.body_bytes, server.budget)
        identity = core.identity
        self._versions = frozenset({identity.revision, identity.digest})

    # ── what connections call ─────────────────────────────────────────────────────────────
    def admit(self, request: Request) -> Answer | None:
        """None when the body may come; else why it need not."""
        request.started = self._server.clock()
        try:
            route = self._route(request.target)
            request.route = route
            check_method(request.method, route)
            if route in PREDICTING or route is Route.EXPLAIN:
                self._acquire(request)
        except Exception as fault:  # noqa: BLE001  (a bug must not become a lost connection)
            return self._failed(request, fault)
        return None

    def receive(self, request: Request, chunk: bytes) -> Answer | None:
        """None when the chunk was kept, or is not wanted; else why the body is too much."""
        if not request.admitted:
            return None
        try:
            self._bodies.add(request, chunk)
        except RequestRefused as refusal:
            return self._failed(request, refusal)
        return None

    def begin(self, request: Request, connection: Connection) -> None:
        """Predictions are answered at the end of this tick of the event loop, all else at once."""
        if request.route in PREDICTING:
            if not self._tick:
                asyncio.get_running_loop().call_soon(self._predict_tick)
            self._tick.append((request, connection))
            return
        if request.route is Route.EXPLAIN:
            self._explain(request, connection)
            return
        try:
            answer = self._information(request.route)
        except Exception as fault:  # noqa: BLE001
            answer = self._failed(request, fault)
        connection.answer(request, answer)

    def _predict_tick(self) -> None:
        tick, self._tick = self._tick, []
        with self._outbox:
            for request, connection in tick:
                if not request.abandoned:
                    self._start(request, connection)
            self._core.predict_now()

    def _start(self, request: Request, connection: Connection) -> None:
        deliver = partial(self._deliver, request, connection)
        try:
            if request.route is Route.INFER:
                request.job = self._core.start_infer(request.body, request.headers, deliver)
            else:
                request.job = self._core.start_v1(request.body, request.headers, deliver)
        except Exception as fault:  # noqa: BLE001
            connection.answer(request, self._failed(request, fault))

    def _explain(self, request: Request, connection: Connection) -> None:
        assert self._explaining is not None, "else it is not admitted"  # noqa: S101
        deliver = partial(self._deliver, request, connection)
        try:
            size = request.headers.get(BINARY_HEADER.encode())
            request.job = self._explaining.start(request.body, size, deliver)
        except Exception as fault:  # noqa: BLE001
            connection.answer(request, self._failed(request, fault))

    def abandon(self, request: Request) -> None:
        """Nothing is held for the request, and its rows are not predicted if they wait."""
        request.abandoned = True
        if request.job is not None:
            request.job.gone = True
        self._release(request)

    # ── answers ───────────────────────────────────────────────────────────────────────────
    def _deliver(
        self, request: Request, connection: Connection, outcome: Answer | Exception
    ) -> None:
        if isinstance(outcome, Answer):
            self._count(request, outcome)
            connection.answer(request, outcome)
        else:
            connection.answer(request, self._failed(request, outcome))

    def _failed(self, request: Request, fault: Exception) -> Answer:
        """The answer for what went wrong, counted."""
        status, sentence = self._server.explained(fault)
        route = request.route
        allowed = methods_of(route) if status == 405 and route is not None else ()
        answer = error_answer(sentence, status, allowed)
        self._count(request, answer)
        return answer

    def _information(self, route: Route | None) -> Answer:
        if route is Route.METRICS:
            text = self._server.metrics.exposition(self._core.identity.revision)
            return Answer(200, text, CONTENT_TYPE)
        live = self._server.lifecycle.live
        if route is Route.LIVE:
            return json_answer({"live": live}, 200 if live else 503)
        ready = self._server.lifecycle.ready
        status = 200 if ready else 503
        if route is Route.MODEL_READY:
            return json_answer({"name": self._core.identity.name, "ready": ready}, status)
        if route is Route.READY:
            return json_answer({"live": live, "ready": ready}, status)
        assert route is not None, "only admitted requests are begun"  # noqa: S101
        return self._fixed[route]

    # ── concurrency and counts ────────────────────────────────────────────────────────────
    def _route(self, target: bytes) -> Route:
        try:
            path = unquote_to_bytes(httptools.parse_url(target).path or b"/")
        except httptools.HttpParserError:
            path = target
        return route_of(path.decode("ascii", "replace"), self._core.identity.name, self._versions)

    def _acquire(self, request: Request) -> None:
        if request.probe_only:
            raise RequestRefused("as many connections are open as may be", 503)
        self._limit(request).acquire()
        request.admitted = True
        self._bodies.check_head(request.headers)

    def _release(self, request: Request) -> None:
        if request.admitted:
            request.admitted = False
            request.job = None  # it holds the request too: both go now, not with a collection
            self._limit(request).release()
            self._bodies.drop(request)

    def _limit(self, request: Request) -> ConcurrencyLimit:
        """Predictions and explanations have one each, so that neither takes the other's place."""
        if request.route is not Route.EXPLAIN:
            return self._server.concurrency
        if self._explaining is None:
            raise RequestRefused(_OFF, 404)
        return self._explained

    def _count(self, request: Request, answer: Answer) -> None:
        """Predictions asked for are counted, also those refused before their route was known."""
        if request.route is Route.EXPLAIN:
            if self._explaining is not None:
                self._explaining.count(answer.status)
            self._release(request)
            return
        if request.admitted or _asks_to_predict(request):
            seconds = self._server.clock() - request.started
            self._server.metrics.count(answer.status, seconds, answer.rows)
            if self._server.note is not None:
                self._server.note(request, answer, seconds)
            self._release(request)


def _asks_to_predict(request: Request) -> bool:
    path = request.target.partition(b"?")[0].rstrip(b"/")
    return request.method == "POST" and path.endswith((b"/infer", b":predict"))
