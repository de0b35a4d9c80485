"""What a person must know about data that passed."""

from __future__ import annotations

from pathlib import Path

from ingests import Rig, csv_of, ingest_task, plain_rows

from trainer.checks.notes import future_notes
from trainer.rows.schema import declared_schema
from trainer.rows.typed_rows import TypedRows


def test_what_was_read_otherwise_than_written_is_told(rig: Rig) -> None:
    """Folders, words for missing and spaces, each once with its columns and counts."""
    rows = [row | {"site": f" {row['site']}"} for row in plain_rows(60)]
    rows[3]["site"] = "NaN"
    rig.put("region=north/t.csv", csv_of(rows))
    notes = rig.ingest(source={"kind": "files", "root": str(rig.source), "path": "**"})["warnings"]
    assert ["the names of folders are read as columns: region", True, True] == [
        notes[0],
        "site (1)" in notes[1],
        "site (59)" in notes[2],
    ]


def test_times_after_today_are_told() -> None:
    """An end of validity is no time of a row."""
    columns = [{"name": "at", "type": "Timestamp", "role": "Time"}, {"name": "y", "type": "Float"}]
    task = ingest_task(Path("/source"), columns=columns)
    typed = TypedRows(declared_schema(task.columns or (), task))
    assert ["column at holds times after today, up to 2999-01-01: is that right?"] == list(
        future_notes(task, typed, lambda _: 32_472_144_000.0)
    )
    assert [] == list(future_notes(task, typed, lambda _: 0.0))
