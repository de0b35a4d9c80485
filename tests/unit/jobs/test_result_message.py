"""What the operator makes of the words that a container leaves."""

from __future__ import annotations

import base64
import gzip

import pytest

from trainer.pod.result import termination_message
from trainyard.jobs.result_message import LARGEST, read_document


def packed(text: bytes) -> str:
    """Return a compressed message."""
    return "gzip:" + base64.b64encode(gzip.compress(text)).decode()


@pytest.mark.parametrize(
    "metrics",
    [pytest.param(2, id="in plain JSON"), pytest.param(150, id="compressed")],
)
def test_what_the_image_writes_is_read(metrics: int) -> None:
    """Short results stay readable for people; long ones are compressed."""
    document = {"outcome": "Succeeded", "metrics": {f"m{n}": "0.97" for n in range(metrics)}}
    message = termination_message(document, 1024)
    assert message.startswith("{") is (metrics == 2)
    assert document == read_document(message)


@pytest.mark.parametrize(
    "message",
    [
        pytest.param("", id="nothing"),
        pytest.param("[1]", id="a list"),
        pytest.param('{"a": 1}', id="no outcome"),
        pytest.param("[" * 4096, id="nested without end"),
        pytest.param("gzip:", id="nothing behind the mark"),
        pytest.param("gzip:ü", id="no base64"),
        pytest.param("gzip:AAAA", id="not compressed"),
        pytest.param(packed(b'{"outcome": "Succeeded"}')[:-12], id="cut by the kubelet"),
        pytest.param(packed(b"\xff\xfe\x00"), id="no text"),
        pytest.param(packed(b"[" * 40000), id="compressed and nested without end"),
        pytest.param(
            packed(b'{"outcome": "' + b"x" * LARGEST + b'"}'), id="a bomb: small, then large"
        ),
    ],
)
def test_other_words_are_no_document(message: str) -> None:
    """Anybody may write to a termination log."""
    assert read_document(message) is None
