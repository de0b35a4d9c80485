"""One whole ingest: from files to a version in the store, or to a list of what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ingests import COLUMNS, Rig, csv_of, plain_rows

import trainer.ingest


@pytest.fixture(scope="module")
def whole_digest(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of 9,000 rows that come from one file."""
    rig = Rig(tmp_path_factory.mktemp("whole"))
    rig.put("t.csv", csv_of(plain_rows(9000)))
    digest: str = rig.ingest(columns=COLUMNS)["digest"]
    return digest


def test_a_good_source_becomes_a_complete_version(rig: Rig) -> None:
    """The result counts what the store holds: both parts, every row once, columns as inferred."""
    rig.put("t.csv", csv_of(plain_rows(60)))
    result = rig.ingest()
    manifest = rig.manifest(result["digest"])
    train, test = rig.table(result["digest"], "train"), rig.table(result["digest"], "test")
    assert (result["outcome"], result["rows"], result["warnings"]) == ("Accepted", 60, [])
    assert (result["trainRows"], result["testRows"]) == (train.num_rows, test.num_rows)
    assert 60 == train.num_rows + test.num_rows
    assert ["Float", "Integer", "Category", "Category"] == [str(c.type) for c in manifest.columns]
    assert ["Feature", "Feature", "Feature", "Target"] == [str(c.role) for c in manifest.columns]
    assert result["bytes"] == sum(file.size for file in manifest.files)


def test_again_is_the_same_version_and_writes_nothing(rig: Rig) -> None:
    """A second ingest of the same source names the same digest; no stored file is touched."""
    rig.put("t.csv", csv_of(plain_rows(60)))
    first = rig.ingest()
    folder = rig.folder / "store"
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    assert first == rig.ingest()
    assert before == {p: p.stat().st_mtime_ns for p in folder.rglob("*") if p.is_file()}


def _as_jsonl(rows: list[dict[str, Any]]) -> str:
    return "".join(
        json.dumps(row | {"a": None if row["a"] is None else float(row["a"])}) + "\n"
        for row in rows
    )


def _as_table(rows: list[dict[str, Any]]) -> pa.Table:
    numbers = [None if row["a"] is None else float(row["a"]) for row in rows]
    columns = {name: [row[name] for row in rows] for name in ("n", "site", "y")}
    return pa.table({"a": numbers, **columns})


def _as_quoted_csv(rows: list[dict[str, Any]]) -> str:
    lines = [",".join(f'"{name}"' for name in rows[0])]
    lines += [",".join(f'"{"" if c is None else c}"' for c in row.values()) for row in rows]
    return "\r\n".join(lines)


def test_the_file_format_does_not_change_the_digest(rig: Rig) -> None:
    """CSV, quoted CSV, parquet and JSON lines of the same rows are the same version."""
    rows = plain_rows(60)
    rows[5] |= {"a": None, "site": None}
    digests = {}
    for name, content in (
        ("t.csv", csv_of(rows)),
        ("quoted.csv", _as_quoted_csv(rows)),
        ("t.parquet", _as_table(rows)),
        ("t.jsonl", _as_jsonl(rows)),
    ):
        rig.put(name, content)
        source = {"kind": "files", "root": str(rig.source), "path": name}
        digests[name] = rig.ingest(source=source)["digest"]
    assert 1 == len(set(digests.values())), digests


def test_a_source_in_several_files_is_the_same_version_as_in_one(rig: Rig) -> None:
    """Where a source is cut into files does not show in the digest."""
    rows = plain_rows(60)
    rig.put("t.csv", csv_of(rows))
    whole = rig.ingest()["digest"]
    (rig.source / "t.csv").unlink()
    rig.put("t-1.csv", csv_of(rows[:7]))
    rig.put("t-2.csv", csv_of(rows[7:]))
    assert whole == rig.ingest()["digest"]


@settings(
    max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(cut=st.integers(1, 8999))
def test_no_batch_boundary_shows_in_the_digest(
    tmp_path_factory: pytest.TempPathFactory, whole_digest: str, cut: int
) -> None:
    """Rows that arrive in other batches give the same digest, above the block size as well."""
    rig = Rig(tmp_path_factory.mktemp("cut"))
    rows = plain_rows(9000)
    rig.put("a.csv", csv_of(rows[:cut]))
    rig.put("b.csv", csv_of(rows[cut:]))
    assert whole_digest == rig.ingest(columns=COLUMNS)["digest"]


@pytest.mark.parametrize("processors", [1, 2, 5])
def test_processors_do_not_show(
    tmp_path: Path, whole_digest: str, processors: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Steps that work at the same time give the same digest."""
    monkeypatch.setattr(trainer.ingest, "usable_processors", lambda: processors)
    rig = Rig(tmp_path)
    rig.put("t.csv", csv_of(plain_rows(9000)))
    assert whole_digest == rig.ingest(columns=COLUMNS)["digest"]


@settings(
    max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(old=st.integers(20, 80), seed=st.integers(0, 2**31))
def test_growing_data_moves_no_row_between_the_parts(
    tmp_path_factory: pytest.TempPathFactory, old: int, seed: int
) -> None:
    """Who was a test row stays one; who was trained on is never tested on."""
    rig = Rig(tmp_path_factory.mktemp("grow"))
    rows = [row | {"n": number} for number, row in enumerate(plain_rows(100))]
    split = {"by": "RowHash", "testPercent": "37.5", "seed": seed}
    parts = []
    for count in (old, 100):
        rig.put("t.csv", csv_of(rows[:count]))
        result = rig.ingest(columns=COLUMNS, split=split)
        parts.append(
            {
                part: set(rig.table(result["digest"], part).column("n").to_pylist())
                for part in ("train", "test")
            }
        )
    before, after = parts
    assert before == {part: {n for n in members if n < old} for part, members in after.items()}


def test_a_group_is_never_split(rig: Rig) -> None:
    """By Group, all rows of one group are on one side, and the group is no feature."""
    rows = [row | {"patient": f"p{number % 12}"} for number, row in enumerate(plain_rows(120))]
    rig.put("t.csv", csv_of(rows))
    result = rig.ingest(split={"by": "Group", "column": "patient", "testPercent": 30})
    train, test = (
        set(rig.table(result["digest"], part).column("patient").to_pylist())
        for part in ("train", "test")
    )
    assert set() == train & test
    assert 12 == len(train | test)
    assert "patient" not in {c.name for c in rig.manifest(result["digest"]).features}


def test_by_time_the_newest_rows_are_tested_and_the_gap_is_dropped(rig: Rig) -> None:
    """The threshold is in the manifest; what lies less than gapSeconds before it is in no part."""
    rows = [
        row | {"at": f"2026-01-{1 + number:02d}T00:00:00Z"}
        for number, row in enumerate(plain_rows(20))
    ]
    rig.put("t.csv", csv_of(rows[::-1]))
    split = {"by": "Time", "column": "at", "testPercent": 25, "gapSeconds": 2 * 86400}
    result = rig.ingest(split=split)
    manifest = rig.manifest(result["digest"])
    assert "2026-01-16T00:00:00.000000Z" == manifest.split["threshold"]
    assert (20, 13, 5) == (result["rows"], result["trainRows"], result["testRows"])
    assert 16 == min(rig.table(result["digest"], "test").column("at").to_pylist()).day
    assert 13 == max(rig.table(result["digest"], "train").column("at").to_pylist()).day


_PINNED = (
    "number,whole,truth,place,note,at,y\n"
    "1.5,1234567890123456789,true,left,ä,2026-01-02T03:04:05Z,no\n"
    "-0.0,-7,false,right,,1999-12-31,yes\n"
    ",,,,,,no\n"
)
_PINNED_COLUMNS = [
    {"name": "number", "type": "Float"},
    {"name": "whole", "type": "Integer"},
    {"name": "truth", "type": "Boolean"},
    {"name": "place", "type": "Category"},
    {"name": "note", "type": "String", "role": "Id"},
    {"name": "at", "type": "Timestamp", "role": "Time"},
    {"name": "y", "type": "Category"},
]


def test_digests_of_fixed_rows_are_pinned(rig: Rig) -> None:
    """They name versions for ever: a change here gives every Dataset a new version, and moves rows
    between the parts.
    """
    rig.put("t.csv", _PINNED)
    digest = rig.ingest(columns=_PINNED_COLUMNS, split={"testPercent": 50, "seed": 1})["digest"]
    manifest = rig.manifest(digest)
    tested = rig.table(digest, "test").column("whole").to_pylist()
    assert [
        "sha256:867d0f3c3750043d74c9924406a73ee5b5a1f733ce02f54e67d46ca3c2ffcbd3",
        "sha256:0df0471f01a288a10f14dffae02dec1006ef5f38d1caceeda5e8ac56354a66dd",
        [1234567890123456789, None],
    ] == [manifest.content_digest, manifest.schema_digest, tested]


def test_the_same_rows_in_another_order_are_the_same_version(rig: Rig) -> None:
    """An export without an order of its own brings nothing new."""
    rows = plain_rows(60)
    rig.put("t.csv", csv_of(rows))
    first = rig.ingest()["digest"]
    rig.put("t.csv", csv_of(rows[::-1]))
    assert first == rig.ingest()["digest"]
