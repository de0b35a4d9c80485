"""Reading from a real HTTP server: what is followed, what is refused, what is retried."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from trainer.pod.exits import Fault, MachineFault, Reason, UserFault
from trainer.sources.http_source import HttpLimits, http_file

_LIMITS = HttpLimits(timeout_seconds=1.0, max_redirects=3)
_BODY = b"a,y\n" + b"1,no\n" * 100_000

Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def _server(answer: Answer) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 the base's name
            del format, arguments

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _status(code: int, **headers: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(code)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return answer


def _file(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", str(len(_BODY)))
    request.send_header("Last-Modified", "Sat, 21 Nov 2026 08:00:00 GMT")
    request.end_headers()
    request.wfile.write(_BODY)


def _fault(url: str) -> Fault:
    with pytest.raises(Fault) as raised:
        b"".join(http_file(url, _LIMITS).open().chunks)
    return raised.value


def test_a_file_comes_in_chunks_with_its_time() -> None:
    """All bytes, the name from the path, the time from Last-Modified."""
    with _server(_file) as base:
        file = http_file(f"{base}/raw/t%201.csv?version=3", HttpLimits(chunk_bytes=1 << 16))
        opened = file.open()
        chunks = list(opened.chunks)
    assert ("t 1.csv", _BODY) == (file.name, b"".join(chunks))
    assert max(len(chunk) for chunk in chunks) <= 1 << 16
    assert datetime(2026, 11, 21, 8, tzinfo=UTC) == opened.modified


def test_redirects_are_followed_to_the_file() -> None:
    """A relative Location is resolved against the URL before it."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        if request.path == "/raw/t.csv":
            _file(request)
        else:
            _status(302, Location="raw/t.csv")(request)

    with _server(answer) as base:
        assert _BODY == b"".join(http_file(f"{base}/old", _LIMITS).open().chunks)


@pytest.mark.parametrize(
    ("answer", "reason", "words"),
    [
        pytest.param(_status(404), Reason.SOURCE_NOT_FOUND, "answers 404", id="nothing there"),
        pytest.param(_status(403), Reason.SOURCE_FORBIDDEN, "access refused", id="no access"),
        pytest.param(_status(503), Reason.SOURCE_UNREACHABLE, "answers 503", id="a server down"),
        pytest.param(_status(204), Reason.SOURCE_INVALID, "not 200", id="an answer without data"),
        pytest.param(
            _status(302, Location="/again"),
            Reason.SOURCE_INVALID,
            "more than 3 redirects",
            id="a circle of redirects",
        ),
        pytest.param(
            _status(302, Location="file:///etc/passwd"),
            Reason.SOURCE_INVALID,
            "only http:// and https://",
            id="a redirect to a file of the pod",
        ),
        pytest.param(
            _status(302, Location="http://169.254.169.254/latest/meta-data"),
            Reason.SOURCE_FORBIDDEN,
            "169.254.169.254",
            id="a redirect to the metadata service",
        ),
        pytest.param(
            _status(200, Content_Encoding="br"),
            Reason.FORMAT_UNREADABLE,
            "Content-Encoding br, which is not read: remove it from the metadata",
            id="packed although that was not accepted",
        ),
    ],
)
def test_what_is_no_file_is_told_by_reason(answer: Answer, reason: Reason, words: str) -> None:
    """The user's mistakes are final, the server's troubles may be retried."""
    with _server(answer) as base:
        fault = _fault(f"{base}/t.csv")
    assert reason == fault.reason
    assert words in fault.message


def test_half_a_file_is_no_data() -> None:
    """A connection that closes before Content-Length bytes came is retried, never accepted."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(_BODY)))
        request.end_headers()
        request.wfile.write(_BODY[:1000])

    with _server(answer) as base:
        fault = _fault(f"{base}/t.csv")
    assert isinstance(fault, MachineFault)
    assert f"broke off after 1000 of {len(_BODY)} bytes" in fault.message


def test_a_silent_server_is_given_up() -> None:
    """After the time-out the source counts as gone."""
    told = threading.Event()
    with _server(lambda _: (told.wait(5), None)[1]) as base:
        fault = _fault(f"{base}/t.csv")
        told.set()
    assert (Reason.SOURCE_UNREACHABLE, True) == (fault.reason, "timed out" in fault.message)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        pytest.param("file:///etc/passwd", "only http", id="a file of the pod"),
        pytest.param("ftp://data/t.csv", "only http", id="another protocol"),
        pytest.param("http:///t.csv", "only http", id="no host"),
        pytest.param("http://data:99999/t.csv", "Port out of range", id="no such port"),
        pytest.param("http://me:geheim@data/t.csv", "secretName", id="a password in the URL"),
    ],
)
def test_other_urls_are_refused_before_anything_is_opened(url: str, words: str) -> None:
    """The message says what is read instead, and never repeats a password."""
    with pytest.raises(UserFault, match=words) as raised:
        http_file(url, _LIMITS)
    assert Reason.SOURCE_INVALID == raised.value.reason
    assert "geheim" not in raised.value.message


def test_a_signed_url_keeps_its_secret() -> None:
    """The query of a URL is in no message."""
    with _server(_status(404)) as base:
        fault = _fault(f"{base}/t.csv?signature=geheim")
    assert ("geheim" in fault.message, "/t.csv answers 404" in fault.message) == (False, True)


def test_nobody_listening_may_be_retried() -> None:
    """A refused connection is the machine's fault."""
    with _server(_file) as base:
        pass
    assert Reason.SOURCE_UNREACHABLE == _fault(f"{base}/t.csv").reason


def test_addresses_are_asked_as_people_paste_them() -> None:
    """Letters beyond ASCII and blanks are escaped, what is escaped already is not escaped twice."""
    asked: list[str] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        asked.append(request.path)
        _file(request)

    with _server(answer) as base:
        for path in ("größe 1.csv?q=ä", "gr%C3%B6%C3%9Fe%201.csv?q=%C3%A4"):
            list(http_file(f"{base}/{path}", _LIMITS).open().chunks)
    assert ["/gr%C3%B6%C3%9Fe%201.csv?q=%C3%A4"] * 2 == asked


def test_packed_bytes_pass_as_they_are() -> None:
    """Readers tell compression by the bytes."""
    with _server(_status(200, Content_Encoding="gzip")) as base:
        assert [] == list(http_file(f"{base}/t.csv", _LIMITS).open().chunks)


def test_what_is_outside_is_asked_through_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the whole URL, of a host whose name nobody here knows."""
    asked: list[str] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        asked.append(request.path)
        _file(request)

    with _server(answer) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy)
        monkeypatch.setenv("NO_PROXY", "localhost")
        found = http_file("http://data.invalid/a.csv?b=1", _LIMITS).open()
        assert _BODY == b"".join(found.chunks)
    assert ["http://data.invalid:80/a.csv?b=1"] == asked


def test_a_proxy_gets_no_metadata_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is refused here is refused there."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with pytest.raises(UserFault) as caught:
        http_file("http://169.254.169.254/latest", _LIMITS).open()
    assert Reason.SOURCE_FORBIDDEN is caught.value.reason


def test_a_proxy_that_refuses_a_tunnel_is_tried_again_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It may be told tomorrow whom to let through."""
    with _server(_status(403)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        with pytest.raises(MachineFault, match="Tunnel connection failed"):
            http_file("https://data.invalid/a.csv", _LIMITS).open()
