"""What the headers of an answer say."""

from __future__ import annotations

from pathlib import Path

import pytest

from trainyardctl.answer import MOST_CHARACTERS, Answer, NoAnswer, answer_of, read_headers

BUNDLE = f"sha256:{'b' * 64}"
HEADERS = (
    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nTrainyard-Revision: wine-1111111111\r\n"
    f"trainyard-bundle: {BUNDLE}\r\nx-request-id: a-7\r\n\r\n"
)


def test_revision_bundle_and_request_are_read(tmp_path: Path) -> None:
    """As curl keeps them, in whatever case."""
    file = tmp_path / "headers"
    file.write_bytes(HEADERS.encode())
    assert Answer("wine-1111111111", BUNDLE, "a-7") == answer_of(read_headers(str(file)))


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param("", id="nothing"),
        pytest.param("content-type: text/html\n", id="of somebody else"),
        pytest.param(HEADERS.replace(BUNDLE, "sha256:b"), id="a digest that is none"),
        pytest.param(HEADERS.replace("wine-1111111111", "[red]"), id="a revision that is none"),
        pytest.param(HEADERS + "x" * MOST_CHARACTERS, id="more than headers can be"),
    ],
)
def test_what_is_no_answer_is_told(headers: str) -> None:
    """What was found, and what is expected."""
    with pytest.raises(NoAnswer, match="headers: "):
        answer_of(headers)


def test_a_file_that_is_not_there_is_told() -> None:
    """By its name."""
    with pytest.raises(NoAnswer, match="/nowhere/headers: No such file"):
        read_headers("/nowhere/headers")
