"""What the test part shows that models were trained on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ingests import Rig, csv_of, failures_of

ROWS = 200


def _columns(*more: dict[str, Any]) -> list[dict[str, Any]]:
    plain = [{"name": "a", "type": "Float"}, {"name": "n", "type": "Integer"}]
    return [*plain, *more, {"name": "y", "type": "Category"}]


AT = {"name": "at", "type": "Timestamp", "role": "Time"}
ID = {"name": "id", "type": "String", "role": "Id"}
DONE = {"name": "done", "type": "Timestamp", "role": "Time"}
BY_GROUP = {"by": "Group", "column": "who", "testPercent": 40}
BY_TIME = {"by": "Time", "column": "at", "testPercent": 40}


def _day(number: int) -> str:
    return f"2025-{1 + number // 28:02}-{1 + number % 28:02}"


def _row(number: int, **more: Any) -> dict[str, Any]:
    plain = {"a": number / 8, "n": number % 13, "y": ("no", "yes")[number * number % 7 % 2]}
    return plain | more


def _told(folder: Path, rows: list[dict[str, Any]], **changes: Any) -> list[str]:
    rig = Rig(folder)
    rig.put("t.csv", csv_of(rows))
    told: list[str] = rig.ingest(**changes)["warnings"]
    return [text for text in told if text.startswith("SplitLeakage: ")]


def _twice(number: int) -> dict[str, Any]:
    """Each row twice, with another id."""
    return _row(number % (ROWS // 2), id=f"i{number}")


def _of_persons(number: int) -> dict[str, Any]:
    return _row(number, id=f"p{number % 20}")


def _in_time(number: int) -> dict[str, Any]:
    return _row(number, at=_day(number))


def _ended(number: int) -> dict[str, Any]:
    return _row(number, at=_day(number), done=_day(number + 9))


@pytest.mark.parametrize(
    ("row", "columns", "split", "words"),
    [
        pytest.param(_row, _columns(), {}, [], id="nothing"),
        pytest.param(
            lambda n: _row(n // 2),
            _columns(),
            {},
            [],
            id="a row that comes twice has one side by its hash",
        ),
        pytest.param(
            _twice,
            _columns(ID),
            {},
            ["have the same features as a row to train on"],
            id="rows that differ in their ids alone",
        ),
        pytest.param(
            lambda n: _row(n // 2, y=("no", "yes")[n % 2]),
            _columns(),
            {},
            ["have the same features as a row to train on"],
            id="rows with another target",
        ),
        pytest.param(
            _of_persons,
            _columns(ID),
            {},
            ["share their id with rows to train on", "{by: Group, column: id}"],
            id="persons with rows in both parts",
        ),
        pytest.param(
            lambda n: _row(n, id=f"i{n}" if n % 2 else ""),
            _columns(ID),
            {},
            [],
            id="ids that are missing name nobody",
        ),
        pytest.param(
            lambda n: _row(n, who=f"w{n % 20}", id=f"p{n % 20 // 4}"),
            _columns(ID, ID | {"name": "who"}),
            BY_GROUP,
            ["share their id with rows to train on"],
            id="groups that share a wider one",
        ),
        pytest.param(
            lambda n: _row(n, who=f"w{n % 20}"),
            _columns(ID | {"name": "who"}),
            BY_GROUP,
            [],
            id="the group of the split has one side",
        ),
        pytest.param(
            _in_time,
            _columns(AT),
            {},
            ["column at: rows to train on are as late as 2025-", "{by: Time, column: at}"],
            id="the future is known",
        ),
        pytest.param(_in_time, _columns(AT), BY_TIME, [], id="by time it is not"),
        pytest.param(
            lambda n: _in_time(n) | _of_persons(n),
            _columns(AT, ID),
            BY_TIME,
            [],
            id="by time known persons come again",
        ),
        pytest.param(
            lambda n: _in_time(n) | {"a": n % 10, "n": n % 5},
            _columns(AT),
            BY_TIME,
            ["have the same features as a row to train on"],
            id="rows that come again later",
        ),
        pytest.param(
            _ended,
            _columns(AT, DONE),
            BY_TIME,
            ["column done: 8 of 120 rows (6.7 %) to train on lie behind 2025-"],
            id="what ended only after the test part began",
        ),
        pytest.param(
            _ended,
            _columns(AT, DONE),
            BY_TIME | {"gapSeconds": 10 * 86400},
            [],
            id="a gap that is long enough",
        ),
    ],
)
def test_told_is(
    tmp_path: Path,
    row: Callable[[int], dict[str, Any]],
    columns: list[dict[str, Any]],
    split: dict[str, Any],
    words: list[str],
) -> None:
    """One sentence, or none."""
    changes = {"split": split} if split else {}
    told = _told(tmp_path, [row(n) for n in range(ROWS)], columns=columns, **changes)
    assert bool(words) == len(told)
    assert all(word in text for text in told for word in words)
    assert all(len(text) <= 256 for text in told)


def test_it_can_be_refused_with_the_rows(rig: Rig) -> None:
    """A pair of rows for an example; no version comes of it."""
    rig.put("t.csv", csv_of([_twice(n) for n in range(ROWS)]))
    changes = {"columns": _columns(ID), "checks": {"splitLeakage": "Refuse"}}
    result = rig.ingest(**changes)
    (failure,) = result["failures"]
    manifest = rig.manifest(rig.ingest(columns=_columns(ID))["digest"])
    assert [("SplitLeakage", None, failure["count"])] == failures_of(result)
    assert 0 < failure["count"] < manifest.test_rows == failure["rows"]
    tested, trained = (int(part.split()[-1]) for part in failure["examples"][0].split(": as "))
    assert ROWS // 2 == abs(tested - trained)


def test_that_a_split_does_not_follow_a_time_is_told_once(rig: Rig) -> None:
    """Not of every version; again with another split, and it is refused as often as asked."""
    rig.put("t.csv", csv_of([_in_time(n) for n in range(ROWS)]))
    columns = _columns(AT)
    first = rig.ingest(columns=columns)
    assert any("{by: Time, column: at}" in text for text in first["warnings"])
    rig.put("t.csv", csv_of([_in_time(n) for n in range(ROWS + 9)]))
    later = {"columns": columns, "previous": first["digest"]}
    assert [] == rig.ingest(**later)["warnings"]
    split = {"testPercent": 30, "by": "RowHash", "seed": 7}
    assert any("column at: " in text for text in rig.ingest(**later, split=split)["warnings"])
    checks = {"splitLeakage": "Refuse"}
    assert [("SplitLeakage", "at", 0)] == failures_of(rig.ingest(**later, checks=checks))


def test_nobody_has_to_hear_of_it(tmp_path: Path) -> None:
    """Where it is known."""
    checks = {"targetLeakage": "Ignore", "splitLeakage": "Ignore"}
    rows = [_twice(n) for n in range(ROWS)]
    assert [] == _told(tmp_path, rows, columns=_columns(ID), checks=checks)
