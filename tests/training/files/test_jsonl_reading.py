"""JSON lines as they are found in the wild."""

from __future__ import annotations

import io
from typing import Any

import pytest

from trainer.files.jsonl_reading import read_jsonl
from trainer.files.list_columns import ListColumns
from trainer.files.raw_batch import Unreadable
from trainer.pod.exits import UserFault
from trainer.sources.source_file import ChunkReader


def _read(content: bytes) -> tuple[list[dict[str, Any]], Unreadable]:
    unreadable = Unreadable("t.jsonl")
    stream: io.BufferedReader[io.RawIOBase] = io.BufferedReader(ChunkReader(iter([content])))
    rows = [
        row
        for b in read_jsonl("t.jsonl", stream, unreadable, {}, ListColumns())
        for row in b.rows.to_pylist()
    ]
    return rows, unreadable


def test_every_kind_of_value_becomes_its_text() -> None:
    """Numbers keep their digits; null and absent keys are missing; objects and lists are spread."""
    rows, _ = _read(
        b'{"a": 1.50, "b": "x", "c": true}\n\n{"a": null, "d": {"x": 7}, "e": [1, 2.50]}'
    )
    assert [
        {"a": b"1.50", "b": b"x", "c": b"true", "d.x": None, "e.0": None, "e.1": None},
        {"a": None, "b": None, "c": None, "d.x": b"7", "e.0": b"1", "e.1": b"2.50"},
    ] == rows


def test_lines_that_are_no_object_are_remembered() -> None:
    """By number and text."""
    rows, unreadable = _read(b'{"a": 1}\n[1]\nnope\n{"a": 2}\n' + b"[" * 100_000)
    assert 2 == len(rows)
    assert [2, 3, 5] == unreadable.numbers
    assert ["[1]", "nope", "[" * 60] == unreadable.texts


def test_an_endless_line_is_refused() -> None:
    """Memory stays bounded."""
    with pytest.raises(UserFault, match="line 2 is longer than 1 MiB"):
        _read(b"{}\n" + b" " * (1 << 21))


def test_half_a_character_is_no_crash() -> None:
    """A lone surrogate is JSON, but no text: it is told as damaged."""
    assert [{"a": "\N{REPLACEMENT CHARACTER}".encode()}] == _read(b'{"a": "\\ud800"}')[0]
