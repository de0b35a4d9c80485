"""Texts in other encodings than UTF-8."""

from __future__ import annotations

import io
import struct

import pytest

from trainer.files.encodings import as_utf8
from trainer.pod.exits import UserFault
from trainer.sources.source_file import ChunkReader

_TEXT = "stadt,wert\nKöln,1\nZürich,2\n"


def _read(content: bytes, declared: str | None, wanted: str = "CSV") -> str:
    stream: io.BufferedReader[io.RawIOBase] = io.BufferedReader(ChunkReader(iter([content])))
    return as_utf8("t.csv", stream, declared, wanted).read().decode("utf-8")


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        pytest.param("utf-8", None, id="the usual one"),
        pytest.param("utf-8-sig", None, id="with a mark"),
        pytest.param("utf-16", None, id="UTF-16 with a mark"),
        pytest.param("utf-32", None, id="UTF-32 with a mark"),
        pytest.param("utf-16-le", "utf-16-le", id="UTF-16 by declaration"),
        pytest.param("utf-16", "utf-16", id="UTF-16 with a mark, by declaration"),
        pytest.param("utf-8-sig", "utf-8-sig", id="UTF-8 with a mark, by declaration"),
        pytest.param("cp1252", "cp1252", id="Windows by declaration"),
    ],
)
def test_the_text_is_the_same(encoding: str, declared: str | None) -> None:
    """Told by the mark, or by the user."""
    assert _TEXT == _read(_TEXT.encode(encoding), declared)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [_TEXT, "город,год\n" + "Москва,ё\n" * 500])
def test_a_guess_is_no_answer(text: str, encoding: str) -> None:
    """The user is told which encoding it looks like; of JSON, none can be declared."""
    with pytest.raises(UserFault, match=f"csv.encoding: {encoding}, or save it as UTF-8"):
        _read(text.encode(encoding), None)
    with pytest.raises(UserFault, match=f"{encoding} without a byte order mark: save it as UTF-8"):
        _read(text.encode(encoding), None, "JSON lines")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(struct.pack("<900h", *range(900)), "are no text in UTF-8", id="numbers"),
        pytest.param(_TEXT.encode("utf-32-le"), "are no text in UTF-8", id="UTF-32"),
        pytest.param(b"\x93NUMPY" + b"\x01\0" * 900, "a NumPy array", id="of NumPy"),
        pytest.param(b"\xd0\xcf\x11\xe0" + b"a\0" * 900, "an Excel workbook", id="a workbook"),
        pytest.param(b"\x80\x04\x95" + b"a\0" * 900, "a pickle of Python", id="a pickle"),
    ],
)
def test_what_is_no_text_is_no_utf_16(content: bytes, words: str) -> None:
    """Zeros alone make no text."""
    with pytest.raises(UserFault, match=words):
        _read(content, None)


@pytest.mark.parametrize(
    ("content", "declared", "likely"),
    [
        pytest.param(_TEXT.encode(), "utf-16-le", "utf-8", id="it is UTF-8"),
        pytest.param(_TEXT.encode("utf-16-be"), "utf-16-le", "utf-16-be", id="the other order"),
        pytest.param(_TEXT.encode("utf-16-le"), "utf-16", "utf-16-le", id="without a mark"),
        pytest.param(_TEXT.encode("utf-16-le"), "cp1252", "utf-16-le", id="it is UTF-16"),
        pytest.param(_TEXT.encode("utf-16"), "utf-16-be", "utf-16", id="another mark"),
        pytest.param(_TEXT.encode("utf-8-sig"), "cp1252", "utf-8-sig", id="a mark of UTF-8"),
    ],
)
def test_a_wrong_declaration_is_told(content: bytes, declared: str, likely: str) -> None:
    """Read so, no name and no row would be right."""
    with pytest.raises(UserFault, match=f"looks like {likely}, but csv.encoding says {declared}"):
        _read(content, declared)


def test_bytes_that_are_not_of_the_declared_encoding_are_refused() -> None:
    """Never replaced in silence."""
    with pytest.raises(UserFault, match="is not ascii text"):
        _read(_TEXT.encode(), "ascii")
