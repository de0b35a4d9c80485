"""What is different between two versions of the data?"""

from __future__ import annotations

import io
from typing import Any

import pytest
from a_namespace import data
from rich.console import Console

from trainyardctl.data_versions import NoSuchVersion, data_difference, two_versions


def version(letter: str, rows: int, **more: Any) -> dict[str, Any]:
    """Return a version of the data."""
    digest = f"sha256:{letter * 64}"
    return {"name": letter * 12, "digest": digest, "rows": rows, "columns": 3, **more}


NEW, OLD, FIRST = version("c", 200, difference="12 more rows"), version("b", 188), version("a", 9)
KEPT = data(versions=[NEW, OLD, FIRST])


def drawn(raw: dict[str, Any], *names: str) -> str:
    """Return what a terminal shows."""
    text = io.StringIO()
    Console(file=text, width=80).print(data_difference(raw, *two_versions(raw, names)))
    return text.getvalue()


def test_the_last_two_versions_stand_side_by_side() -> None:
    """Older first, with what the Dataset said of the newer."""
    lines = drawn(KEPT).splitlines()
    assert ["b" * 12, "c" * 12] == lines[0].split()
    assert ["rows", "188", "200"] in [line.split() for line in lines]
    assert "12 more rows" == lines[-1].strip()


def test_versions_are_named_by_the_beginning_of_their_digest() -> None:
    """In any order."""
    before, after = two_versions(KEPT, ("cc", "sha256:aaa"))
    assert (200, 9) == (before["rows"], after["rows"])


@pytest.mark.parametrize("names", [("d", "a"), ("a",), ("a", "")])
def test_other_versions_are_not_guessed(names: tuple[str, ...]) -> None:
    """The sentence says which there are."""
    with pytest.raises(NoSuchVersion, match="the status keeps: cccccccccccc, bbbbbbbbbbbb, aaaa"):
        two_versions(KEPT, names)
    with pytest.raises(NoSuchVersion, match="keeps: none"):
        two_versions(data(), ())


def test_what_the_refresh_between_them_found_is_told() -> None:
    """Rows, columns, and the columns that are distributed otherwise."""
    found = {
        "previous": OLD["digest"],
        "rowsAdded": 12,
        "rowsRemoved": 0,
        "columnsAdded": ["age"],
        "driftedColumns": 1,
        "drifts": [{"column": "size", "effect": "0.31", "moved": "below 3: 2 % to 31 %"}],
    }
    refresh = {"version": NEW["digest"], "difference": found}
    raw = data(versions=[NEW, OLD, FIRST], lastRefresh=refresh)
    text = drawn(raw)
    for words in (
        *("12 rows came, 0 rows went", "columns, came: age"),
        *("1 columns are distributed otherwise", "  size (PSI 0.31): below 3: 2 % to 31 %"),
    ):
        assert words in text
    assert "size" not in drawn(raw, "a", "c"), "it was found between two others"


def test_other_columns_leave_no_rows_to_compare() -> None:
    """Which is said."""
    refresh = {"version": NEW["digest"], "difference": {"previous": OLD["digest"]}}
    text = drawn(data(versions=[NEW, OLD], lastRefresh=refresh))
    assert "rows cannot be compared: the columns differ" in text
