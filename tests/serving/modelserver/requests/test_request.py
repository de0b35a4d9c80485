"""One request on its way."""

from __future__ import annotations

import pytest

from modelserver.requests.request import Request


@pytest.mark.parametrize(
    ("chunks", "kind"),
    [
        pytest.param((), bytes, id="no body"),
        pytest.param((b"ab",), bytes, id="one piece stays what it is"),
        pytest.param((b"a", b"b", b"c"), bytearray, id="many pieces become one"),
    ],
)
def test_body_is_put_together(chunks: tuple[bytes, ...], kind: type) -> None:
    """In order, in one object."""
    request = Request("POST", b"/", {})
    for chunk in chunks:
        request.add(chunk)
    assert (b"".join(chunks), kind) == (request.body, type(request.body))
