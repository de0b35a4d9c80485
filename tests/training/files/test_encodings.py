"""Texts in other encodings than UTF-8."""

from __future__ import annotations

import io

import pytest

from trainer.files.encodings import as_utf8
from trainer.pod.exits import UserFault
from trainer.sources.source_file import ChunkReader

_TEXT = "stadt,wert\nKöln,1\nZürich,2\n"


def _read(content: bytes, declared: str | None) -> str:
    stream: io.BufferedReader[io.RawIOBase] = io.BufferedReader(ChunkReader(iter([content])))
    return as_utf8("t.csv", stream, declared).read().decode("utf-8")


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        pytest.param("utf-8", None, id="the usual one"),
        pytest.param("utf-8-sig", None, id="with a mark"),
        pytest.param("utf-16", None, id="UTF-16 with a mark"),
        pytest.param("utf-32", None, id="UTF-32 with a mark"),
        pytest.param("utf-16-le", "utf-16-le", id="UTF-16 by declaration"),
        pytest.param("cp1252", "cp1252", id="Windows by declaration"),
    ],
)
def test_the_text_is_the_same(encoding: str, declared: str | None) -> None:
    """Told by the mark, or by the user."""
    assert _TEXT == _read(_TEXT.encode(encoding), declared)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_guess_is_no_answer(encoding: str) -> None:
    """The user is told which encoding it looks like."""
    with pytest.raises(UserFault, match=f"csv.encoding: {encoding}, or save it as UTF-8"):
        _read(_TEXT.encode(encoding), None)


def test_bytes_that_are_not_of_the_declared_encoding_are_refused() -> None:
    """Never replaced in silence."""
    with pytest.raises(UserFault, match="is not ascii text"):
        _read(_TEXT.encode(), "ascii")
