"""THE OTHER TABLE: how may answers with 200 differ, why, and what says the protocol?

Sentences in quotation marks are as in `differences`. A leave nobody takes fails the test.
"""

from __future__ import annotations

from dataclasses import dataclass

from peers.payloads import KSERVE, MLSERVER


@dataclass(frozen=True, slots=True)
class Leave:
    """In answers with 200 the peer may differ in this way."""

    peer: str
    way: str
    why: str
    protocol: str


_NAMES = '"name": "The name of the output tensor."'
_METADATA = '"The model versions that may be explicitly requested via the appropriate endpoint."'

DOCUMENTS = (
    *(
        Leave(peer, "outputs of other names", "Each server names its outputs itself.", _NAMES)
        for peer in (KSERVE, MLSERVER)
    ),
    *(
        Leave(
            peer,
            "fewer outputs by default",
            "Ours gives the probabilities too, as the protocol says.",
            '"…if not specified all outputs produced by the model will be returned…"',
        )
        for peer in (KSERVE, MLSERVER)
    ),
    *(
        Leave(
            peer,
            "an id nobody gave",
            "The protocol knows an id of the request only.",
            '"id": "The "id" identifier given in the request, if any."',
        )
        for peer in (KSERVE, MLSERVER)
    ),
    *(
        Leave(
            peer,
            "metadata without tensors",
            "The peers know no signature unless somebody writes it down; the bundle has one.",
            '"inputs" : [ $metadata_tensor, ... ], "outputs" : [ $metadata_tensor, ... ]',
        )
        for peer in (KSERVE, MLSERVER)
    ),
    *(
        Leave(peer, "metadata without versions", "As above.", _METADATA)
        for peer in (KSERVE, MLSERVER)
    ),
    Leave(
        KSERVE,
        "no version in answers",
        "It has none.",
        '"Inference servers that do not implement versioning should not provide this field…"',
    ),
    Leave(
        MLSERVER,
        "a column where one value per row is answered",
        "MLServer makes a matrix of every list.",
        '"shape": "The shape of the output tensor."',
    ),
    Leave(
        MLSERVER,
        "health without a document",
        "The status is enough for MLServer, as the protocol's OpenAPI file has it.",
        '$live_server_response = { "live" : $bool }',
    ),
    Leave(
        KSERVE,
        "bytes without a content type",
        "KServe leaves it out.",
        'Binary tensor data extension: "Content-Type: application/octet-stream"',
    ),
)
