"""What does the model server answer? No transport in here: bytes in, Answer out."""

from __future__ import annotations

from modelbundle.example import Example
from modelbundle.loading import RuntimeName
from modelbundle.manifest import tensor_document
from modelbundle.signature import Signature
from modelserver import SERVER_NAME, SERVER_VERSION
from modelserver.answers import Answer, ModelIdentity, json_answer, v1_answer, v2_answer
from modelserver.batching import Batcher
from modelserver.v1_requests import decode_v1
from modelserver.v2_requests import decode_v2

_PLATFORMS = {RuntimeName.ONNX: "onnxruntime_onnx", RuntimeName.SKLEARN: "sklearn_estimator"}


class Core:
    """One loaded model behind both protocols."""

    def __init__(
        self, identity: ModelIdentity, signature: Signature, batcher: Batcher, max_rows: int
    ) -> None:
        self.identity = identity
        self._signature = signature
        self._batcher = batcher
        self._max_rows = max_rows

    async def infer(self, body: bytes) -> Answer:
        """The V2 answer. Raises RequestRefused, ModelFailed."""
        request = decode_v2(body, self._signature, self._max_rows)
        predicted = await self._batcher.predict(request.rows)
        return v2_answer(predicted, request.wanted, request.id, self.identity)

    async def predict_v1(self, body: bytes) -> Answer:
        """The V1 answer. Raises RequestRefused, ModelFailed."""
        rows = decode_v1(body, self._signature, self._max_rows)
        return v1_answer(await self._batcher.predict(rows))


def server_metadata() -> Answer:
    """Name, version and protocol extensions (none yet) of the server."""
    return json_answer({"name": SERVER_NAME, "version": SERVER_VERSION, "extensions": []})


def model_metadata(identity: ModelIdentity, signature: Signature, runtime: RuntimeName) -> Answer:
    """The V2 metadata of the model: its real tensor names, datatypes and shapes."""
    return json_answer(
        {
            "name": identity.name,
            "versions": [identity.revision],
            "platform": _PLATFORMS[runtime],
            "inputs": [tensor_document(tensor) for tensor in signature.inputs],
            "outputs": [tensor_document(tensor) for tensor in signature.outputs],
        }
    )


def example_request(example: Example) -> Answer:
    """A complete infer request that the model answers, ready to be posted back."""
    return json_answer(example.request)
