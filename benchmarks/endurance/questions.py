"""What is asked, and which answer is right?

Every question is one HTTP request as bytes. A right answer is remembered as bytes: an answer that
differs is read and compared value by value (in another batch the last bits may differ).
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import numpy as np
import orjson

from benchmarks.endurance.worlds import TOLERANCE, World

MODEL = "endurance"
INFER = f"/v2/models/{MODEL}/infer"
PREDICT_V1 = f"/v1/models/{MODEL}:predict"
_MOST_REMEMBERED = 16
_JSON_SIZE = re.compile(rb"\r\ninference-header-content-length: (\d+)\r\n")

Check = Callable[[bytes, bytes], bool]


@dataclass(slots=True, eq=False)
class Question:
    """One request. `counted`: the server counts it as a prediction asked for."""

    kind: str
    request: bytes
    status: int
    check: Check
    counted: bool = True
    rows: int = 0
    _known: set[bytes] = field(default_factory=set, repr=False)

    def is_right(self, head: bytes, body: bytes) -> bool:
        """True when the answer has the status and says what it should about exactly these rows."""
        if int(head[9:12]) != self.status:
            return False
        if body in self._known:
            return True
        right = self.check(head, body)
        if right and len(self._known) < _MOST_REMEMBERED:
            self._known.add(body)
        return right


def http(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """A whole request; underscores in header names stand for hyphens."""
    lines = [f"{method} {path} HTTP/1.1", "host: endurance"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body or method == "POST":
        lines.append(f"content-length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def predictions(world: World, count: int, random: Random) -> list[Question]:
    """Good questions of every kind, 1 to 64 rows, each with an id of its own."""
    makers = [_columns_json, _columns_binary, _v1_lists, _v1_objects]
    if world.all_numeric:
        makers += [_flat_matrix, _nested_matrix, _binary_in, _binary_both] * 2
    made = []
    for number in range(count):
        size = random.choice((1, 1, 1, 1, 2, 3, 5, 8, 16, 32, 64))
        chosen = random.sample(range(len(world.rows)), size)
        asked = _Asked(
            world,
            [world.rows[row] for row in chosen],
            [world.answers[row] for row in chosen],
            f"{number:x}-{random.getrandbits(40):x}",
        )
        made.append(makers[number % len(makers)](asked))
    return made


def probes() -> Iterator[Question]:
    """Questions about the server."""
    for path, expected in (
        ("/v2/health/live", b'{"live":true}'),
        ("/v2/health/ready", b'{"live":true,"ready":true}'),
        (f"/v2/models/{MODEL}/ready", b""),
        (f"/v2/models/{MODEL}", b""),
        ("/v2", b""),
    ):
        yield Question("probe", http("GET", path), 200, _says(expected), counted=False)


def scrape() -> Question:
    """The metrics."""
    return Question("scrape", http("GET", "/metrics"), 200, _says(b""), counted=False)


def _says(expected: bytes) -> Check:
    return lambda _, body: body == expected if expected else len(body) > 10


# ── good predictions ──────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class _Asked:
    world: World
    rows: Sequence[Sequence[Any]]
    answers: Sequence[float]
    id: str

    def question(self, kind: str, path: str, body: bytes, json_size: int = 0) -> Question:
        headers = {"inference_header_content_length": str(json_size)} if json_size else {}
        check = self._v1 if path == PREDICT_V1 else self._v2
        request = http("POST", path, body, **headers)
        return Question(kind, request, 200, check, rows=len(self.rows))

    def document(self, inputs: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
        return {"id": self.id, "inputs": inputs, **more}

    def matrix(self, data: Any) -> dict[str, Any]:
        shape = [len(self.rows), len(self.world.features)]
        return {"name": "input", "datatype": "FP64", "shape": shape, "data": data}

    def _v1(self, _: bytes, body: bytes) -> bool:
        return _close(orjson.loads(body)["predictions"], self.answers)

    def _v2(self, head: bytes, body: bytes) -> bool:
        size = _JSON_SIZE.search(head)
        document = orjson.loads(body[: int(size[1])] if size else body)
        if document["id"] != self.id or len(document["outputs"]) != 1:
            return False
        (output,) = document["outputs"]
        data = np.frombuffer(body[int(size[1]) :], "<f8").tolist() if size else output["data"]
        return math.prod(output["shape"]) == len(self.answers) and _close(data, self.answers)


def _close(found: Sequence[float], expected: Sequence[float]) -> bool:
    return len(found) == len(expected) and all(
        math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
        for one, other in zip(found, expected, strict=True)
    )


def _flat_matrix(asked: _Asked) -> Question:
    data = [value for row in asked.rows for value in row]
    body = json.dumps(asked.document([asked.matrix(data)])).encode()
    return asked.question("flat matrix", INFER, body)


def _nested_matrix(asked: _Asked) -> Question:
    body = orjson.dumps(asked.document([asked.matrix([list(row) for row in asked.rows])]))
    return asked.question("nested matrix", INFER, body)


def _binary_in(asked: _Asked) -> Question:
    return _binary_matrix(asked, "binary in")


def _binary_both(asked: _Asked) -> Question:
    return _binary_matrix(asked, "binary both", parameters={"binary_data_output": True})


def _binary_matrix(asked: _Asked, kind: str, **more: Any) -> Question:
    content = np.array(asked.rows, dtype="<f8").tobytes()
    tensor = asked.matrix(None)
    del tensor["data"]
    tensor["parameters"] = {"binary_data_size": len(content)}
    head = orjson.dumps(asked.document([tensor], **more))
    return asked.question(kind, INFER, head + content, len(head))


def _columns_json(asked: _Asked) -> Question:
    inputs = []
    for position, feature in enumerate(asked.world.features):
        data = [row[position] for row in asked.rows]
        datatype = "FP64" if feature.numeric else "BYTES"
        shape = [len(data)]
        inputs.append({"name": feature.name, "datatype": datatype, "shape": shape, "data": data})
    return asked.question("columns", INFER, orjson.dumps(asked.document(inputs)))


def _columns_binary(asked: _Asked) -> Question:
    inputs, contents = [], []
    for position, feature in enumerate(asked.world.features):
        data = [row[position] for row in asked.rows]
        if feature.numeric:
            content = np.array([math.nan if v is None else v for v in data], "<f8").tobytes()
        else:
            texts = [(value or "").encode() for value in data]
            content = b"".join(struct.pack("<I", len(text)) + text for text in texts)
        datatype = "FP64" if feature.numeric else "BYTES"
        tensor = {"name": feature.name, "datatype": datatype, "shape": [len(data), 1]}
        inputs.append({**tensor, "parameters": {"binary_data_size": len(content)}})
        contents.append(content)
    head = orjson.dumps(asked.document(inputs))
    return asked.question("binary columns", INFER, b"".join((head, *contents)), len(head))


def _v1_lists(asked: _Asked) -> Question:
    body = orjson.dumps({"instances": [list(row) for row in asked.rows]})
    return asked.question("V1 lists", PREDICT_V1, body)


def _v1_objects(asked: _Asked) -> Question:
    names = [feature.name for feature in asked.world.features]
    rows = [dict(zip(names, row, strict=True)) for row in asked.rows]
    return asked.question("V1 objects", PREDICT_V1, orjson.dumps({"instances": rows}))
