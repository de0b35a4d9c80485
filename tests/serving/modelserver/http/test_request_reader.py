"""Requests in bytes: the same ones that h11 sees."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import h11
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from modelserver.http.request_reader import RequestReader
from modelserver.payloads.answers import Answer
from modelserver.requests.request import Request

LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as one of the two readers understood it."""

    method: str
    target: bytes
    body: bytes


class Recorder(RequestReader):
    """Keeps what it is told."""

    def __init__(self) -> None:
        super().__init__(LIMIT)
        self.requests: list[Seen] = []
        self.refused: list[int] = []
        self.unfinished: Request | None = None

    def head_begins(self) -> None:
        """Not kept."""

    def head_is_complete(self, request: Request, wrong: Answer | None) -> None:
        """A wrong head ends the connection, as it does in the server."""
        if wrong is not None:
            self._end_with(wrong)
        else:
            self.unfinished = request

    def on_body(self, chunk: bytes) -> None:
        """Put together."""
        if self.unfinished is not None:
            self.unfinished.add(chunk)

    def body_is_complete(self) -> None:
        """Kept."""
        request = self.unfinished
        assert request is not None
        self.requests.append(Seen(request.method, request.target, bytes(request.body)))
        self.unfinished = None
        if not request.keep_alive:
            self._deaf = True

    def nonsense(self, refusal: Answer) -> None:
        """Kept."""
        self.refused.append(refusal.status)


def read_by_us(data: bytes, pieces: tuple[int, ...] = ()) -> Recorder:
    """What our reader makes of it, cut at these places."""
    recorder = Recorder()
    edges = [0, *sorted(pieces), len(data)]
    for start, stop in itertools.pairwise(edges):
        if start < stop:
            recorder.read(data[start:stop])
    return recorder


def read_by_h11(data: bytes) -> tuple[list[Seen], bool]:
    """What h11 makes of it, and whether it found nonsense.

    Empty lines before a request are cut off: RFC 9112 (2.2) wants them ignored, h11 does not.
    """
    seen: list[Seen] = []
    while rest := data.lstrip(b"\r\n"):
        server = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
        server.receive_data(rest)
        try:
            request = _next_request(server)
        except h11.RemoteProtocolError:
            return seen, True
        if request is None:
            break
        seen.append(request)
        if server.their_state is h11.MUST_CLOSE:
            break
        data = server.trailing_data[0]
    return seen, False


def _next_request(server: h11.Connection) -> Seen | None:
    """One whole request, or None. Raises RemoteProtocolError."""
    head = server.next_event()
    if not isinstance(head, h11.Request):
        return None
    body = b""
    while isinstance(event := server.next_event(), h11.Data):
        body += bytes(event.data)
    if not isinstance(event, h11.EndOfMessage):
        return None
    return Seen(head.method.decode(), head.target, body)


GET = b"GET /v2 HTTP/1.1\r\nhost: x\r\n\r\n"
POST = b"POST /a HTTP/1.1\r\nHost: x\r\n"

SAME = [
    pytest.param(GET, id="a GET"),
    pytest.param(GET * 3, id="three in a row"),
    pytest.param(POST + b"content-length: 3\r\n\r\nabc" + GET, id="a body, and a GET behind it"),
    pytest.param(POST + b"content-length: 0\r\n\r\n" + GET, id="an empty body"),
    pytest.param(
        POST + b"transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n" + GET,
        id="chunks",
    ),
    pytest.param(
        POST + b"transfer-encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nx: y\r\n\r\n" + GET,
        id="chunk extension and trailer",
    ),
    pytest.param(b"\r\n\r\n" + GET, id="empty lines first"),
    pytest.param(b"GET / HTTP/1.0\r\n\r\n", id="HTTP/1.0"),
    pytest.param(b"HEAD /x HTTP/1.1\r\nhost: x\r\n\r\n", id="HEAD"),
    pytest.param(b"GET http://x/v2 HTTP/1.1\r\nhost: x\r\n\r\n", id="an absolute target"),
    pytest.param(
        b"GET /a HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n" + GET, id="close, then more"
    ),
    pytest.param(
        POST + b"connection: upgrade\r\nupgrade: h2c\r\ncontent-length: 2\r\n\r\nab",
        id="an offer to upgrade",
    ),
    pytest.param(
        POST + b"connection: upgrade\r\nupgrade: h2c\r\ncontent-length: 2\r\n\r\nab" + GET,
        id="an offer to upgrade with a body, and a GET behind it",
    ),
    pytest.param(
        POST + b"connection: upgrade\r\nupgrade: h2c\r\ntransfer-encoding: chunked\r\n\r\n"
        b"2\r\nab\r\n0\r\n\r\n" + GET,
        id="an offer to upgrade with chunks",
    ),
]


@pytest.mark.parametrize("data", SAME)
def test_both_see_the_same_requests(data: bytes) -> None:
    """In one piece or byte by byte."""
    expected, nonsense = read_by_h11(data)
    assert not nonsense
    assert expected == read_by_us(data).requests
    assert expected == read_by_us(data, tuple(range(len(data)))).requests


REFUSED = [
    pytest.param(b"\x16\x03\x01\x02\r\n\r\n", 400, id="TLS"),
    pytest.param(b"hello\r\n\r\n", 400, id="no HTTP"),
    pytest.param(b"GET /v2 HTTP/1.1\r\n\r\n", 400, id="no Host"),
    pytest.param(b"GET /v2 HTTP/1.1\r\nhost: x\r\nhost: y\r\n\r\n", 400, id="two Hosts"),
    pytest.param(POST + b"content-length: 3\r\ncontent-length: 4\r\n\r\nabcd", 400, id="lengths"),
    pytest.param(POST + b"content-length: -3\r\n\r\nabc", 400, id="a negative length"),
    pytest.param(POST + b"content-length: 0x3\r\n\r\nabc", 400, id="a hexadecimal length"),
    pytest.param(
        POST + b"content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 400, id="both"
    ),
    pytest.param(POST + b"transfer-encoding: gzip\r\n\r\n", 400, id="another encoding"),
    pytest.param(POST + b"transfer-encoding: chunked\r\n\r\nzz\r\n", 400, id="no chunk size"),
    pytest.param(b"GET /v2 HTTP/1.1\r\nhost: x\r\n a: b\r\n\r\n", 400, id="a folded header"),
    pytest.param(b"GET /v2 HTTP/1.1\r\nhost : x\r\n\r\n", 400, id="a space before the colon"),
    pytest.param(b"GET /v2 HTTP/1.1\r\nhost: x\r\na: \x00\r\n\r\n", 400, id="NUL in a value"),
    pytest.param(b"GET /v2 HTTP/2.0\r\nhost: x\r\n\r\n", 505, id="HTTP/2.0"),
    pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, id="the preface of HTTP/2"),
    pytest.param(b"GET /v2 HTTP/1.1\nhost: x\n\n", 400, id="bare line feeds"),
    pytest.param(b"GET /v2 HTTP/1.1\r\nhost: x\r\nexpect: tea\r\n\r\n", 417, id="a wish"),
    pytest.param(b"GET /" + b"a" * LIMIT + b" HTTP/1.1\r\n\r\n", 431, id="a long target"),
    pytest.param(GET[:-2] + b"a: b\r\n" * LIMIT + b"\r\n", 431, id="many headers"),
]


@pytest.mark.parametrize(("data", "status"), REFUSED)
def test_nonsense_is_refused_and_nothing_is_read_behind_it(data: bytes, status: int) -> None:
    """One refusal; what follows cannot be trusted to be a request."""
    for recorder in (read_by_us(data + GET), read_by_us(data + GET, tuple(range(len(data) + 9)))):
        assert ([], [status]) == (recorder.requests, recorder.refused)


def test_many_offers_to_upgrade_are_read_in_a_loop() -> None:
    """Ten thousand in one read do not fill the stack."""
    offer = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n"
    assert len(read_by_us(offer * 10_000).requests) == 10_000


PARTS = some.sampled_from(
    [
        *(GET, POST, b"GET /v2 HTTP/1.1\r\n", b"host: x\r\n", b"\r\n", b"\n", b"\r", b" ", b":"),
        *(b"content-length: 3\r\n", b"content-length: 0\r\n", b"content-length: 03\r\n"),
        *(b"transfer-encoding: chunked\r\n", b"Transfer-Encoding: identity\r\n", b"abc"),
        *(b"3\r\nabc\r\n", b"0\r\n\r\n", b"0\r\n", b"a: b\r\n", b"connection: close\r\n"),
        *(b"connection: keep-alive\r\n", b"HTTP/1.0\r\n", b"DELETE ", b"/x?y=1 ", b"\x00"),
        *(b"upgrade: h2c\r\n", b"connection: upgrade\r\n", b"CONNECT "),
        *(b"expect: 100-continue\r\n", b"3;x\r\n", b"\t", b"\xff"),
    ]
)


@settings(max_examples=1500, deadline=None)
@given(some.lists(PARTS, max_size=12), some.lists(some.integers(0, 200), max_size=6))
def test_no_request_is_seen_that_h11_does_not_see(parts: list[bytes], cuts: list[int]) -> None:
    """Never more, never others: a request that only one of two servers sees is smuggled.

    We may see fewer: llhttp refuses, for one, a body length of two headers that h11 accepts.
    """
    data = b"".join(parts)
    expected, _ = read_by_h11(data)
    whole = read_by_us(data)
    pieces = read_by_us(data, tuple(cut for cut in cuts if cut < len(data)))
    assert (whole.requests, whole.refused) == (pieces.requests, pieces.refused)
    assert expected[: len(whole.requests)] == whole.requests
    if len(whole.requests) < len(expected):
        assert whole.refused


@settings(max_examples=500, deadline=None)
@given(some.binary(max_size=200), some.integers(0, 200))
def test_any_bytes_are_read_or_refused(noise: bytes, position: int) -> None:
    """Noise within a good request never raises."""
    data = (POST + b"content-length: 3\r\n\r\nabc" + GET) * 2
    read_by_us(data[:position] + noise + data[position:])


def test_a_chunked_body_over_http_1_0_ends_the_connection() -> None:
    """Whoever passed it on may have framed it otherwise (RFC 9112 6.1)."""
    head = b"POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n"
    recorder = Recorder()
    recorder.read(head + b"1\r\nx\r\n0\r\n\r\nGET /second HTTP/1.0\r\n\r\n")
    assert [b"/"] == [request.target for request in recorder.requests]
