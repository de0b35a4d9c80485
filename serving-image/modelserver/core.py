"""What does the model server answer? No transport in here: bytes in, Answer out."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any, Protocol

import orjson

from modelbundle.example import Example
from modelbundle.loading import RuntimeName
from modelbundle.manifest import tensor_document
from modelbundle.prediction import Prediction
from modelbundle.rows import Rows
from modelbundle.signature import PROBABILITIES_OUTPUT, Signature, Tensor
from modelserver import SERVER_NAME, SERVER_VERSION
from modelserver.batches.batching import Batcher
from modelserver.batches.job import Job, Outcome
from modelserver.payloads.answers import Answer, ModelIdentity, json_answer, v1_answer
from modelserver.payloads.answers import Headers as AnswerHeaders
from modelserver.payloads.binary_tensors import BINARY_HEADER, BinaryPart
from modelserver.payloads.refusals import ModelFailed
from modelserver.payloads.v1_requests import decode_v1
from modelserver.payloads.v2_answers import V2Answers
from modelserver.payloads.v2_requests import InferRequest, V2Decoder

_JSON_SIZE = BINARY_HEADER.encode()

Deliver = Callable[[Answer | ModelFailed], None]
Encode = Callable[[Outcome], None]
Headers = MutableMapping[bytes, bytes]


class Drawing(Protocol):
    """Who says which requests are captured."""

    @property
    def drawn(self) -> Callable[[Headers, str | None], str | None]:
        """Of the headers of a request and the id in its body: the id under which it is captured,
        or None. An id that is made stands among the headers afterwards, to be echoed.
        """


class Sampler(Protocol):
    """Who keeps some of the answers while somebody reads them."""

    def id_of(self, headers: Headers, named: str | None) -> str:
        """The id that came with the request; empty: none, or nobody reads."""

    def wants(self, request_id: str, headers: Headers) -> bool:
        """True when the answer shall be added once it is there."""

    def add(self, request_id: str, rows: Rows, predicted: Prediction) -> None:
        """Called at once; must not block."""


class Unseen(Protocol):
    """Who counts texts that the model does not know."""

    def headers(self, rows: Rows) -> AnswerHeaders:
        """A header that names their features, or none."""


# The protocol lists the names of platforms; for scikit-learn there is none, only their form.
_PLATFORMS = {RuntimeName.ONNX: "onnx_onnxv1", RuntimeName.SKLEARN: "sklearn_estimator"}


class Core:
    """One loaded model behind both protocols."""

    def __init__(
        self,
        identity: ModelIdentity,
        signature: Signature,
        batcher: Batcher,
        max_rows: int,
        drawing: Drawing | None = None,
    ) -> None:
        self.identity = identity
        self.signature = signature
        self._batcher = batcher
        self._clock = batcher.clock
        self._decoded = batcher.metrics.decoded
        self._max_rows = max_rows
        self._draw = drawing.drawn if drawing is not None else None
        self._sampler: Sampler | None = None
        self._unseen: Unseen | None = None
        self._v2 = V2Decoder(signature, max_rows)
        self._v2_answers = V2Answers(identity)

    def name_unseen(self, unseen: Unseen | None) -> None:
        """Answers name features whose texts the model does not know from now on."""
        self._unseen = unseen

    def keep_for(self, sampler: Sampler) -> None:
        """Answers that it wants are added to its sample from now on."""
        self._sampler = sampler

    def start_infer(self, body: bytes | bytearray, headers: Headers, deliver: Deliver) -> Job:
        """The V2 answer will be delivered. Raises RequestRefused."""
        begun = self._clock()
        request = self._v2.decode(body, headers.get(_JSON_SIZE))
        told = self._told(request.rows)

        def encode(outcome: Outcome) -> None:
            if isinstance(outcome, ModelFailed):
                deliver(outcome)
            else:
                answer = self._v2_answers.of(outcome, request)
                deliver(answer._replace(headers=(*answer.headers, *told)) if told else answer)

        sampled = self._sampled(encode, request.rows, headers, request.id)
        return self._submitted(request.rows, sampled, begun, self._drawn(headers, request.id))

    def start_v1(self, body: bytes | bytearray, headers: Headers, deliver: Deliver) -> Job:
        """The V1 answer will be delivered. Raises RequestRefused."""
        begun = self._clock()
        rows = decode_v1(body, self.signature, self._max_rows)
        told = self._told(rows)

        def encode(outcome: Outcome) -> None:
            if isinstance(outcome, ModelFailed):
                deliver(outcome)
            else:
                deliver(v1_answer(outcome)._replace(headers=told))

        sampled = self._sampled(encode, rows, headers)
        return self._submitted(rows, sampled, begun, self._drawn(headers, None))

    def _told(self, rows: Rows) -> AnswerHeaders:
        """What the answer says about the rows besides what the model says."""
        return () if self._unseen is None else self._unseen.headers(rows)

    def _sampled(
        self, encode: Encode, rows: Rows, headers: Headers, named: str | None = None
    ) -> Encode:
        """`encode`; where the answer is wanted for the sample, it is added to it, too."""
        request_id = self._wanted(headers, named)
        if not request_id:
            return encode

        def encode_and_add(outcome: Outcome) -> None:
            encode(outcome)
            if not isinstance(outcome, ModelFailed):
                self._add(request_id, rows, outcome)

        return encode_and_add

    def _wanted(self, headers: Headers, named: str | None) -> str:
        """The id under which the answer is wanted for the sample; empty: it is not."""
        if self._sampler is None:
            return ""
        request_id = self._sampler.id_of(headers, named)
        return request_id if self._sampler.wants(request_id, headers) else ""

    def _add(self, request_id: str, rows: Rows, predicted: Prediction) -> None:
        if request_id and self._sampler is not None:
            self._sampler.add(request_id, rows, predicted)

    def _drawn(self, headers: Headers, named: str | None) -> str | None:
        return self._draw(headers, named) if self._draw is not None else None

    def _submitted(self, rows: Rows, encode: Encode, begun: float, drawn: str | None) -> Job:
        """The job, and its decoding since `begun` counted."""
        job = self._batcher.submit(rows, encode, drawn)
        self._decoded(job.submitted - begun)
        return job

    def predict_now(self) -> None:
        """What was started is predicted now, if nothing is: not only in the next turn."""
        self._batcher.predict_now()

    async def infer(
        self, document: dict[str, Any], binary: BinaryPart, headers: Headers
    ) -> tuple[InferRequest, Prediction]:
        """What was asked and what the model says, for transports with messages of their own.

        `document`: in the shape of the JSON. Raises RequestRefused or ModelFailed; rows of a
        cancelled task are not predicted.
        """
        begun = self._clock()
        request = self._v2.request(document, binary)
        self._told(request.rows)
        self._batcher.metrics.decoded(self._batcher.clock() - begun)
        request_id = self._wanted(headers, request.id)
        drawn = self._drawn(headers, request.id)
        predicted = await self._batcher.predict(request.rows, drawn)
        self._add(request_id, request.rows, predicted)
        return request, predicted


def server_metadata() -> Answer:
    """Name, version and protocol extensions of the server."""
    return json_answer(
        {"name": SERVER_NAME, "version": SERVER_VERSION, "extensions": ["binary_tensor_data"]}
    )


def model_metadata(identity: ModelIdentity, signature: Signature, runtime: RuntimeName) -> Answer:
    """The V2 metadata of the model: its real tensor names, datatypes and shapes.

    Where there are several targets, parameters of the outputs name them and, for probabilities,
    the classes of each: lists in JSON, as the protocol has no lists for parameters.
    """
    return json_answer(
        {
            "name": identity.name,
            "versions": [identity.revision],
            "platform": _PLATFORMS[runtime],
            "inputs": [tensor_document(tensor) for tensor in signature.inputs],
            "outputs": [_output_document(tensor, signature) for tensor in signature.outputs],
        }
    )


def _output_document(tensor: Tensor, signature: Signature) -> dict[str, Any]:
    document = tensor_document(tensor)
    if signature.targets:
        told: dict[str, Any] = {"targets": signature.targets}
        if tensor.name == PROBABILITIES_OUTPUT:
            told["classes"] = signature.classes_by_target
        document["parameters"] = {
            name: orjson.dumps(value).decode() for name, value in told.items()
        }
    return document


def models_v1(identity: ModelIdentity) -> Answer:
    """The models there are, as V1 lists them."""
    return json_answer({"models": [identity.name]})


def example_request(example: Example) -> Answer:
    """A complete infer request that the model answers, ready to be posted back."""
    return json_answer(example.request)
