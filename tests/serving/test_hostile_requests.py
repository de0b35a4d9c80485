"""Requests that nobody well-meaning sends: each gets its status, and the server lives."""

from __future__ import annotations

import copy
import http.client
import json
import struct
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from serving_process import MODEL, Running

INFER = f"/v2/models/{MODEL}/infer"
ROW = [0.5] * 30
BINARY = struct.pack("<30d", *ROW)


def _matrix(**changes: Any) -> dict[str, Any]:
    tensor = {"name": "input", "datatype": "FP64", "shape": [1, 30], "data": ROW}
    return {"inputs": [{**tensor, **changes}]}


def _text(value: str) -> bytes:
    """A good document with one of its values spelled in this way."""
    return json.dumps(_matrix()).replace("0.5", value, 1).encode()


DEEP = b"[" * 900 + b"]" * 900
BAD_BODIES = [
    pytest.param(b"[" * 1_000 + b"]" * 1_000, id="a thousand lists in one another"),
    pytest.param(b'{"a":' * 30_000, id="thirty thousand objects in one another"),
    pytest.param(b'{"inputs":' + DEEP + b"}", id="deep inputs"),
    pytest.param(b'{"inputs":[{"name":"input","shape":' + DEEP + b"}]}", id="a deep shape"),
    pytest.param(
        b'{"inputs":[{"name":"input","shape":[1,30],"datatype":' + DEEP + b"}]}", id="deep datatype"
    ),
    pytest.param(
        b'{"inputs":[{"name":"input","shape":[1,30],"datatype":"FP64","data":' + DEEP + b"}]}",
        id="deep data",
    ),
    pytest.param(b'{"id":' + DEEP + b"}", id="a deep id"),
    pytest.param(_text("1e999999"), id="a huge exponent"),
    pytest.param(_text("-1e999999"), id="a huge negative one"),
    pytest.param(_text("9" * 5_000), id="a whole number of five thousand digits"),
    pytest.param(_text("NaN"), id="NaN"),
    pytest.param(_text("Infinity"), id="Infinity"),
    pytest.param(_text("null"), id="a missing value that is not allowed"),
    pytest.param(_text("true"), id="a truth value"),
    pytest.param(_text('"0.5"'), id="a number as text"),
    pytest.param(_text("0x10"), id="a hexadecimal number"),
    pytest.param(json.dumps(_matrix()).encode("utf-16"), id="UTF-16"),
    pytest.param(b"\xef\xbb\xbf" + json.dumps(_matrix()).encode(), id="a byte order mark"),
    pytest.param(b'{"id":"\\ud800","inputs":[]}', id="half of a surrogate pair"),
    pytest.param(b'{"id":"\xff"}', id="no UTF-8"),
    pytest.param(json.dumps(_matrix()).encode() + b"{}", id="two documents"),
    pytest.param(_matrix(shape=[-1, 30]), id="a negative number of rows"),
    pytest.param(_matrix(shape=[0, 30]), id="no rows"),
    pytest.param(_matrix(shape=[True, 30]), id="a shape of truth values"),
    pytest.param(_matrix(shape=[-1, -30]), id="a shape whose product is right"),
    pytest.param(_matrix(shape=[1, 2**63]), id="a shape beyond 64 bits"),
    pytest.param(_matrix(shape=[1] * 10_000), id="ten thousand dimensions"),
    pytest.param(_matrix(name="n" * 100_000), id="a very long name"),
    pytest.param({"inputs": [{"name": f"n{i}"} for i in range(10_000)]}, id="ten thousand inputs"),
    pytest.param({**_matrix(), "outputs": [{"name": "x"}] * 10_000}, id="ten thousand outputs"),
    pytest.param({**_matrix(), "id": "i" * 100_000}, id="a very long id"),
]


@pytest.mark.parametrize("body", BAD_BODIES)
def test_bad_bodies_are_400(tumours_server: Running, body: Any) -> None:
    """A short sentence about what was sent; nothing about the inside of the server."""
    reply = tumours_server.client.post(INFER, body)
    assert (400, ["error"]) == (reply.status, list(reply.document))
    assert "Traceback" not in reply.document["error"]
    assert len(reply.body) < 2_000


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(_text("-0.0"), id="negative zero"),
        pytest.param(_text("1e-999999"), id="an exponent that leaves nothing"),
        pytest.param(_text("5e-324"), id="the smallest number"),
        pytest.param(
            b'{"inputs":[],' + json.dumps(_matrix()).encode()[1:], id="a key twice: the last"
        ),
        pytest.param(b" \r\n\t" + json.dumps(_matrix()).encode() + b"\n", id="space around it"),
        pytest.param({**_matrix(), "unknown": DEEP.decode()}, id="keys nobody knows"),
        pytest.param({**_matrix(), "id": "\u0000\U0001f600"}, id="an id of strange characters"),
    ],
)
def test_strange_but_right_bodies_are_answered(tumours_server: Running, body: Any) -> None:
    """What JSON and the protocol allow is not refused for looking odd."""
    assert 200 == tumours_server.client.post(INFER, body).status


@pytest.mark.parametrize(
    ("shape", "status"),
    [
        pytest.param([2**62, 30], 413, id="rows beyond memory"),
        pytest.param([2**62, 4], 400, id="a product that overflows 64 bits to nothing"),
        pytest.param([601, 30], 413, id="one row too many"),
    ],
)
def test_giant_shapes_cost_nothing(tumours_server: Running, shape: list[int], status: int) -> None:
    """Refused by the numbers, before anything of that size is made."""
    assert status == tumours_server.client.infer(_matrix(shape=shape)).status


def _with_binary(size: Any, content: bytes, json_size: int = 0, **changes: Any) -> dict[str, Any]:
    tensor = {"name": "input", "datatype": "FP64", "shape": [1, 30], **changes}
    document = {"inputs": [{**tensor, "parameters": {"binary_data_size": size}}]}
    head = json.dumps(document).encode()
    length = str(len(head) + json_size)
    return {"body": head + content, "headers": {"Inference-Header-Content-Length": length}}


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param(_with_binary(240, BINARY), 200, id="as it should be"),
        pytest.param(_with_binary(239, BINARY), 400, id="a byte less said than sent"),
        pytest.param(_with_binary(241, BINARY), 400, id="a byte more said than sent"),
        pytest.param(_with_binary(240, BINARY[:-1]), 400, id="a byte less sent than said"),
        pytest.param(_with_binary(240, BINARY + b"x"), 400, id="a byte more sent than said"),
        pytest.param(_with_binary(-240, BINARY), 400, id="a negative size"),
        pytest.param(_with_binary(True, BINARY), 400, id="a size that is a truth value"),
        pytest.param(_with_binary(2**70, BINARY), 400, id="a size beyond 64 bits"),
        pytest.param(_with_binary(240.0, BINARY), 400, id="a size that is a float"),
        pytest.param(_with_binary(240, BINARY, 1), 400, id="a JSON that ends a byte later"),
        pytest.param(_with_binary(240, BINARY, -1), 400, id="a JSON that ends a byte earlier"),
        pytest.param(_with_binary(240, BINARY, 10**9), 400, id="a JSON longer than the body"),
        pytest.param(_with_binary(240, b"\xff" * 240), 400, id="thirty times NaN"),
        pytest.param(
            _with_binary(240, struct.pack("<d", float("inf")) * 30), 400, id="thirty infinities"
        ),
        pytest.param(_with_binary(240, BINARY, data=ROW), 400, id="data twice"),
        pytest.param(_with_binary(240, BINARY, datatype="BYTES"), 400, id="BYTES for numbers"),
        pytest.param(_with_binary(240, BINARY, datatype=[]), 400, id="a datatype that is a list"),
        pytest.param(
            _with_binary(240, BINARY, shape=[2, 15]), 400, id="the same bytes, other rows"
        ),
    ],
)
def test_binary_sizes_must_fit(tumours_server: Running, sent: dict[str, Any], status: int) -> None:
    """Off by one is refused, never read into the neighbour."""
    assert status == tumours_server.client.post(INFER, sent["body"], sent["headers"]).status


POST = f"POST {INFER} HTTP/1.1\r\nhost: x\r\n".encode()
GET = b"GET /v2/health/live HTTP/1.1\r\nhost: x\r\n\r\n"


@pytest.mark.parametrize(
    ("sent", "statuses"),
    [
        pytest.param(
            POST + b"content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n" + GET,
            [b"400"],
            id="a length and chunks",
        ),
        pytest.param(
            POST + b"transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n0\r\n\r\n" + GET,
            [b"400"],
            id="chunks and a length",
        ),
        pytest.param(
            POST + b"content-length: 2\r\ncontent-length: 40\r\n\r\n{}" + GET,
            [b"400"],
            id="two lengths",
        ),
        pytest.param(POST + b"content-length: 2, 2\r\n\r\n{}" + GET, [b"400"], id="a list of them"),
        pytest.param(POST + b"content-length: +2\r\n\r\n{}" + GET, [b"400"], id="a plus sign"),
        pytest.param(
            POST + b"content-length: 99999999999999999999\r\n\r\n{}" + GET,
            [b"400"],
            id="a length beyond 64 bits",
        ),
        pytest.param(
            POST + b"transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n" + GET,
            [b"400"],
            id="chunked, but not last",
        ),
        pytest.param(
            POST + b"transfer-encoding : chunked\r\n\r\n0\r\n\r\n" + GET,
            [b"400"],
            id="a space before the colon",
        ),
        pytest.param(
            POST + b"x: y\r\n transfer-encoding: chunked\r\n\r\n0\r\n\r\n" + GET,
            [b"400"],
            id="a folded header",
        ),
        pytest.param(
            POST + b"transfer-encoding: xchunked\r\n\r\n0\r\n\r\n" + GET, [b"400"], id="xchunked"
        ),
        pytest.param(
            POST + b"transfer-encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n" + GET,
            [b"400"],
            id="a chunk beyond 64 bits",
        ),
        pytest.param(
            POST.replace(b"\r\n", b"\n") + b"content-length: 2\n\n{}" + GET,
            [b"400"],
            id="bare line feeds",
        ),
        pytest.param(POST + b"a\x00b: c\r\n\r\n" + GET, [b"400"], id="NUL in a name"),
        pytest.param(
            POST + b"content-length: 2\r\n\r\n{}x" + GET, [b"400", b"400"], id="a body too long"
        ),
        pytest.param(POST + b"content-length: 90\r\n\r\n{}", [], id="a body that never ends"),
        pytest.param(
            POST + b"expect: 100-continue\r\ncontent-length: 2\r\n\r\n{}" + GET,
            [b"100", b"400", b"200"],
            id="a body that was not waited for",
        ),
    ],
)
def test_nothing_is_smuggled(tumours_server: Running, sent: bytes, statuses: list[bytes]) -> None:
    """What stands behind a request whose end is doubtful is not taken for another one."""
    received = tumours_server.client.raw(sent)
    assert statuses == [part[:3] for part in received.split(b"HTTP/1.1 ")[1:]]


# ── fuzz ──────────────────────────────────────────────────────────────────────────────────
VALUES = some.recursive(
    some.one_of(
        some.none(),
        some.booleans(),
        some.integers(-(2**70), 2**70),
        some.floats(),
        some.text(max_size=5),
        some.sampled_from(["input", "FP64", "BYTES", "labels", "size", "site", 2**63, -1, 0.0]),
    ),
    lambda inner: some.one_of(
        some.lists(inner, max_size=4), some.dictionaries(some.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=8,
)
GOOD = {
    "id": "a",
    "parameters": {"binary_data_output": False},
    "inputs": [
        {"name": "size", "datatype": "FP64", "shape": [2], "data": [1.5, None], "parameters": {}},
        {"name": "age", "datatype": "INT64", "shape": [2, 1], "data": [[40], [50]]},
        {"name": "smoker", "datatype": "BOOL", "shape": [2], "data": [True, False]},
        {"name": "site", "datatype": "BYTES", "shape": [2], "data": ["left", None]},
    ],
    "outputs": [{"name": "labels", "parameters": {"binary_data": False}}],
}


def _places(item: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) in the document."""
    pairs = item.items() if isinstance(item, dict) else enumerate(item)
    found = []
    for key, value in list(pairs):
        found.append((item, key))
        if isinstance(value, dict | list):
            found += _places(value)
    return found


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    some.lists(some.tuples(some.integers(0, 60), VALUES), min_size=1, max_size=3), some.booleans()
)
def test_any_document_is_answered_or_refused(
    patients_server: Running, changes: list[tuple[int, Any]], v1: bool
) -> None:
    """200 or 4xx, one sentence, no stack trace; never 500, never silence."""
    document = copy.deepcopy({"instances": [[1, 40, True, "left"], {"age": 3}]} if v1 else GOOD)
    for number, value in changes:
        places = _places(document)
        if places:
            container, key = places[number % len(places)]
            container[key] = value
    path = f"/v1/models/{MODEL}:predict" if v1 else INFER
    connection = http.client.HTTPConnection("127.0.0.1", patients_server.client.port, timeout=20)
    connection.request("POST", path, json.dumps(document))
    answer = connection.getresponse()
    said = answer.read()
    connection.close()
    assert answer.status in {200, 400, 413}
    assert answer.status == 200 or ["error"] == list(json.loads(said))
    assert b"Traceback" not in said


def test_after_all_that_nothing_was_logged(
    tumours_server: Running, patients_server: Running
) -> None:
    """A user's mistake is no fault of the server: neither wrote a line."""
    assert [] == [*tumours_server.error_lines(), *patients_server.error_lines()]
