"""Heads that were parsed before: found by their bytes, and only usual ones kept."""

from __future__ import annotations

import pytest

from modelserver.http1.familiar_heads import FamiliarHeads, Head, head_of

POST = b"POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\n"
LENGTH = {b"content-length": b"3"}


def learnt(content: bytes, headers: dict[bytes, bytes]) -> Head | None:
    """What is known of a head after it was parsed."""
    heads = FamiliarHeads()
    heads.learn(content, "POST", b"/a", headers)
    return heads.find(content)


def test_a_head_is_found_by_its_bytes() -> None:
    """With what the parser said of it, and the length of its body."""
    assert Head("POST", b"/a", LENGTH, 3) == learnt(POST, LENGTH)
    assert Head("POST", b"/a", {}, 0) == learnt(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n", {})


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        pytest.param(POST, {b"expect": b"100-continue"}, id="a body that waits for a word"),
        pytest.param(POST, {b"transfer-encoding": b"chunked"}, id="chunks"),
        pytest.param(POST, {b"traceparent": b"00-1"}, id="a trace, which is another each time"),
        pytest.param(POST, {b"x-request-id": b"7"}, id="an id, which is another each time"),
        pytest.param(POST.replace(b"\r\nhost", b"\nhost"), LENGTH, id="a lone line feed"),
        pytest.param(b"\r\n" + POST, LENGTH, id="an empty line first"),
    ],
)
def test_what_is_not_usual_is_not_kept(content: bytes, headers: dict[bytes, bytes]) -> None:
    """It is parsed each time."""
    assert learnt(content, headers) is None


def test_heads_that_never_come_again_do_not_fill_the_memory() -> None:
    """A new one is always found; how many are kept is bounded."""
    heads = FamiliarHeads()
    for number in range(3000):
        heads.learn(b"GET /%d\r\n\r\n" % number, "GET", b"/", {})
        assert heads.find(b"GET /%d\r\n\r\n" % number) is not None
    assert len(heads._known) <= 256


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(POST + b"abc", POST, id="all up to the empty line"),
        pytest.param(POST[:-1], b"", id="no empty line"),
        pytest.param(b"GET /" + b"a" * 3000 + b"\r\n\r\n", b"", id="too long to be looked at"),
    ],
)
def test_a_head_ends_with_its_empty_line(data: bytes, expected: bytes) -> None:
    """Without one there is none."""
    assert expected == head_of(data)
