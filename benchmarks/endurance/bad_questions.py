"""Which requests must be refused, and with which status exactly?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import orjson

from benchmarks.endurance.questions import INFER, MODEL, PREDICT_V1, Question, http
from benchmarks.endurance.worlds import World

ROWS_ALLOWED = 1000
BODY_ALLOWED = 1 << 20


def refusals(world: World) -> list[Question]:
    """One question of each bad kind."""
    return [*_bad_documents(world), *_bad_rows(world), *_bad_heads()]


def _bad(kind: str, status: int, request: bytes, *, counted: bool = True) -> Question:
    return Question(f"bad: {kind}", request, status, _is_a_sentence, counted)


def _is_a_sentence(_: bytes, body: bytes) -> bool:
    document = orjson.loads(body)
    return list(document) == ["error"] and b"Traceback" not in body and b'File \\"' not in body


def _infer(kind: str, document: Any, status: int = 400) -> Question:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return _bad(kind, status, http("POST", INFER, body))


def _bad_documents(world: World) -> Iterator[Question]:
    name = world.features[0].name
    yield _infer("half a document", b'{"inputs": [')
    yield _infer("no body", b"")
    yield _infer("UTF-16", '{"inputs": []}'.encode("utf-16"))
    yield _infer("nesting without end", b"[" * 50_000)
    yield _infer("deep data", b'{"inputs": [{"name": "x", "shape": ' + b"[" * 900 + b"]" * 900)
    yield _infer("a lone surrogate", b'{"id": "\\ud800", "inputs": []}')
    yield _infer("no inputs", {"inputs": []})
    yield _infer("an unknown input", _tensor("nobody knows this", [1], [1.0]))
    yield _infer("a very long name", _tensor("n" * 20_000, [1], [1.0]))
    yield _infer("a shape that is none", _tensor(name, [True], [1.0]))
    yield _infer("an unknown datatype", _tensor(name, [1], [1.0], "FP8"))
    yield _infer("an output that is none", {**_whole(world), "outputs": [{"name": "nothing"}]})
    yield _infer("a giant shape", _tensor(name, [2**62], [1.0]))


def _bad_rows(world: World) -> Iterator[Question]:
    row = list(world.rows[0])
    yield _v1("a number as text", [[_flipped(row[0]), *row[1:]]])
    yield _v1("a row too short", [row, row[1:]])
    yield _v1("too many rows", [row] * (ROWS_ALLOWED + 1), 413)
    number = json.dumps({"instances": [[None, *row[1:]]]}).replace("null", "1e999999", 1)
    yield _bad("an infinite number", 400, http("POST", PREDICT_V1, number.encode()))
    for position, feature in enumerate(world.features):
        if not feature.accepts_missing:
            gap = [*row[:position], None, *row[position + 1 :]]
            yield _v1("a gap that is not allowed", [row, gap])
            break
    for position, feature in enumerate(world.features):
        if feature.categories is not None:
            strange = [*row[:position], "on the moon", *row[position + 1 :]]
            yield _v1("an unknown category", [strange, row])


def _bad_heads() -> Iterator[Question]:
    yield _bad("another model", 404, http("POST", "/v2/models/other/infer", b"{}"))
    yield _bad("another version", 404, http("POST", f"/v2/models/{MODEL}/versions/9/infer", b"{}"))
    yield _bad("no such path", 404, http("GET", "/v2/repository/index"), counted=False)
    yield _bad("GET of infer", 405, http("GET", INFER), counted=False)
    yield _bad("a compressed body", 415, http("POST", INFER, b"\x1f\x8b", content_encoding="gzip"))
    large = http("POST", INFER, b"x" * (BODY_ALLOWED + 1))
    yield _bad("a large body", 413, large)
    wrong = http("POST", INFER, b"{}x", inference_header_content_length="4")
    yield _bad("a binary header too long", 400, wrong)
    no_host = b"GET /v2 HTTP/1.1\r\n\r\n"
    yield _bad("no Host", 400, no_host, counted=False)
    folded = b"GET /v2 HTTP/1.1\r\nhost: x\r\n y: z\r\n\r\n"
    yield _bad("a folded header", 400, folded, counted=False)


def _v1(kind: str, instances: list[Any], status: int = 400) -> Question:
    return _bad(kind, status, http("POST", PREDICT_V1, orjson.dumps({"instances": instances})))


def _tensor(name: str, shape: list[Any], data: list[Any], datatype: str = "FP64") -> dict[str, Any]:
    return {"inputs": [{"name": name, "datatype": datatype, "shape": shape, "data": data}]}


def _whole(world: World) -> dict[str, Any]:
    row = world.rows[0]
    pairs = zip(row, world.features, strict=True)
    inputs = [
        {
            "name": feature.name,
            "datatype": "FP64" if feature.numeric else "BYTES",
            "shape": [1],
            "data": [value],
        }
        for value, feature in pairs
    ]
    return {"inputs": inputs}


def _flipped(value: Any) -> Any:
    return "text" if not isinstance(value, str) else 7.0
