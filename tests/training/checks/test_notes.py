"""What a person must know about data that passed."""

from __future__ import annotations

import pytest
from ingests import Rig, csv_of, plain_rows


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


def _told(rig: Rig) -> list[str]:
    told: list[str] = rig.ingest(source={"kind": "files", "root": str(rig.source), "path": "**"})[
        "warnings"
    ]
    return told


@pytest.mark.parametrize(
    ("given", "folder", "differs"),
    [("north", "north", False), ("south", "north", True), (7, "07", False), (7, "8", True)],
)
def test_what_a_file_and_its_folder_say_otherwise_is_told(
    rig: Rig, given: str | int, folder: str, *, differs: bool
) -> None:
    """The file's own values are taken."""
    rig.put(f"k={folder}/t.csv", csv_of([row | {"k": given} for row in plain_rows(60)]))
    told = [text for text in _told(rig) if "which differ" in text]
    assert differs == bool(told)
    assert all(f"k={folder}/t.csv holds {given}, not {folder}." in text for text in told)


def test_files_without_rows_are_told(rig: Rig) -> None:
    """An export that broke off may look so; nothing at all is refused elsewhere."""
    rig.put("a.csv", csv_of(plain_rows(60)))
    rig.put("b.csv", "a,n,site,y\n")
    rig.put("c.csv", "")
    assert ["2 of the 3 files have no row: b.csv, c.csv"] == _told(rig)


def test_data_without_a_feature_is_told(rig: Rig) -> None:
    """It is a version, of which no model comes."""
    rig.put("t.csv", csv_of([{"y": row["y"]} for row in plain_rows(60)]))
    assert ["no column is a feature: there is nothing that a model could learn from"] == _told(rig)
