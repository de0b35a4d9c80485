"""What a store says that no further attempt would change."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from modelbundle.faults import StoreUnusable
from modelbundle.store import NO_CREDENTIALS, open_store

_LIST = (
    '<?xml version="1.0"?><ListBucketResult><Name>b</Name><IsTruncated>false</IsTruncated>'
    "<Contents><Key>raw//a.csv</Key><LastModified>2026-11-28T10:00:00.000Z</LastModified>"
    '<ETag>"1"</ETag><Size>1</Size></Contents><KeyCount>1</KeyCount></ListBucketResult>'
)
_ARCHIVED = "<Error><Code>InvalidObjectState</Code><Message>cold</Message></Error>"


@contextmanager
def _bucket(status: int, body: str, **headers: str) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *arguments: object) -> None:
            del arguments

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "body", "headers", "words"),
    [
        pytest.param(301, "", {"x_amz_bucket_region": "eu-west-1"}, "region", id="another region"),
        pytest.param(200, _LIST, {}, "two slashes in a row", id="an empty folder name"),
        pytest.param(403, _ARCHIVED, {}, "restore it first", id="an archived object"),
    ],
)
def test_a_person_is_asked_to_change_it(
    status: int, body: str, headers: dict[str, str], words: str
) -> None:
    """Told at once, with what to change."""
    with _bucket(status, body, **headers) as endpoint:
        store = open_store("s3://b", endpoint, "us-east-1", NO_CREDENTIALS)
        with pytest.raises(StoreUnusable, match=words):
            store.list("raw") if status != 403 else store.read("raw/a.csv")
