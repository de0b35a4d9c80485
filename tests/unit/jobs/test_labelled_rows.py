"""Where labelled rows are."""

from __future__ import annotations

from typing import Any

import pytest

from trainyard.jobs.labelled_rows import labelled_folder, labelled_rows, last_folder


def test_rows_are_in_the_folder_of_the_deployment() -> None:
    """By the name that `trainer.join` gives them."""
    assert "labelled/u1" == labelled_folder("u1")
    assert "labelled/u1/rows.parquet" == labelled_rows(labelled_folder("u1"))


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        pytest.param(None, "labelled/u1", id="no join was made"),
        pytest.param({"labelJoin": {"last": ""}}, "labelled/u1", id="none has ended"),
        pytest.param(
            {"labelJoin": {"last": "j", "folder": "labelled/u1"}}, "labelled/u1", id="by uid"
        ),
        pytest.param({"labelJoin": {"last": "j"}}, "labelled/wine", id="before they went by uid"),
    ],
)
def test_where_the_last_join_wrote(status: dict[str, Any] | None, expected: str) -> None:
    """One of the same name before it, or in another cluster, has rows of its own."""
    raw: dict[str, Any] = {"metadata": {"name": "wine", "uid": "u1"}}
    if status is not None:
        raw["status"] = status
    assert expected == last_folder(raw)
