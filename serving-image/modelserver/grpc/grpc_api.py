"""Which call is answered by what? The methods of the protocol around the core."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import grpc
import orjson

from modelserver.core import Core
from modelserver.grpc.grpc_answers import Responses, status_code
from modelserver.grpc.grpc_messages import (
    HEALTH,
    INFERENCE,
    HealthCheckRequest,
    HealthCheckResponse,
    ModelInferRequest,
    ModelMetadataRequest,
    ModelMetadataResponse,
    ModelReadyRequest,
    ModelReadyResponse,
    ServerLiveResponse,
    ServerMetadataResponse,
    ServerReadyResponse,
)
from modelserver.grpc.grpc_requests import parsed, sent_request
from modelserver.payloads.answers import Answer
from modelserver.payloads.refusals import RequestRefused, shown
from modelserver.requests.request import Request
from modelserver.requests.routing import Route, check_model, check_version
from modelserver.requests.server_context import ServerContext

SERVICE = f"{INFERENCE}.GRPCInferenceService"
_INFER = f"/{SERVICE}/ModelInfer".encode()
_REQUEST_ID = "x-request-id"
_ECHOED = frozenset({"traceparent", _REQUEST_ID})
_MAX_ECHO = 256
_SERVING, _NOT_SERVING = 1, 2
# Retrying clients come back after as many milliseconds, as `Retry-After` says in HTTP.
_COME_BACK = ("grpc-retry-pushback-ms", "1000")

Question = Callable[[bytes], Any]
Handler = Callable[[bytes, Any], Awaitable[bytes]]


class GrpcApi:
    """The application behind the port. `fixed`: the answers that never change, as HTTP has them."""

    def __init__(self, core: Core, fixed: Mapping[Route, Answer], server: ServerContext) -> None:
        self._core = core
        self._server = server
        self._responses = Responses(core.identity, core.signature.outputs)
        self._about_server = ServerMetadataResponse(**orjson.loads(fixed[Route.SERVER].body))
        self._about_model = _about_model(orjson.loads(fixed[Route.MODEL].body))
        identity = core.identity
        self._versions = frozenset({"", identity.revision, identity.digest})
        self._greeting = (
            ("trainyard-revision", identity.revision),
            ("trainyard-bundle", identity.digest),
        )

    def handlers(self) -> tuple[Any, ...]:
        """What a gRPC server needs to know; methods that are not here are UNIMPLEMENTED."""
        questions: dict[str, Question] = {
            "ServerLive": lambda _: ServerLiveResponse(live=self._server.lifecycle.live),
            "ServerReady": lambda _: ServerReadyResponse(ready=self._server.lifecycle.ready),
            "ServerMetadata": lambda _: self._about_server,
            "ModelReady": self._model_ready,
            "ModelMetadata": self._model_metadata,
        }
        methods = {name: self._asked(question) for name, question in questions.items()}
        methods["ModelInfer"] = self._infer
        return (
            _service(SERVICE, methods),
            _service(f"{HEALTH}.Health", {"Check": self._asked(self._check)}),
        )

    # ── questions ─────────────────────────────────────────────────────────────────────────
    def _asked(self, question: Question) -> Handler:
        async def answer(body: bytes, context: Any) -> bytes:
            await self._greet(context)
            try:
                told: bytes = question(body).SerializeToString()
            except Exception as fault:  # noqa: BLE001  (a bug must not show its stack)
                status, sentence = self._server.explained(fault)
            else:
                return told
            return await self._refuse(context, status, sentence)

        return answer

    def _model_ready(self, body: bytes) -> Any:
        request = parsed(body, ModelReadyRequest)
        self._check_model(request.name, request.version)
        return ModelReadyResponse(ready=self._server.lifecycle.ready)

    def _model_metadata(self, body: bytes) -> Any:
        request = parsed(body, ModelMetadataRequest)
        self._check_model(request.name, request.version)
        return self._about_model

    def _check(self, body: bytes) -> Any:
        service = parsed(body, HealthCheckRequest).service
        if service not in ("", SERVICE):
            raise RequestRefused(f"there is no service {shown(service)} here", 404)
        ready = self._server.lifecycle.ready
        return HealthCheckResponse(status=_SERVING if ready else _NOT_SERVING)

    def _check_model(self, name: str, version: str) -> None:
        check_model(name, self._core.identity.name)
        check_version(version, self._core.identity.name, self._versions)

    # ── predictions ───────────────────────────────────────────────────────────────────────
    async def _infer(self, body: bytes, context: Any) -> bytes:
        """The prediction, counted; a call that was cancelled is not, as in HTTP."""
        started = self._server.clock()
        await self._greet(context)
        try:
            answer, rows = await self._predicted(body, context)
        except Exception as fault:  # noqa: BLE001
            status, sentence = self._server.explained(fault)
            self._count(context, Answer(status, b""), started)
        else:
            self._count(context, Answer(200, answer, rows=rows), started)
            return answer
        return await self._refuse(context, status, sentence)

    async def _predicted(self, body: bytes, context: Any) -> tuple[bytes, int]:
        server = self._server
        server.concurrency.acquire()
        try:
            server.budget.take(len(body))
            try:
                message = parsed(body, ModelInferRequest)
                self._check_model(message.model_name, message.model_version)
                sent = sent_request(message)
                headers = {name.encode(): value.encode() for name, value in _echoed(context)}
                known = len(headers)
                asked, predicted = await self._core.infer(sent.document, sent.binary, headers)
                if len(headers) > known:  # it has an id that was made here
                    made = (_REQUEST_ID, headers[_REQUEST_ID.encode()].decode())
                    context.set_trailing_metadata((*self._greeting, made))
                response = self._responses.of(predicted, asked, raw=sent.raw)
                return response.SerializeToString(), len(predicted.values)
            finally:
                server.budget.give_back(len(body))
        finally:
            server.concurrency.release()

    # ── metadata and status ───────────────────────────────────────────────────────────────
    async def _greet(self, context: Any) -> None:
        """What names the answer goes with its end: to send metadata first costs a message more."""
        context.set_trailing_metadata(self._greeting)
        echoed = _echoed(context)
        if echoed:
            await context.send_initial_metadata(echoed)

    def _count(self, context: Any, answer: Answer, started: float) -> None:
        """As HTTP counts, by the status that HTTP would have."""
        seconds = self._server.clock() - started
        self._server.metrics.count(answer.status, seconds, answer.rows)
        if self._server.note is not None:
            headers = {name.encode(): value.encode() for name, value in _echoed(context)}
            self._server.note(Request("POST", _INFER, headers), answer, seconds)

    async def _refuse(self, context: Any, status: int, sentence: str) -> bytes:
        trailing = (*self._greeting, _COME_BACK) if status in (429, 503) else self._greeting
        await context.abort(status_code(status), sentence, trailing)
        raise AssertionError("abort raises")


def _about_model(told: dict[str, Any]) -> Any:
    """The ModelMetadataResponse, whose tensors have no parameters."""
    for output in told["outputs"]:
        output.pop("parameters", None)
    return ModelMetadataResponse(**told)


def _echoed(context: Any) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, value)
        for name, value in context.invocation_metadata()
        if name in _ECHOED and len(value) <= _MAX_ECHO
    )


def _service(name: str, methods: Mapping[str, Handler]) -> Any:
    """Messages stay bytes until they are ours: what cannot be read is then refused, and counted."""
    handlers = {
        method: grpc.unary_unary_rpc_method_handler(handler) for method, handler in methods.items()
    }
    return grpc.method_handlers_generic_handler(name, handlers)
