"""Where labelled rows are."""

from __future__ import annotations

from trainyard.jobs.labelled_rows import labelled_folder, labelled_rows


def test_rows_are_in_the_folder_of_the_deployment() -> None:
    """By the name that `trainer.join` gives them."""
    assert "labelled/wine" == labelled_folder("wine")
    assert "labelled/wine/rows.parquet" == labelled_rows("wine")
