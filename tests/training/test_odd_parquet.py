"""Parquet, folders and tables as programs write them: read right, told, or refused."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from data_outcomes import csv_text, json_lines, outcome
from ingests import Rig, plain_rows

COUNT = 120
BASE = pa.Table.from_pylist(plain_rows(COUNT))
DAY = dt.date(2025, 1, 1)


def _array(values: Any, kind: pa.DataType | None = None) -> pa.Array:
    return pa.array([values(number) for number in range(COUNT)], kind)


COLUMNS: list[tuple[str, pa.Array, str, str]] = [
    ("decimals", _array(lambda i: Decimal(i) / 4, pa.decimal128(20, 4)), "Float", ""),
    ("whole decimals", _array(Decimal, pa.decimal128(38, 0)), "Integer", ""),
    ("wide decimals", _array(lambda i: Decimal(10**30 + i), pa.decimal128(38, 0)), "Category",
     "beyond 64 bits"),
    ("256 bits", _array(Decimal, pa.decimal256(60, 2)), "Float", ""),
    ("days", _array(lambda i: DAY + dt.timedelta(days=i)), "Timestamp", ""),
    ("the last day", _array(lambda i: dt.date(9999, 12, 31) if i % 4 else DAY), "Timestamp",
     "9999-12-31, far from all"),
    ("the first day", _array(lambda i: dt.date(1, 1, 1) if i % 4 else DAY), "Timestamp", ""),
    ("nanoseconds", _array(lambda i: 1_760_000_000 * 10**9 + i, pa.timestamp("ns")), "Timestamp",
     ""),
    ("New York", _array(lambda i: i * 10**9, pa.timestamp("us", "America/New_York")), "Timestamp",
     ""),
    ("times of day", _array(lambda i: dt.time(1, i % 60)), "", "durations or times of day"),
    ("durations", _array(lambda i: dt.timedelta(seconds=i)), "", "number of seconds"),
    ("8 bits", _array(lambda i: i, pa.int8()), "Integer", ""),
    ("above int64", _array(lambda i: 2**63 + i, pa.uint64()), "Category", "beyond 64 bits"),
    ("half floats", _array(lambda i: i / 2).cast(pa.float16()), "Float", ""),
    ("NaN", _array(lambda i: float("nan") if i % 5 == 0 else i / 3), "Float", ""),
    ("truths", _array(lambda i: i % 3 == 0), "Boolean", ""),
    ("nothing", pa.nulls(COUNT), "String", "holds no value"),
    ("categories", _array(lambda i: "xy"[i % 2]).dictionary_encode(), "Category", ""),
    ("categories of numbers", _array(lambda i: i % 2).dictionary_encode(), "Integer", ""),
    ("views", _array(lambda i: "xy"[i % 2], pa.string_view()), "Category", ""),
    ("large texts", _array(lambda i: "xy"[i % 2], pa.large_string()), "Category", ""),
    ("bytes of text", _array(lambda i: b"xy"[i % 2 : i % 2 + 1]), "Category", ""),
    ("bytes", _array(lambda i: bytes([200, i])), "", "bytes that are no UTF-8 text"),
    ("numbers as text", _array(lambda i: str(i % 9)), "Integer", ""),
    ("maps", _array(lambda _: [("k", 1)], pa.map_(pa.string(), pa.int64())), "", "left out"),
    ("lists of texts", _array(lambda _: ["x"]), "", "left out: it holds lists"),
    ("lists of many lengths", _array(lambda i: [1.5] * (i % 4)), "", "different lengths"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("column", "kind", "word"), [pytest.param(*case[1:], id=case[0]) for case in COLUMNS]
)
def test_every_type_is_read_or_told(rig: Rig, column: pa.Array, kind: str, word: str) -> None:
    """By its values; where there are none, a sentence says why."""
    rig.put("t.parquet", BASE.append_column("v", column))
    found = outcome(rig)
    assert found.accepted, found.sentences
    assert kind == found.types.get("v", "")
    assert word in found.sentences


LISTS: list[tuple[str, pa.Array]] = [
    ("lists", _array(lambda i: [i / 7, i / 3])),
    ("large lists", _array(lambda i: [i / 7, i / 3], pa.large_list(pa.float32()))),
    ("lists of one size", _array(lambda i: [i, i + 1], pa.list_(pa.int64(), 2))),
    ("lists with gaps", _array(lambda i: [i / 7, None] if i % 3 else None)),
    ("sizes with gaps", _array(lambda i: [i, i] if i % 3 else None, pa.list_(pa.float64(), 2))),
]


@pytest.mark.parametrize("column", [pytest.param(column, id=name) for name, column in LISTS])
def test_embeddings_become_columns(rig: Rig, column: pa.Array) -> None:
    """One per number; a missing list is missing in all of them."""
    rig.put("t.parquet", BASE.append_column("v", column))
    found = outcome(rig)
    assert {"v.0", "v.1"} < found.types.keys(), found.sentences
    assert "v holds lists: it is read as v.0 to v.1" in found.sentences
    rows = [cell for cell in column.to_pylist() if cell is not None]
    missing = {None} if column.null_count else set()
    assert found.values["v.0"] == {row[0] for row in rows} | missing


def test_undeclared_lists_do_not_stop_a_declared_schema(rig: Rig) -> None:
    """Lists of many lengths that nobody asked for are left out as before."""
    column = _array(lambda i: [1.5] * (2 + i % 2))
    rig.put("t.parquet", BASE.append_column("v", column))
    declared = [{"name": "n", "type": "Integer"}, {"name": "y", "type": "Category"}]
    assert outcome(rig, columns=declared).accepted


def _half(start: int) -> pa.Table:
    return BASE.slice(start, COUNT // 2)


def _split_by(name: str, values: tuple[str, str]) -> dict[str, pa.Table]:
    return {f"d/{name}={v}/p.parquet": _half(n * COUNT // 2) for n, v in enumerate(values)}


def _by_target() -> dict[str, pa.Table]:
    return {
        f"d/y={label}/p.parquet": BASE.filter(pa.compute.equal(BASE["y"], label)).drop(["y"])
        for label in ("yes", "no")
    }


FOLDERS: list[tuple[str, dict[str, Any], dict[str, str], str]] = [
    ("texts", _split_by("region", ("north", "south")), {"region": "Category"}, "region"),
    ("years", _split_by("year", ("2024", "2025")), {"year": "Integer"}, "year"),
    ("days", _split_by("day", ("2025-01-01", "2025-01-02")), {"day": "Timestamp"}, "day"),
    ("months", _split_by("month", ("01", "02")), {"month": "Category"}, "begin with a zero"),
    ("escaped", _split_by("city", ("K%C3%B6ln", "New%20York")), {"city": "Category"}, "city"),
    ("no value", _split_by("r", ("x", "__HIVE_DEFAULT_PARTITION__")), {"r": "Category"}, "r"),
    ("the target", _by_target(), {"y": "Category"}, "names of folders"),
    ("two keys in any order", {"d/k=1/l=2/p.parquet": _half(0), "d/l=3/k=4/p.parquet": _half(60)},
     {"k": "Integer", "l": "Integer"}, "k, l"),
    ("CSV", {f"d/k={n}/p.csv": csv_text(plain_rows(60)) for n in (1, 2)}, {"k": "Integer"}, "k"),
    ("JSON lines", {f"d/k={n}/p.jsonl": json_lines(plain_rows(60)) for n in (1, 2)},
     {"k": "Integer"}, "k"),
    ("marks of Spark", {**_split_by("k", ("1", "2")), "d/_SUCCESS": b"", "d/_metadata": b"x"},
     {"k": "Integer"}, "k"),
    ("an empty file", {"d/a.parquet": BASE, "d/b.parquet": b""}, {}, ""),
    ("times and texts", {"d/a.parquet": _half(0).append_column("v", pa.array([DAY] * 60)),
     "d/b.parquet": _half(60).append_column("v", pa.array(["2025-01-02"] * 60))},
     {"v": "Timestamp"}, ""),
    ("accents of two systems", {"d/a.parquet": _half(0).append_column("Gro\u0308ße",
     pa.array(range(60))), "d/b.parquet": _half(60).append_column("Größe", pa.array(range(60)))},
     {"Größe": "Integer"}, ""),
    ("names without a name", {"d/a.parquet": BASE.append_column("", BASE["n"]).append_column(" ",
     BASE["n"])}, {"n": "Integer"}, "(without a name) is left out"),
    ("numbers and words", {"d/a.parquet": _half(0).append_column("v", pa.array(range(60))),
     "d/b.parquet": _half(60).append_column("v", pa.array(["x"] * 60))}, {"v": "Category"},
     "row 61 is x"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("files", "types", "word"), [pytest.param(*case[1:], id=case[0]) for case in FOLDERS]
)
def test_folders_are_one_table(
    rig: Rig, files: dict[str, Any], types: dict[str, str], word: str
) -> None:
    """Names of folders are columns; files need not be written alike."""
    for name, content in files.items():
        rig.put(name, content)
    found = outcome(rig, source={"kind": "files", "root": str(rig.source), "path": "d/"})
    assert found.accepted, found.sentences
    assert types.items() <= found.types.items()
    assert word in found.sentences


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("a file without a column", {"d/a.parquet": _half(0), "d/b.parquet": _half(60).drop(["n"])},
     "n is not in the source in d/b.parquet (60 rows)"),
    ("a file with one more", {"d/a.parquet": _half(0), "d/b.parquet":
     _half(60).append_column("extra", pa.array(range(60)))}, "extra is not in the source in d/a"),
    ("a file outside of folders", {**_split_by("k", ("1", "2")), "d/p.parquet": BASE},
     "k is not in the source in d/p.parquet"),
    ("doubled names", {"d/a.parquet": pa.table([BASE["a"], BASE["n"], BASE["y"]],
     names=["a", "a", "y"])}, "several columns are called a"),
    ("a member beside its name", {"d/a.parquet": BASE.append_column("v.x", BASE["n"])
     .append_column("v", pa.array([{"x": 1}] * COUNT))}, "called v.x"),
    ("lists of other lengths", {"d/a.parquet": _half(0).append_column("v",
     pa.array([[1.5, 2.5]] * 60)), "d/b.parquet": _half(60).append_column("v",
     pa.array([[1.5]] * 60))}, "lists of 2 numbers, and then one of 1"),
    ("a Delta table", {"d/_delta_log/0.json": "{}", "d/p.parquet": BASE}, "a Delta table"),
    ("an Iceberg table", {"d/metadata/v1.metadata.json": "{}", "d/data/p.parquet": BASE},
     "an Iceberg table"),
    ("a Hudi table", {"d/.hoodie/hoodie.properties": "x", "d/p.parquet": BASE}, "a Hudi table"),
    ("times beyond all years", {"d/p.parquet": BASE.append_column("v", _array(lambda i: 10**14 + i,
     pa.timestamp("s")))}, "times beyond the year 9999, row 1 is 100000000000000000 ms since 1970"),
    ("one time beyond all years", {"d/p.parquet": BASE.append_column("v", _array(lambda i: 10**14
     if i == 7 else i, pa.timestamp("s")))}, "row 8 is 100000000000000000 ms since 1970"),
    ("no row", {"d/p.parquet": BASE.slice(0, 0)}, "holds no row"),
    ("cut off", {"d/p.parquet": b"PAR1" + bytes(99)}, "cut off"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("files", "word"), [pytest.param(*case[1:], id=case[0]) for case in REFUSED]
)
def test_tables_that_are_none_are_refused(rig: Rig, files: dict[str, Any], word: str) -> None:
    """With the file and what is wrong with it."""
    for name, content in files.items():
        rig.put(name, content)
    found = outcome(rig, source={"kind": "files", "root": str(rig.source), "path": "d/"})
    assert not found.accepted
    assert word in found.sentences


def test_objects_as_text_are_no_categories(rig: Rig) -> None:
    """A column of JSON, as some databases export it."""
    column = _array(lambda i: json.dumps({"a": i}))
    rig.put("t.parquet", BASE.append_column("v", column))
    assert "several values in one cell" in outcome(rig).sentences


def test_a_time_that_is_a_feature_becomes_its_parts(rig: Rig) -> None:
    """Whole numbers in UTC; what is no time is told of the time alone."""
    times = _array(lambda i: dt.datetime(2025, 3, 2 + i % 2, 23, tzinfo=dt.UTC) if i % 5 else None)
    rig.put("t.parquet", BASE.append_column("at", times))
    declared = [
        {"name": "at", "type": "Timestamp"},
        {"name": "n", "type": "Integer"},
        {"name": "y", "type": "Category"},
    ]
    found = outcome(rig, columns=declared)
    parts = ["at.year", "at.month", "at.day", "at.weekday", "at.hour"]
    assert ["at", *parts, "n", "y"] == list(found.types), found.sentences
    assert {"Integer"} == {found.types[part] for part in parts}
    assert [{7, 1, None}, {2, 3, None}] == [found.values["at.weekday"], found.values["at.day"]]
    rig.put("t.parquet", BASE)
    assert 1 == outcome(rig, columns=declared).sentences.count("is not in the source")
