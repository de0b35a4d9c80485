"""CSV as it is found in the wild."""

from __future__ import annotations

import io
from typing import Any

import pytest

from trainer.files.csv_reading import read_csv
from trainer.files.raw_batch import Unreadable
from trainer.pod.exits import UserFault
from trainer.sources.source_file import ChunkReader


def _read(content: bytes) -> tuple[list[dict[str, Any]], Unreadable]:
    unreadable = Unreadable("t.csv")
    stream: io.BufferedReader[io.RawIOBase] = io.BufferedReader(
        ChunkReader(iter([content[:7], content[7:]]))
    )
    rows = [row for b in read_csv("t.csv", stream, unreadable) for row in b.rows.to_pylist()]
    return rows, unreadable


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"a,b\n1,2\n", [{"a": b"1", "b": b"2"}], id="plain"),
        pytest.param(b"\xef\xbb\xbfa,b\r\n1,2", [{"a": b"1", "b": b"2"}], id="as Excel writes it"),
        pytest.param(b"a;b\n1,5;2\n", [{"a": b"1,5", "b": b"2"}], id="semicolons"),
        pytest.param(b"a\tb\n1\t2\n", [{"a": b"1", "b": b"2"}], id="tabs"),
        pytest.param(
            b'a,b\n"x\ny","say ""hi"", you"\n',
            [{"a": b"x\ny", "b": b'say "hi", you'}],
            id="lines and quotation marks inside cells",
        ),
        pytest.param(b"a , b\n1,\n", [{"a": b"1", "b": b""}], id="spaces around names"),
        pytest.param(b",a\n0,1\n1,2\n", [{"a": b"1"}, {"a": b"2"}], id="a column without a name"),
        pytest.param(b"a,b\n", [], id="a header alone"),
        pytest.param(b"", [], id="nothing"),
    ],
)
def test_csv_is_read_as_it_is_written(content: bytes, expected: list[dict[str, Any]]) -> None:
    """Cells keep their bytes."""
    assert expected == _read(content)[0]


def test_rows_with_other_cells_are_remembered() -> None:
    """By their number in the file, with what was wrong."""
    rows, unreadable = _read(b"a,b\n1,2\n3\n4,5,6\n7,8\n")
    assert [b"1", b"7"] == [row["a"] for row in rows]
    assert [2, 3] == unreadable.numbers
    assert ["1 cells, not 2: 3", "3 cells, not 2: 4,5,6"] == unreadable.texts


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"a,b,a\n1,2,3\n", "several columns are called a", id="a name twice"),
        pytest.param(
            b'a,b\n1,"' + b"x\n" * 3_000_000, "is a quotation mark left open", id="an open quote"
        ),
    ],
)
def test_what_is_no_csv_is_refused(content: bytes, words: str) -> None:
    """With the likely cause."""
    with pytest.raises(UserFault, match=words):
        _read(content)
