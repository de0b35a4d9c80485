"""One whole ingest: from files to a version in the store, or to a list of what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ingests import Rig, csv_of, failures_of, plain_rows

from trainer.exits import Reason, UserFault

COLUMNS = [
    {"name": "a", "type": "Float"},
    {"name": "n", "type": "Integer"},
    {"name": "site", "type": "Category"},
    {"name": "y", "type": "Category"},
]


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    """An empty source and an empty store."""
    return Rig(tmp_path)


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


def test_all_failures_come_at_once_with_the_most_telling_first(rig: Rig) -> None:
    """One pass reports every check, each with count, rows and the first three examples."""
    rows = plain_rows(40)
    for place in (3, 4, 5, 6):
        rows[place]["a"] = "-3.2"
    rows[8]["n"], rows[9]["y"], rows[10]["site"] = "many", None, "upper"
    rig.put("t.csv", csv_of(rows))
    columns = [
        {"name": "a", "type": "Float", "min": "0"},
        {"name": "n", "type": "Integer"},
        {"name": "site", "type": "Category", "allowed": ["left", "right", "middle"]},
        {"name": "y", "type": "Category"},
        {"name": "age", "type": "Float"},
    ]
    result = rig.ingest(columns=columns, checks={"minRows": 50, "targetLeakage": "Ignore"})
    assert [
        ("ColumnMissing", "age", 40),
        ("TypeMismatch", "n", 1),
        ("Missing", "y", 1),
        ("Range", "a", 4),
        ("Allowed", "site", 1),
        ("MinRows", None, 40),
    ] == failures_of(result)
    assert ["row 4: -3.2", "row 5: -3.2", "row 6: -3.2"] == result["failures"][3]["examples"]
    assert not (rig.folder / "store" / "datasets").exists()


def test_undeclared_columns_are_left_out_with_a_warning(rig: Rig) -> None:
    """What nobody declared is not stored, and the result says so."""
    rig.put("t.csv", csv_of([row | {"new": 1} for row in plain_rows(40)]))
    result = rig.ingest(columns=COLUMNS)
    assert ["ColumnUnexpected: left out as undeclared: new"] == result["warnings"]
    assert ["a", "n", "site", "y"] == rig.table(result["digest"], "train").column_names


def test_a_locked_schema_refuses_another_shape_by_name(rig: Rig) -> None:
    """Added, removed and retyped columns are named, with the old and the new type."""
    rig.put("t.csv", csv_of(plain_rows(40)))
    locked = rig.ingest()["digest"]
    changed = [
        {"a": "x" + row["a"], "site": row["site"], "y": row["y"], "extra": 1}
        for row in plain_rows(40)
    ]
    rig.put("t.csv", csv_of(changed))
    result = rig.ingest(lockedSchema=locked)
    assert [("SchemaChanged", "extra, n, a", 3)] == failures_of(result)
    assert ["added extra", "removed n", "retyped a (Float → Category)"] == result["failures"][0][
        "examples"
    ]


def test_a_locked_schema_reads_new_data_with_the_old_types(rig: Rig) -> None:
    """Rows that would be inferred otherwise today keep the types of the first version."""
    rig.put("t.csv", csv_of(plain_rows(40)))
    first = rig.ingest()
    rig.put("t.csv", csv_of([row | {"a": "3"} for row in plain_rows(40)]))
    second = rig.ingest(lockedSchema=first["digest"])
    assert first["schemaDigest"] == second["schemaDigest"]
    assert first["digest"] != second["digest"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("a,y\n", [("SourceEmpty", None, 0)], id="a header alone holds no rows"),
        pytest.param("", [("SourceEmpty", None, 0)], id="an empty file holds no rows"),
        pytest.param("a,b\n1,2\n3,4\n", [("ColumnMissing", "y", 2)], id="the target is no column"),
        pytest.param(
            "a,y\n1,no\n2\n3,no,4\n4,yes\n",
            [("RowUnreadable", None, 2)],
            id="rows with too few or too many cells are named",
        ),
        pytest.param("a,y\n1,no\n", [("SplitEmpty", None, 0)], id="one row cannot fill two parts"),
    ],
)
def test_small_sources_are_refused(
    rig: Rig, content: str, expected: list[tuple[str, str | None, int]]
) -> None:
    """Nothing, no target, broken rows, too few rows: each is a refusal, never a crash."""
    rig.put("t.csv", content)
    assert expected == failures_of(rig.ingest())


def test_leaking_columns_warn_where_the_user_says_so(rig: Rig) -> None:
    """With Warn the version is accepted; with Refuse, the default, it is not."""
    rows = [row | {"copy": row["y"]} for row in plain_rows(80)]
    rig.put("t.csv", csv_of(rows))
    warned = rig.ingest(checks={"targetLeakage": "Warn"})
    refused = rig.ingest(checks={})
    assert "Accepted" == warned["outcome"]
    assert ["TargetLeakage: column copy"] == [text[:26] for text in warned["warnings"]]
    assert [("TargetLeakage", "copy", 80)] == failures_of(refused)


_CELL = st.sampled_from(
    ["1", "2.5", "", "NA", "x", '"a,b"', '"', "true", "1e309", "\x00", "2026-01-01"]
)
_LINES = st.lists(st.lists(_CELL, max_size=4).map(",".join), max_size=20).map("\n".join)


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    content=st.binary(max_size=200) | _LINES.map(lambda text: b"a,y\n" + text.encode()),
    ending=st.sampled_from(["csv", "jsonl", "parquet", "csv.gz"]),
)
def test_whatever_the_bytes_the_user_gets_an_answer(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, ending: str
) -> None:
    """Accepted, refused or a fault with a reason: never a crash."""
    rig = Rig(tmp_path_factory.mktemp("fuzz"))
    rig.put(f"t.{ending}", content)
    try:
        outcome = rig.ingest(checks={"maxDuplicateRowsPercent": 50})["outcome"]
    except UserFault as fault:
        outcome = fault.reason
    assert outcome in {"Accepted", "Refused", Reason.FORMAT_UNREADABLE}


def test_a_source_that_is_not_there_is_the_users_fault(rig: Rig) -> None:
    """No file at all raises SourceNotFound with what was looked for."""
    rig.source.mkdir(exist_ok=True)
    with pytest.raises(UserFault, match=r"no file matches \*") as raised:
        rig.ingest()
    assert Reason.SOURCE_NOT_FOUND == raised.value.reason
