"""Texts in base64: read, or refused; never taken for another text."""

from __future__ import annotations

import pytest

from modelserver.payloads.base64_texts import texts_of_base64
from modelserver.payloads.refusals import RequestRefused


def test_texts_are_decoded() -> None:
    """Text of any language; a missing value stays one."""
    assert texts_of_base64(["cmlnaHQ=", "WsO8cmljaA==", None, ""], "site") == [
        "right",
        "Zürich",
        None,
        "",
    ]


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("right!", id="plain text"),
        pytest.param("cmlnaHQ", id="no padding"),
        pytest.param("/w==", id="bytes that are no UTF-8"),
        pytest.param("Zürich", id="text beyond ASCII"),
    ],
)
def test_other_values_are_refused(value: str) -> None:
    """The value and what was expected are named."""
    with pytest.raises(RequestRefused, match=r"site: value 1 is .* expected base64 of UTF-8"):
        texts_of_base64(["", value], "site")
