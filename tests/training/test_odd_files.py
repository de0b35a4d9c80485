"""Files as people have them: read right, told, or refused with the word that helps."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from typing import Any

import pytest
from data_outcomes import csv_text, json_lines, outcome, with_column
from ingests import Rig, plain_rows

ROWS = plain_rows(120)
CSV = csv_text(ROWS)
HEADER, _, BODY = CSV.partition("\n")


def _tar() -> bytes:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as archive:
        member = tarfile.TarInfo("t.csv")
        member.size = len(CSV)
        archive.addfile(member, io.BytesIO(CSV.encode()))
    return whole.getvalue()


REFUSED: list[tuple[str, str, str | bytes, tuple[str, ...]]] = [
    ("a comment first", "t.csv", "# exported by lab 7\n" + CSV,
     ("# exported by lab 7", "1 cells", "the first line must name every column")),
    ("a title first", "t.csv", "Report of sales\n\n" + CSV, ("Report of sales", "Remove titles")),
    ("separators at the end", "t.csv", HEADER + "\n" + BODY.replace("\n", ",\n"),
     ("4 cells, nearly all others have 5",)),
    ("row names of R", "t.csv", HEADER + "\n" + "".join(f"{i},{r}\n" for i, r in
     enumerate(BODY.splitlines())), ("4 cells, nearly all others have 5",)),
    ("a row of totals", "t.csv", CSV + "Total,700,,\n", ("row 121 is Total",)),
    ("a second header", "t.csv", CSV + CSV, ("row 121 is a",)),
    ("one row too short", "t.csv", CSV + "1.5,2\n", ("row 121: 2 cells, not 4",)),
    ("doubled names", "t.csv", CSV.replace("a,n,", "a,a,", 1), ("several columns are called a",)),
    ("names doubled by a space", "t.csv", CSV.replace("a,n,", "a, a,", 1), ("are called a",)),
    ("names doubled by an accent", "t.csv", CSV.replace("a,n,", "e\u0301,\u00e9,", 1),
     ("several columns are called é",)),
    ("names in Windows-1252", "t.csv", CSV.replace("a,", "größe,", 1).encode("cp1252"),
     ("csv.encoding",)),
    ("blanks between cells", "t.csv", CSV.replace(",", " "), ("csv.delimiter",)),
    ("carets between cells", "t.csv", CSV.replace(",", "^"), ("csv.delimiter",)),
    ("control characters between", "t.csv", CSV.replace(",", "\x01"), ("csv.delimiter",)),
    ("a table of Markdown", "t.csv", "| a | y |\n|---|---|\n" + "| 1 | no |\n| 2 | yes |\n" * 30,
     ("row 1 is ---",)),
    ("JSON lines named CSV", "t.csv", json_lines(ROWS), ("set format to jsonl",)),
    ("an error in JSON", "t.csv", '{"error":"access denied"}', ("JSON",)),
    ("a page of a login", "t.csv", "\n\n <html><body>Sign in", ("HTML", "login")),
    ("a page instead of JSON", "t.jsonl", "<!DOCTYPE html><html>", ("HTML",)),
    ("a table of HTML", "t.csv", "<table><tr><td>a</td></tr></table>", ("HTML",)),
    ("an empty zip archive", "t.csv.zip", b"PK\x05\x06" + bytes(18), ("archive without a file",)),
    ("a pickle", "t.csv", b"\x80\x04\x95" + b"a\0" * 99, ("pickle of Python",)),
    ("UTF-16 in JSON", "t.jsonl", json_lines(ROWS).encode("utf-16-le"), (": save it as UTF-8",)),
    ("XML", "t.csv", '<?xml version="1.0"?><rows/>', ("XML",)),
    ("a pointer of Git LFS", "t.csv", "version https://git-lfs.github.com/spec/v1\n", ("Git LFS",)),
    ("a pointer named parquet", "t.parquet", "version https://git-lfs.github.com/spec/v1\n",
     ("Git LFS", "git lfs pull")),
    ("a pointer named jsonl", "t.jsonl", "version https://git-lfs.github.com/spec/v1\n", ("LFS",)),
    ("CSV named parquet", "t.parquet", CSV, ("not parquet",)),
    ("encrypted parquet", "t.parquet", b"PARE" + bytes(99) + b"PARE", ("encrypted",)),
    ("Avro", "t.parquet", b"Obj\x01" + bytes(99), ("Avro",)),
    ("ORC", "t.parquet", b"ORC" + bytes(99), ("ORC",)),
    ("Feather", "t.csv", b"ARROW1\0\0" + bytes(99), ("Feather",)),
    ("SQLite", "t.csv", b"SQLite format 3\0" + bytes(99), ("SQLite",)),
    ("an old workbook", "t.csv", b"\xd0\xcf\x11\xe0\xa1\xb1" + bytes(99), ("workbook",)),
    ("HDF5", "t.csv", b"\x89HDF\r\n" + bytes(99), ("HDF5",)),
    ("an array of NumPy", "t.csv", b"\x93NUMPY" + bytes(99), ("NumPy",)),
    ("PDF", "t.csv", b"%PDF-1.7\n\x80" + bytes(99), ("PDF",)),
    ("a tar archive", "t.csv", _tar(), ("tar archive",)),
    ("a packed tar archive", "t.csv.gz", gzip.compress(_tar()), ("tar archive",)),
    ("LZ4", "t.csv", b"\x04\x22\x4d\x18" + bytes(99), ("LZ4", "zst")),
    ("Brotli", "t.csv.br", b"\x0b\x02", ("compression", "zst")),
    ("another ending", "t.txt", CSV, ("set format to csv",)),
    ("gzip cut off", "t.csv.gz", gzip.compress(CSV.encode())[:-30], ("not complete gzip",)),
    ("one array", "t.json", json.dumps(ROWS), ("one JSON array", "jq")),
    ("objects over several lines", "t.jsonl", json.dumps(ROWS[0], indent=2) + "\n",
     ("each line must be one JSON object",)),
    ("commas behind objects", "t.jsonl", json_lines(ROWS).replace("}\n", "},\n"),
     ("each line must be one JSON object",)),
    ("quotes of Python", "t.jsonl", "".join(f"{row}\n" for row in ROWS),
     ("each line must be one JSON object",)),
    ("an object of lists", "t.jsonl", json.dumps({"y": ["a"], "x": ["b"]}),
     ("no column that can be read", "lists")),
    ("rows within an object", "t.jsonl", json.dumps({"data": ROWS}), ("it holds lists",)),
    ("a target of lists", "t.jsonl", json_lines([row | {"y": ["a", "b"]} for row in ROWS]),
     ("target y cannot be read: it holds lists",)),
    ("an infinity in JSON", "t.jsonl", json_lines(with_column("odd", lambda i: 1e999 if i == 3
     else i)), ("row 4 is Infinity",)),
    ("two members of one name", "t.jsonl", json_lines([row | {"p": {"x": 1}, "p.x": 2} for row in
     ROWS]), ("called p.x",)),
    ("one member twice", "t.jsonl", '{"a": 1, "a": 2, "y": "no"}\n' * 9, ("called a; rename",)),
    ("one member twice, within", "t.jsonl", '{"y": "no", "p": {"x": 1, "x": 2}}\n' * 9,
     ("called x; rename",)),
    ("blanks before quotation marks", "t.csv", HEADER + "\n" + "".join(f'1.5,2, "left, {i}",no\n'
     for i in range(20)), ("blanks stand between", "remove these blanks")),
    ("lists that change their length", "t.jsonl", json_lines(with_column("v", lambda i: [1.5] *
     (2 if i < 8192 else 3), 8200)), ("lists of 2 numbers, and then one of 3",)),
    ("nothing but names", "t.csv", HEADER + "\n", ("holds no row",)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "words"), [pytest.param(*case[1:], id=case[0]) for case in REFUSED]
)
def test_what_cannot_be_read_is_refused(
    rig: Rig, name: str, content: str | bytes, words: tuple[str, ...]
) -> None:
    """As the user's fault, with what the file is and what to do."""
    rig.put(name, content)
    found = outcome(rig)
    assert not found.accepted
    for word in words:
        assert word in found.sentences


NOT_CSV: list[tuple[str, str, str | bytes, tuple[str, ...]]] = [
    ("an odd cell", "t.jsonl", json_lines(with_column("v", lambda i: "?" if i == 7 else str(i))),
     ("row 8 is ?", "export null")),
    ("commas", "t.jsonl", json_lines(with_column("v", lambda i: f"{i},5")),
     ("decimal comma", "export plain numbers")),
    ("days", "t.jsonl", json_lines(with_column("v", lambda i: f"{i % 28 + 1}.1.2025")),
     ("export times, or ISO 8601",)),
    ("no target", "t.jsonl", json_lines([{"item": row} for row in ROWS]), ("which has item.a",)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "words"), [pytest.param(*case[1:], id=case[0]) for case in NOT_CSV]
)
def test_of_other_files_nothing_is_said_about_csv(
    rig: Rig, name: str, content: str | bytes, words: tuple[str, ...]
) -> None:
    """Its options are not for them."""
    rig.put(name, content)
    found = outcome(rig)
    assert not found.accepted
    assert "csv" not in found.sentences.lower()
    for word in words:
        assert word in found.sentences


def test_a_copy_beside_a_file_is_told(rig: Rig) -> None:
    """But not where their folders say something else."""
    rig.put("t.csv", CSV)
    rig.put("t (1).csv", CSV)
    assert "t.csv has the same bytes as t (1).csv" in outcome(rig).sentences


def test_files_of_two_folders_may_be_equal(rig: Rig) -> None:
    """Their rows differ in what the folders say."""
    rig.put("d/k=1/t.csv", CSV)
    rig.put("d/k=2/t.csv", CSV)
    found = outcome(rig, source={"kind": "files", "root": str(rig.source), "path": "**"})
    assert "Integer" == found.types.get("k"), found.sentences
    assert "same bytes" not in found.sentences


PLAIN = {"a": "Float", "n": "Integer", "site": "Category", "y": "Category"}
READ: list[tuple[str, str, str | bytes]] = [
    ("separators at every end", "t.csv", CSV.replace("\n", ",\n")),
    ("tabs", "t.tsv", CSV.replace(",", "\t")),
    ("pipes", "t.csv", CSV.replace(",", "|")),
    ("single quotes", "t.csv", "".join("'" + line.replace(",", "','") + "'\n" for line in
     CSV.splitlines())),
    ("quotes around all", "t.csv", "".join('"' + line.replace(",", '","') + '"\n' for line in
     CSV.splitlines())),
    ("a mark of byte order, twice", "t.csv", b"\xef\xbb\xbf\xef\xbb\xbf" + CSV.encode()),
    ("UTF-16", "t.csv", b"\xfe\xff" + CSV.encode("utf-16-be")),
    ("UTF-32", "t.csv", CSV.encode("utf-32")),
    ("lines of Windows", "t.csv", CSV.replace("\n", "\r\n")),
    ("lines of both kinds", "t.csv", HEADER + "\r\n" + BODY),
    ("empty lines between", "t.csv", CSV.replace("\n", "\n\n")),
    ("no last line end", "t.csv", CSV.rstrip("\n")),
    ("gzip named CSV", "t.csv", gzip.compress(CSV.encode())),
    ("CSV named gzip", "t.csv.gz", CSV),
    ("gzip in two parts", "t.csv.gz", gzip.compress(HEADER.encode() + b"\n") +
     gzip.compress(BODY.encode())),
    ("JSON lines named JSON", "t.json", json_lines(ROWS)),
    ("a mark of byte order in JSON", "t.jsonl", "\ufeff" + json_lines(ROWS)),
    ("empty lines in JSON", "t.jsonl", json_lines(ROWS).replace("\n", "\n\n")),
    ("numbers as texts", "t.jsonl", json_lines([row | {"n": str(row["n"])} for row in ROWS])),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content"), [pytest.param(*case[1:], id=case[0]) for case in READ]
)
def test_the_same_rows_are_read_however_written(rig: Rig, name: str, content: str | bytes) -> None:
    """All rows with their types, without a word."""
    rig.put(name, content)
    found = outcome(rig)
    assert found.types == PLAIN, found.sentences
    assert found.values["site"] == {"left", "right", "middle"}
    assert not found.sentences


MEMBERS: list[tuple[str, Any, dict[str, str], str]] = [
    ("objects", lambda i: {"lat": i / 4, "lon": i % 9}, {"v.lat": "Float", "v.lon": "Integer"}, ""),
    ("objects at times", lambda i: {"x": i % 5} if i % 2 else None, {"v.x": "Integer"}, ""),
    ("objects or values", lambda i: {"x": i} if i % 2 else i, {"v": "Integer", "v.x": "Integer"},
     "column v is a value in 60 rows and an object in others, which is read as v.x"),
    ("an embedding", lambda i: [i / 7, i, None], {"v.0": "Float", "v.1": "Integer"}, "v.0 to v.2"),
    ("an embedding with gaps", lambda i: [i, 1.5] if i % 3 else None, {"v.1": "Float"}, "v.1"),
    ("lists of texts", lambda _: ["x", "y"], {}, "v is left out: it holds lists"),
    ("lists of objects", lambda _: [{"p": 1}], {}, "v is left out: it holds lists"),
    ("lists of lists", lambda _: [[1], [2]], {}, "v is left out: it holds lists"),
    ("lists of many lengths", lambda i: [1.5] * (i % 4), {}, "different lengths"),
    ("a very long list", lambda i: [i] * 2049, {}, "over 2048 numbers"),
    ("deep objects", lambda _: {"a": {"b": {"c": {"d": {"e": 1}}}}}, {}, "v.a.b.c is left out"),
    ("truths and gaps", lambda i: (True, False, None)[i % 3], {"v": "Boolean"}, ""),
    ("large numbers", lambda i: 2**70 + i, {"v": "Category"}, "beyond 64 bits"),
    ("gaps of pandas", lambda i: float("nan") if i % 9 == 0 else i / 4, {"v": "Float"}, ""),
    ("empty texts", lambda i: ("", "x", "z")[i % 3], {"v": "Category"}, ""),
    ("half a character", lambda i: ("\ud83d", "x")[i % 2], {"v": "Category"}, "damaged"),
    ("empty objects and lists", lambda i: ({}, [], None)[i % 3], {}, "v is left out"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "types", "word"), [pytest.param(*case[1:], id=case[0]) for case in MEMBERS]
)
def test_members_of_json_become_columns_or_are_told(
    rig: Rig, cells: Any, types: dict[str, str], word: str
) -> None:
    """Objects by member, lists of numbers by place; all else is named."""
    rig.put("t.jsonl", json_lines(with_column("v", cells)))
    found = outcome(rig)
    assert found.accepted, found.sentences
    assert types.items() <= found.types.items()
    assert word in found.sentences
