"""What an ingest says about data that it does not accept."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from ingests import COLUMNS, Rig, csv_of, failures_of, plain_rows

from trainer.pod.exits import Reason, UserFault


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
@example(content=b"\x80\n", ending="csv")
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
