"""One request on its way."""

from __future__ import annotations

import pytest

from modelserver.exchanges.exchange import Exchange


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
    exchange = Exchange("POST", b"/", {})
    for chunk in chunks:
        exchange.add(chunk)
    assert (b"".join(chunks), kind) == (exchange.body, type(exchange.body))
