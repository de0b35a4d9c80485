"""Which request is answered by what? Routes, counts and errors around the core."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from urllib.parse import unquote_to_bytes

import httptools

from modelserver.core import Core
from modelserver.exchanges.body import Bodies
from modelserver.exchanges.exchange import Exchange
from modelserver.exchanges.routing import PREDICTING, Route, check_method, methods_of, route_of
from modelserver.exchanges.surroundings import Surroundings
from modelserver.http1.http_connection import Connection
from modelserver.http1.outbox import Outbox
from modelserver.payloads.answers import Answer, ModelIdentity, error_answer, json_answer
from modelserver.payloads.refusals import RequestRefused
from modelserver.reports.metrics import CONTENT_TYPE


class HttpApi:
    """The application behind the port. `fixed`: the answers that never change, by route.

    Predictions asked for in one turn of the event loop are decoded, predicted, encoded and written
    together, stage by stage: each stage runs in warm caches. `outbox`: the one of the port.
    """

    def __init__(
        self,
        core: Core,
        fixed: Mapping[Route, Answer],
        around: Surroundings,
        outbox: Outbox,
    ) -> None:
        self._outbox = outbox
        self._turn: list[tuple[Exchange, Connection]] = []
        self._core = core
        self._fixed = fixed
        self._around = around
        self._bodies = Bodies(around.limits.body_bytes, around.budget)
        identity = core.identity
        self._versions = frozenset({identity.revision, identity.digest})
        self._usual = _usual_targets(identity)

    # ── what connections call ─────────────────────────────────────────────────────────────
    def admit(self, exchange: Exchange) -> Answer | None:
        """None when the body may come; else why it need not."""
        exchange.started = self._around.clock()
        try:
            route = self._usual.get(exchange.target) or self._route(exchange.target)
            exchange.route = route
            check_method(exchange.method, route)
            if route in PREDICTING:
                self._let_in(exchange)
        except Exception as fault:  # noqa: BLE001  (a bug must not become a lost connection)
            return self._failed(exchange, fault)
        return None

    def receive(self, exchange: Exchange, chunk: bytes) -> Answer | None:
        """None when the chunk was kept, or is not wanted; else why the body is too much."""
        if not exchange.counted:
            return None
        try:
            self._bodies.add(exchange, chunk)
        except RequestRefused as refusal:
            return self._failed(exchange, refusal)
        return None

    def begin(self, exchange: Exchange, connection: Connection) -> None:
        """Questions are answered at once, predictions at the end of this turn, or later."""
        if exchange.counted:
            if not self._turn:
                asyncio.get_running_loop().call_soon(self._predict_turn)
            self._turn.append((exchange, connection))
            return
        try:
            answer = self._told(exchange.route)
        except Exception as fault:  # noqa: BLE001
            answer = self._failed(exchange, fault)
        connection.answer(exchange, answer)

    def _predict_turn(self) -> None:
        turn, self._turn = self._turn, []
        with self._outbox:
            for exchange, connection in turn:
                if exchange.counted:  # else its client has left
                    self._start(exchange, connection)
            self._core.predict_now()

    def _start(self, exchange: Exchange, connection: Connection) -> None:
        deliver = partial(self._deliver, exchange, connection)
        try:
            if exchange.route is Route.INFER:
                exchange.job = self._core.start_infer(exchange.body, exchange.headers, deliver)
            else:
                exchange.job = self._core.start_v1(exchange.body, deliver)
        except Exception as fault:  # noqa: BLE001
            connection.answer(exchange, self._failed(exchange, fault))

    def abandon(self, exchange: Exchange) -> None:
        """Nothing is held for the exchange, and its rows are not predicted if they wait."""
        if exchange.job is not None:
            exchange.job.gone = True
        self._let_out(exchange)

    # ── answers ───────────────────────────────────────────────────────────────────────────
    def _deliver(
        self, exchange: Exchange, connection: Connection, outcome: Answer | Exception
    ) -> None:
        if isinstance(outcome, Answer):
            self._count(exchange, outcome)
            connection.answer(exchange, outcome)
        else:
            connection.answer(exchange, self._failed(exchange, outcome))

    def _failed(self, exchange: Exchange, fault: Exception) -> Answer:
        """The answer for what went wrong, counted."""
        status, sentence = self._around.explained(fault)
        route = exchange.route
        allowed = methods_of(route) if status == 405 and route is not None else ()
        answer = error_answer(sentence, status, allowed)
        self._count(exchange, answer)
        return answer

    def _told(self, route: Route | None) -> Answer:
        if route is Route.METRICS:
            text = self._around.metrics.exposition(self._core.identity.revision)
            return Answer(200, text, CONTENT_TYPE)
        live = self._around.lifecycle.live
        if route is Route.LIVE:
            return json_answer({"live": live}, 200 if live else 503)
        ready = self._around.lifecycle.ready
        status = 200 if ready else 503
        if route is Route.MODEL_READY:
            return json_answer({"name": self._core.identity.name, "ready": ready}, status)
        if route is Route.READY:
            return json_answer({"live": live, "ready": ready}, status)
        assert route is not None, "only admitted requests are begun"  # noqa: S101
        return self._fixed[route]

    # ── places and counts ─────────────────────────────────────────────────────────────────
    def _route(self, target: bytes) -> Route:
        try:
            path = unquote_to_bytes(httptools.parse_url(target).path or b"/")
        except httptools.HttpParserError:
            path = target
        return route_of(path.decode("ascii", "replace"), self._core.identity.name, self._versions)

    def _let_in(self, exchange: Exchange) -> None:
        if exchange.guest:
            raise RequestRefused("as many connections are open as may be", 503)
        self._around.places.take()
        exchange.counted = True
        self._bodies.check_head(exchange.headers)

    def _let_out(self, exchange: Exchange) -> None:
        if exchange.counted:
            exchange.counted = False
            exchange.job = None  # it holds the exchange too: both go now, not with a collection
            self._around.places.give_back()
            self._bodies.drop(exchange)

    def _count(self, exchange: Exchange, answer: Answer) -> None:
        """Predictions asked for are counted, also those refused before their route was known."""
        if exchange.counted or _asks_to_predict(exchange):
            seconds = self._around.clock() - exchange.started
            self._around.metrics.count(answer.status, seconds, answer.rows)
            if self._around.note is not None:
                self._around.note(exchange, answer, seconds)
            self._let_out(exchange)


def _asks_to_predict(exchange: Exchange) -> bool:
    path = exchange.target.partition(b"?")[0].rstrip(b"/")
    return exchange.method == "POST" and path.endswith((b"/infer", b":predict"))


def _usual_targets(identity: ModelIdentity) -> dict[bytes, Route]:
    """Targets whose route needs no thought."""
    infer = f"/v2/models/{identity.name}/infer"
    versioned = f"/v2/models/{identity.name}/versions/{identity.revision}/infer"
    return {infer.encode(): Route.INFER, versioned.encode(): Route.INFER}
