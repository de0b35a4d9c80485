"""One column as people write it: read right, told, or refused with the word that helps."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from data_outcomes import csv_text, outcome, with_column
from ingests import Rig

Cells = Callable[[int], Any]

REFUSED: list[tuple[str, Cells, tuple[str, ...]]] = [
    ("dates with slashes", lambda i: f"2025/{i % 12 + 1:02}/0{i % 9 + 1}", ("csv.dateFormats",)),
    ("dates with dots", lambda i: f"0{i % 9 + 1}.{i % 12 + 1:02}.2025", ("csv.dateFormats",)),
    ("dates with names", lambda i: f"{i % 28 + 1} Mar 2025", ("csv.dateFormats", "1 Mar 2025")),
    ("German dates", lambda i: f"{i % 28 + 1}. März 2025", ("csv.dateFormats",)),
    ("American times", lambda i: f"{i % 12 + 1}/9/2025 1:05 PM", ("csv.dateFormats",)),
    ("years of two digits", lambda i: f"{i % 12 + 1}/{i % 28 + 1}/25", ("csv.dateFormats",)),
    ("hours and minutes", lambda i: f"{i % 5}:{i % 60:02}:00", ("number of seconds",)),
    ("durations of pandas", lambda i: f"{i % 5} days 01:00:00", ("number of seconds",)),
    ("durations of ISO", lambda i: f"PT{i % 5 + 1}H{i % 60}M", ("number of seconds",)),
    ("lists", lambda i: f"[{i % 9}.5, {i % 7}.25]", ("several values", "one column per value")),
    ("vectors of NumPy", lambda i: f"[{i % 9}.5 0.25  1.]", ("several values",)),
    ("objects", lambda i: json.dumps({"a": i % 9}), ("several values",)),
    ("tuples", lambda i: f"({i % 9}, {i % 7})", ("several values",)),
    ("places on earth", lambda i: f"52.{i:03}, 13.{i:03}", ("several values",)),
    ("long lists", lambda i: str([i / 7] * 40), ("several values",)),
    ("a detection limit", lambda i: "<0.5" if i % 20 == 0 else i / 7, ("row 1 is <0.5",)),
    ("one word", lambda i: "n.k." if i == 70 else i / 7, ("row 71 is n.k.", "csv.nullValues")),
    ("unknown", lambda i: "unknown" if i % 12 == 0 else i / 7, ("row 1 is unknown",)),
    ("errors of Excel", lambda i: "#DIV/0!" if i % 20 == 0 else i, ("row 1 is #DIV/0!",)),
    ("an infinity", lambda i: "inf" if i == 7 else i / 7, ("row 8 is inf",)),
    ("beyond doubles", lambda i: "1e400" if i == 3 else i / 7, ("row 4: 1e400",)),
    ("significance", lambda i: f"{i / 7:.3f}" + "*" * (i % 15 == 0), ("row 1 is 0.000*",)),
    ("footnotes", lambda i: f"{i / 7:.3f}" + " [1]" * (i % 15 == 0), ("row 1 is 0.000 [1]",)),
    ("decimal commas at times", lambda i: f"{i},5" if i % 2 else f"{i}.5", ("decimal comma",)),
    ("Swiss numbers", lambda i: f"{i % 9 + 1}'100.50", ("csv.thousands",)),
    ("Indian numbers", lambda i: f"{i % 9 + 1},10,{100 + i}", ("csv.thousands",)),
    ("numbers of accountants", lambda i: f"({i}.50)" if i % 4 == 0 else i, ("plain numbers",)),
    ("euros", lambda i: f"{i},50 €", ("plain numbers", "currency")),
    ("percents", lambda i: f"{i}.5%", ("plain numbers", "percent")),
    ("trailing minus", lambda i: f"{i}.5-" if i % 5 == 0 else f"{i}.5", ("plain numbers",)),
    ("hexadecimal", lambda i: f"0x{i * 7:04x}", ("plain numbers", "other marks")),
    ("exponents of Fortran", lambda i: f"{i % 9}.5D+02", ("plain numbers",)),
    ("a typographer's minus", lambda i: f"\N{MINUS SIGN}{i / 7:.2f}", ("plain numbers",)),
    ("digits of Arabic", lambda i: f"{i}".translate(_shifted(0x660)), ("plain numbers",)),
    ("wide digits", lambda i: f"{i}".translate(_shifted(0xFF10)), ("plain numbers",)),
    ("commas among whole numbers", lambda i: f"{i},5" if i % 15 == 0 else i, ("csv.decimal",)),
    (
        "German dates among others",
        lambda i: "31.12.2025" if i == 9 else f"2025-01-{i % 28 + 1:02}",
        ("csv.dateFormats", "row 10 is 31.12.2025"),
    ),
    ("numbers of Python", lambda i: f"{i % 9 + 1}_{100 + i}", ("csv.thousands",)),
    ("names of zones", lambda i: f"2025-01-{i % 28 + 1:02} 10:00 CET", ("csv.dateFormats",)),
    ("short zones", lambda i: f"2025-1-{i % 28 + 1} 10:00:00+02", ("csv.dateFormats",)),
    ("formulas of Excel", lambda i: f'="{i:05}"', ("plain numbers",)),
    ("apostrophes of Excel", lambda i: f"'{i}", ("plain numbers",)),
    ("single quotation marks", lambda i: f"'{i}.5'", ("""csv.quote: "'\"""",)),
    (
        "a day of no month",
        lambda i: "2025-02-30" if i == 3 else f"2025-01-{i % 28 + 1:02}",
        ("no calendar has", "row 4 is 2025-02-30", "correct these cells"),
    ),
    (
        "zeros of MySQL",
        lambda i: "0000-00-00" if i % 20 == 3 else f"2025-01-{i % 28 + 1:02}",
        ("no calendar has", "row 4 is 0000-00-00", "csv.nullValues"),
    ),
    ("hours of no day", lambda i: f"2025-01-{i % 28 + 1:02}T24:00:00", ("no calendar has",)),
    ("numbers in base two", lambda i: f"0b{i % 16:04b}", ("plain numbers",)),
    ("wide yen", lambda i: f"￥{i % 9 + 1},200", ("plain numbers", "currency")),
    ("a blank behind the minus", lambda i: f"- {i}.5" if i % 3 else f"{i}.5", ("plain numbers",)),
    ("powers of ten", lambda i: f"{i % 9 + 1}x10^{i % 4}", ("plain numbers",)),
    ("raised powers of ten", lambda i: f"{i % 9 + 1}.5 × 10⁻³", ("plain numbers",)),
    ("mixed fractions", lambda i: f"{i % 9} {i % 3 + 1}/{i % 3 + 4}", ("plain numbers",)),
    ("minutes of arc", lambda i: f"{i % 60}°{i % 60:02}'{i % 60:02}\"N", ("plain numbers",)),
    ("blanks and a comma", lambda i: f"{i % 9 + 1} {100 + i},5", ("csv.thousands",)),
    ("times of C", lambda i: f"Mon Sep {i % 28 + 1:2} 10:00:00 2025", ("csv.dateFormats",)),
    (
        "times of Oracle",
        lambda i: f"{i % 28 + 1:02}-JAN-25 10.00.00.000000 AM",
        ("csv.dateFormats",),
    ),
    (
        "times of Java",
        lambda i: f"2025-01-{i % 28 + 1:02}T10:00:00+01:00[Europe/Berlin]",
        ("csv.dateFormats",),
    ),
    ("halves", lambda i: f"{i}½", ("plain numbers",)),
    ("one odd truth", lambda i: "maybe" if i == 50 else str(i % 2 == 0), ("row 51 is maybe",)),
]  # fmt: skip


def _shifted(zero: int) -> dict[int, int]:
    return {ord("0") + digit: zero + digit for digit in range(10)}


@pytest.mark.parametrize(
    ("cells", "words"), [pytest.param(cells, words, id=name) for name, cells, words in REFUSED]
)
def test_what_only_a_person_can_decide_is_refused(
    rig: Rig, cells: Cells, words: tuple[str, ...]
) -> None:
    """The column, a row and the way out are named."""
    rig.put("t.csv", csv_text(with_column("odd", cells)))
    found = outcome(rig)
    assert not found.accepted
    assert "column odd" in found.sentences
    for word in words:
        assert word in found.sentences


TOLD: list[tuple[str, Cells, str, tuple[str, ...]]] = [
    ("months", lambda i: f"2025-{i % 12 + 1:02}", "Category", ("months", "csv.dateFormats")),
    ("quarters", lambda i: f"2025Q{i % 4 + 1}", "Category", ("months, quarters",)),
    ("names of months", lambda i: ("Jan 2025", "Feb 2025")[i % 2], "Category", ("months",)),
    ("millimetres", lambda i: f"{i % 9 * 10} mm", "Category", ("with a unit, such as 0 mm",)),
    ("kilograms", lambda i: f"{i / 7:.2f}kg", "Category", ("numbers with a unit",)),
    ("kilometres an hour", lambda i: f"{i} km/h", "Category", ("numbers with a unit",)),
    ("thousands as K", lambda i: f"{i}.5K", "Category", ("numbers with a unit",)),
    ("many limits", lambda i: "<0.5" if i % 4 == 0 else i / 7, "Category", ("90 of 120 cells",)),
    ("many dashes", lambda i: "-" if i % 3 == 0 else i / 7, "Category", ("row 1 is -",)),
    ("post codes", lambda i: f"{1000 + i * 731 % 9000:05}", "Category", ("begin with a zero",)),
    ("ids of 20 digits", lambda i: 10**19 + i, "Category", ("beyond 64 bits",)),
    ("seconds since 1970", lambda i: 1_760_000_000 + i * 60, "Integer", ("2025-10-09",)),
    ("milliseconds", lambda i: (1_760_000_000 + i * 60) * 1000, "Integer", ("2025-10-09",)),
    ("fractions of seconds", lambda i: f"{1_760_000_000 + i}.25", "Float", ("since 1970",)),
    ("dates as numbers", lambda i: f"2025{i % 12 + 1:02}0{i % 9 + 1}", "Integer", ("20250101 as",)),
    ("a mark for missing", lambda i: -999 if i % 3 == 0 else i / 7, "Float", ("-999, far from",)),
    ("a large mark", lambda i: 99999 if i % 3 == 0 else i % 50, "Integer", ("99999, far from",)),
    ("the end of 32 bits", lambda i: 2**31 - 1 if i % 7 == 0 else i % 50, "Integer",
     ("2147483647, far from",)),
    ("the end of doubles", lambda i: "1.7976931348623157e308" if i % 7 == 0 else i / 7, "Float",
     ("1.7976931348623157e+308, far from",)),
    ("a fill of NetCDF", lambda i: "1e20" if i % 12 == 0 else f"{10 + i % 20}.5", "Float",
     ("1e+20, far from",)),
    ("minus one", lambda i: -1 if i % 6 == 0 else 20 + i % 60, "Integer", ("holds -1, and no",)),
    ("complex numbers", lambda i: f"{i % 9}+{i % 7}j", "Category", ("pairs of numbers",)),
    ("truths in many ways", lambda i: ("True", "F", "false", "t")[i % 4], "Category", ("Boolean",)),
    ("truths and numbers", lambda i: ("true", "false", 1, 0)[i % 4], "Category", ("Boolean",)),
    ("capitals", lambda i: ("Berlin", "BERLIN", "Ulm")[i % 3], "Category", ("BERLIN and Berlin",)),
    ("a wrong encoding", lambda i: ("ZÃ¼rich", "Bonn")[i % 2], "Category", ("damaged",)),
    ("lost characters", lambda i: ("Z\N{REPLACEMENT CHARACTER}rich", "Ulm")[i % 2], "Category",
     ("damaged",)),
    ("words for missing", lambda i: ("NULL", "x", "N/A")[i % 3], "Category", ("missing values",)),
    ("spaces around", lambda i: (" x", "x ", "z")[i % 3], "Category", ("without spaces",)),
    ("accents in two ways", lambda i: ("Zu\u0308rich", "Zürich")[i % 2], "Category", ("composed",)),
    ("times as numbers", lambda i: f"202501{i % 28 + 1:02}10{i % 60:02}00", "Integer",
     ("type Timestamp", "20250101100000 as")),
    ("phone numbers", lambda i: f"+49{1_700_000_000 + i}", "Float", ("+491700000000",)),
    ("codes like exponents", lambda i: f"{i % 9 + 1}E{i % 7 + 1}", "Float", ("1E1 is read as 10",)),
    ("points for thousands", lambda i: f"{i % 9 + 1}.{i:03}", "Float", ("csv.thousands", "not as")),
    ("fractions", lambda i: f"{i % 5 + 1}/{i % 7 + 2}", "Category", ("pairs of numbers",)),
    ("blood pressure", lambda i: f"1{i % 30:02}/8{i % 9}", "Category", ("one column per number",)),
    ("quoted texts", lambda i: ("'x'", "'y z'")[i % 2], "Category", ("csv.quote",)),
    ("days of a year", lambda i: f"2025-{i % 366 + 1:03}", "Category", ("days of a year",)),
    ("uncertain numbers", lambda i: f"{i / 7:.2f}±0.05", "Category", ("pairs of numbers",)),
    ("many texts", lambda i: f"shop {i}", "Category", ("64 most frequent",)),
    ("no value", lambda _: None, "String", ("holds no value",)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "kind", "words"), [pytest.param(*case[1:], id=case[0]) for case in TOLD]
)
def test_what_may_surprise_is_told(
    rig: Rig, cells: Cells, kind: str, words: tuple[str, ...]
) -> None:
    """Accepted, and a sentence names the column."""
    rig.put("t.csv", csv_text(with_column("odd", cells)))
    found = outcome(rig)
    assert kind == found.types.get("odd"), found.sentences
    assert "odd" in found.sentences
    for word in words:
        assert word in found.sentences


READ: list[tuple[str, Cells, str, set[Any]]] = [
    ("plus signs", lambda i: f"+{i % 3}", "Float", {0.0, 1.0, 2.0}),
    ("hard spaces around numbers", lambda i: f"\u00a0{i % 2}.5", "Float", {0.5, 1.5}),
    ("exponents", lambda i: f"{i % 2 + 1}e-1", "Float", {0.1, 0.2}),
    ("whole numbers of pandas", lambda i: None if i % 3 == 0 else "7.0", "Float", {None, 7.0}),
    ("truths", lambda i: ("True", "FALSE", "")[i % 3], "Boolean", {True, False, None}),
    ("three digits behind the point", lambda i: f"0.{i % 2 + 1}00", "Float", {0.1, 0.2}),
    ("an apostrophe", lambda i: ("'", "'tis", "x'")[i % 3], "Category", {"'", "'tis", "x'"}),
    ("yes and no", lambda i: ("yes", "no")[i % 2], "Category", {"yes", "no"}),
    ("ids of 19 digits", lambda i: 9_007_199_254_740_993 * 1000 + i % 2, "Integer",
     {9_007_199_254_740_993_000, 9_007_199_254_740_993_001}),
    ("addresses", lambda i: f"10.0.0.{i % 2}", "Category", {"10.0.0.0", "10.0.0.1"}),
    ("versions", lambda i: f"1.0.{i % 2}", "Category", {"1.0.0", "1.0.1"}),
    ("ages", lambda i: ("0-9", "10-19")[i % 2], "Category", {"0-9", "10-19"}),
    ("hard spaces within", lambda i: ("New York", "New\u00a0York")[i % 2], "Category",
     {"New York"}),
    ("invisible characters", lambda i: ("Ulm", "Ulm\u200b", "\ufeffUlm")[i % 3], "Category",
     {"Ulm"}),
    ("words in brackets", lambda i: ("(none)", "(other)")[i % 2], "Category",
     {"(none)", "(other)"}),
    ("days", lambda i: f"2025-01-0{i % 2 + 1}", "Timestamp", set()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "kind", "values"), [pytest.param(*case[1:], id=case[0]) for case in READ]
)
def test_what_is_plain_is_read(rig: Rig, cells: Cells, kind: str, values: set[Any]) -> None:
    """With its type and its values."""
    rig.put("t.csv", csv_text(with_column("odd", cells)))
    found = outcome(rig)
    assert kind == found.types.get("odd"), found.sentences
    assert not values or values == found.values["odd"]


TARGETS: list[tuple[str, Cells, str]] = [
    ("one class", lambda _: "no", "target y holds nothing but no"),
    ("names", lambda i: f"case {i}", "target y has another text in each row"),
    ("a slip", lambda i: "yse" if i == 3 else ("no", "yes")[i % 2], "one row only of yse"),
    ("days", lambda i: f"2025-01-{i % 28 + 1:02}", "target y holds times"),
]


@pytest.mark.parametrize(
    ("cells", "word"), [pytest.param(cells, word, id=name) for name, cells, word in TARGETS]
)
def test_a_target_that_nothing_is_learned_of_is_told(rig: Rig, cells: Cells, word: str) -> None:
    """It is no error: more rows may come."""
    rig.put("t.csv", csv_text(with_column("y", cells)))
    found = outcome(rig)
    assert "Category" == found.types.get("y"), found.sentences
    assert word in found.sentences


@pytest.mark.parametrize("csv", [{"decimal": ","}, {"decimal": ",", "thousands": "."}])
@pytest.mark.parametrize("declared", [True, False])
def test_points_where_commas_are_declared_are_refused(
    rig: Rig, csv: dict[str, str], *, declared: bool
) -> None:
    """A point that groups no thousands is neither left out nor kept as a text."""
    rig.put("t.csv", csv_text(with_column("odd", lambda i: f"0.{i + 100}"), separator=";"))
    columns = [{"name": "odd", "type": "Float"}, {"name": "y", "type": "Category"}]
    found = outcome(rig, csv=csv, **({"columns": columns} if declared else {}))
    assert not found.accepted
    assert "column odd" in found.sentences
    assert declared or "declare csv.decimal and csv.thousands as these" in found.sentences
