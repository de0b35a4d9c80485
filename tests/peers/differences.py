"""THE TABLE: where is the status of a peer another than ours, why, and what says the protocol?

Sentences in quotation marks are from the Open Inference Protocol (REST), or from the document
that is named before them. A difference that no longer occurs fails the test: the table stays true.
"""

from __future__ import annotations

from dataclasses import dataclass

from peers.payloads import KSERVE, MLSERVER

_FAILED = '"A failed inference request must be indicated by an HTTP error status (typically 400)."'
_COERCE = (
    '"The server can decide to coerce each element to the required type or return an error if an'
    ' unexpected value is received."'
)
_SIZES = '"Each dimension must be an integer representable as an unsigned 64-bit integer value."'
_INPUTS = '"inputs": "The inputs required by the model."'
_VERSIONS = '"…to allow implementations that don\'t support versioning…"'
_BINARY = (
    'Binary tensor data extension: "…followed by the binary tensor data in the same order as the'
    ' order of the input or output tensors are specified in the JSON."'
)
_V1 = 'KServe V1: "Request: {"instances": []}", "Response: {"predictions": []}"'


@dataclass(frozen=True, slots=True)
class Difference:
    """For these payloads the statuses differ: `ours`, and `theirs` of each peer named."""

    ours: int
    theirs: dict[str, int]
    why: str
    protocol: str
    payloads: tuple[str, ...]


STATUSES = (
    Difference(
        400,
        {KSERVE: 500, MLSERVER: 500},
        "A mistake of the client is a 4xx: a 5xx would count against the model that is released.",
        _FAILED,
        (
            "a shape of more values than there are",
            "a shape of fewer values than there are",
            "a feature too few",
            "a feature too many",
            "a shape of rank 1",
            "a shape of rank 3",
            "an empty shape",
            "no rows",
            "nested rows of different lengths",
            "text as BYTES where numbers are wanted",
            "text in FP64",
            "300 in INT8",
            "-1 in UINT8",
            "2 to the 70 in INT64",
            "a value that is null",
            "an object among the data",
            "the largest number of FP64",
        ),
    ),
    Difference(
        400,
        {KSERVE: 500},
        "As above; MLServer says 4xx as well.",
        _FAILED,
        (
            "a size beyond 64 bits",
            "an unknown datatype",
            "a number beyond FP64",
            "a whole number of 400 digits",
            "NaN as Python writes it",
            "Infinity as Python writes it",
            "inputs that are empty",
        ),
    ),
    Difference(
        400,
        {MLSERVER: 500},
        "As above; KServe says 4xx as well.",
        _FAILED,
        ("data that is null", "data that is text", "data that is an object"),
    ),
    Difference(
        400,
        {KSERVE: 500},
        "As above: KServe trusts the sizes that a client announces.",
        _BINARY,
        (
            "fewer bytes than announced",
            "bytes for another shape",
            "a JSON size that is no number",
            "a size of bytes that is text",
        ),
    ),
    Difference(
        400,
        {KSERVE: 200},
        "Bytes that belong to no tensor, or a tensor given twice: nobody can know what was meant.",
        _BINARY,
        ("more bytes than announced", "data and bytes for one input"),
    ),
    Difference(
        400,
        {KSERVE: 200, MLSERVER: 200},
        "What the datatype does not allow is refused: it is a mistake far more often than a wish.",
        _COERCE,
        ("numbers as text in FP64", "truth in FP64", "fractions in INT64"),
    ),
    Difference(
        400,
        {KSERVE: 200, MLSERVER: 200},
        "Both hand the shape to numpy, where -1 means: find out.",
        _SIZES,
        ("a negative size", "sizes that are text"),
    ),
    Difference(
        400,
        {KSERVE: 200, MLSERVER: 200},
        "Both take the first input, whatever its name is. Ours holds the client to the metadata.",
        _INPUTS,
        ("an input under another name",),
    ),
    Difference(
        400,
        {KSERVE: 200},
        "KServe predicts the first input and drops the others without a word.",
        _INPUTS,
        ("two inputs where one is wanted", "the same input twice"),
    ),
    Difference(
        400,
        {KSERVE: 200},
        "JSON that travels is UTF-8.",
        'RFC 8259, 8.1: "JSON text exchanged between systems … MUST be encoded using UTF-8."',
        ("JSON in UTF-16",),
    ),
    Difference(
        200,
        {KSERVE: 400},
        "Numbers that FP16 can hold are clear enough in JSON.",
        '"Note that fp16 and bf16 are problematic to communicate explicitly…"',
        ("FP16 as JSON numbers",),
    ),
    Difference(
        200,
        {KSERVE: 400},
        "KServe takes a body without a content type for bytes. Only JSON can be meant.",
        '"In the request the HTTP body contains the Inference Request JSON Object."',
        ("no content type",),
    ),
    Difference(
        200,
        {MLSERVER: 500},
        "MLServer writes the id into a header, which cannot hold these letters.",
        '"Optional, but if specified this identifier must be returned in the response."',
        ("an id in other letters",),
    ),
    Difference(
        200,
        {KSERVE: 501},
        "KServe has no versions.",
        _VERSIONS,
        (
            "GET /v2/models/iris/versions/v7",
            "GET /v2/models/iris/versions/v7/ready",
            "infer by version",
        ),
    ),
    Difference(
        404,
        {KSERVE: 501},
        "KServe has no versions.",
        _VERSIONS,
        (
            "infer of a version that is not there",
            "metadata of a version that is not there",
            "readiness of a version that is not there",
        ),
    ),
    Difference(
        200,
        {KSERVE: 307, MLSERVER: 307},
        "The protocol's text has it without a slash, its OpenAPI file with one: ours answers both.",
        'open_inference_rest.yaml: "/v2/: get: summary: Server Metadata"',
        ("GET /v2/",),
    ),
    Difference(
        200,
        {KSERVE: 405, MLSERVER: 405},
        "Probes use HEAD.",
        'RFC 9110, 9.1: "All general-purpose servers MUST support the methods GET and HEAD."',
        ("HEAD of readiness", "HEAD of the model's metadata"),
    ),
    Difference(
        400,
        {KSERVE: 500},
        "A mistake of the client is a 4xx.",
        _V1,
        (
            "V1, no instances",
            "V1, instances that are empty",
            "V1, a feature too few",
            "V1, rows of different lengths",
            "V1, text among the values",
            "V1, null among the values",
            "V1, a JSON list",
        ),
    ),
    Difference(
        400,
        {KSERVE: 200},
        "Where V1 comes from, `inputs` are columns; for KServe they are rows. Ours does not guess.",
        _V1,
        ("V1, rows under inputs",),
    ),
    Difference(
        200,
        {KSERVE: 400},
        "Bytes alone are Triton's raw binary request; KServe knows requests with JSON only.",
        "Triton's binary tensor data extension: one input, whose shape follows from the bytes.",
        ("bytes without any JSON",),
    ),
    Difference(
        404,
        {KSERVE: 200},
        "Alive is asked by V2; nothing is at the root.",
        'KServe V1 has "List Models", "Model Ready", "Predict" and "Explain".',
        ("KServe, alive?",),
    ),
)


def statuses() -> dict[tuple[str, str], Difference]:
    """The difference for each payload and peer. Raises ValueError when one stands there twice."""
    table: dict[tuple[str, str], Difference] = {}
    for difference in STATUSES:
        for payload in difference.payloads:
            for peer in difference.theirs:
                if (payload, peer) in table:
                    raise ValueError(f"{payload!r} stands in the table twice for {peer}")
                table[payload, peer] = difference
    return table
