"""Whole columns as another type."""

from __future__ import annotations

import pyarrow as pa
import pytest

from trainer.files.casting import cast_all


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        pytest.param(["1", None, "2"], [1, None, 2], id="every cell"),
        pytest.param(["1"] * 100 + ["x"], None, id="all but the last"),
        pytest.param(["x", "1"], None, id="all but the first"),
        pytest.param([], [], id="no cell"),
    ],
)
def test_all_or_none(texts: list[str | None], expected: list[int | None] | None) -> None:
    """A single cell that is none decides."""
    found = cast_all(pa.array(texts, pa.string()), pa.int64())
    assert expected == (None if found is None else found.to_pylist())
