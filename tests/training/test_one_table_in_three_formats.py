"""The same table as CSV, as JSON lines and as parquet is the same version, whatever it holds."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import random
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from ingests import Rig

TABLES = 120
GROUPS = 12
WORDS = (
    "left",
    "right",
    "Zürich",
    "a, b",
    'say "hi"',
    "two\nlines",
    "ünï 漢字",
    "x;y",
    "O'Hara",
    "-",
)
MISSING = ("NULL", "NaN", "N/A", "")
START = dt.datetime(2020, 2, 28, tzinfo=dt.UTC)

Column = list[Any]
Kind = Callable[[random.Random, int], Column]


def _some(dice: random.Random, rows: int, value: Callable[[], Any], gaps: float) -> Column:
    return [None if dice.random() < gaps else value() for _ in range(rows)]


def _floats(dice: random.Random, rows: int) -> Column:
    scale = 10.0 ** dice.randint(-8, 12)
    return _some(dice, rows, lambda: dice.gauss(0, 1) * scale, dice.choice((0, 0.3)))


def _whole_floats(dice: random.Random, rows: int) -> Column:
    return _some(dice, rows, lambda: float(dice.randint(-9, 9)), dice.choice((0, 0.3)))


def _integers(dice: random.Random, rows: int) -> Column:
    bits = dice.choice((3, 30, 62))
    return _some(dice, rows, lambda: dice.randint(-(2**bits), 2**bits), dice.choice((0, 0.3)))


def _beyond(dice: random.Random, rows: int) -> Column:
    return [2**63 + dice.randint(0, 99) for _ in range(rows)]


def _decimals(dice: random.Random, rows: int) -> Column:
    return _some(dice, rows, lambda: Decimal(dice.randint(-9999, 9999)) / 8, 0.1)


def _truths(dice: random.Random, rows: int) -> Column:
    return _some(dice, rows, lambda: dice.random() < 0.5, dice.choice((0, 0.3)))


def _times(dice: random.Random, rows: int) -> Column:
    unit = dice.choice((1, 1_000_000, 86_400_000_000))
    far = dice.choice((10, 10_000))
    return _some(
        dice, rows, lambda: START + dt.timedelta(microseconds=dice.randint(0, far) * unit), 0.1
    )


def _texts(dice: random.Random, rows: int) -> Column:
    words = dice.sample(WORDS, 4)
    return _some(dice, rows, lambda: dice.choice(words), dice.choice((0, 0.3)))


def _words_for_missing(dice: random.Random, rows: int) -> Column:
    return _some(dice, rows, lambda: dice.choice((*MISSING, "left", "right")), 0.1)


def _padded(dice: random.Random, rows: int) -> Column:
    forms = ("Zürich", " Zu\u0308rich ", "Zürich\u00a0", "True", " true", "3.0", "3", "x")
    return ["x", *(dice.choice(forms) for _ in range(rows - 1))]


def _codes(dice: random.Random, rows: int) -> Column:
    return [f"{dice.randint(0, 999):05}" for _ in range(rows)]


def _nothing(_: random.Random, rows: int) -> Column:
    return [None] * rows


def _one_value(dice: random.Random, rows: int) -> Column:
    return [dice.choice((7, 1.5, True, "x"))] * rows


def _objects(dice: random.Random, rows: int) -> Column:
    return [{"x": dice.randint(0, 9), "y": {"z": dice.choice(WORDS[:3])}} for _ in range(rows)]


def _embeddings(dice: random.Random, rows: int) -> Column:
    length = dice.randint(1, 5)
    return _some(dice, rows, lambda: [dice.gauss(0, 1) for _ in range(length)], 0.1)


KINDS: tuple[Kind, ...] = (
    _floats, _whole_floats, _integers, _beyond, _decimals, _truths, _times, _texts,
    _words_for_missing, _padded, _codes, _nothing, _one_value, _objects, _embeddings,
)  # fmt: skip


def _table(dice: random.Random) -> dict[str, Column]:
    rows = dice.randint(30, 70)
    kinds = dice.choices(KINDS, k=dice.randint(1, 8))
    columns = {f"{kind.__name__[1:]} {n}": kind(dice, rows) for n, kind in enumerate(kinds)}
    # Rows must differ, or equal ones would all fall into one part.
    return {"row": list(range(rows)), **columns, "y": [("no", "yes")[n % 2] for n in range(rows)]}


def _flat(name: str, column: Column) -> dict[str, Column]:
    """The column as one or several without members."""
    first = next((cell for cell in column if cell is not None), None)
    if isinstance(first, dict):
        found: dict[str, Column] = {}
        for key in first:
            found |= _flat(f"{name}.{key}", [cell[key] for cell in column])
        return found
    if isinstance(first, list):
        return {
            f"{name}.{place}": [None if cell is None else cell[place] for cell in column]
            for place in range(len(first))
        }
    return {name: column}


def _as_csv(table: dict[str, Column], dice: random.Random) -> str:
    flat: dict[str, Column] = {}
    for name, column in table.items():
        flat |= _flat(name, column)
    text = io.StringIO()
    writer = csv.writer(
        text, delimiter=dice.choice(",;\t|"), lineterminator=dice.choice(("\n", "\r\n"))
    )
    writer.writerow(flat)
    writer.writerows([_written(cell) for cell in row] for row in zip(*flat.values(), strict=True))
    return text.getvalue()


def _written(cell: Any) -> str:
    if cell is None:
        return ""
    return cell.isoformat() if isinstance(cell, dt.datetime) else str(cell)


def _as_json(table: dict[str, Column], dice: random.Random) -> str:
    lines = []
    for number, row in enumerate(zip(*table.values(), strict=True)):
        # The first row has every key, so that the columns come in one order.
        kept = {n: c for n, c in zip(table, row, strict=True) if not number or c is not None}
        shuffled = [*kept.items()] if not number else dice.sample([*kept.items()], len(kept))
        lines.append(json.dumps(dict(shuffled), default=_written_in_json))
    return "\n".join(lines)


def _written_in_json(cell: Any) -> Any:
    return float(cell) if isinstance(cell, Decimal) else cell.isoformat()


def _as_parquet(table: dict[str, Column], dice: random.Random) -> pa.Table:
    arrays = {name: _array(column, dice) for name, column in table.items()}
    return pa.table(arrays)


def _array(column: Column, dice: random.Random) -> pa.Array:
    first = next((cell for cell in column if cell is not None), None)
    if isinstance(first, int) and not isinstance(first, bool) and first >= 2**63:
        return pa.array(column, pa.uint64())
    array = pa.array(column)
    if pa.types.is_string(array.type):
        kind = dice.choice((pa.string(), pa.large_string(), pa.binary(), None))
        return array.dictionary_encode() if kind is None else array.cast(kind)
    if pa.types.is_timestamp(array.type) and dice.random() < 0.5:
        return array.cast(pa.timestamp("ns", "Europe/Berlin"))
    if pa.types.is_floating(array.type) and dice.random() < 0.5:
        return pa.array([float("nan") if cell is None else cell for cell in column])
    return array


@pytest.mark.parametrize("group", range(GROUPS))
def test_one_table_is_one_version(tmp_path: Path, group: int) -> None:
    """Columns of all kinds, with gaps: types, roles, values and split do not depend on a format."""
    for number in range(group, TABLES, GROUPS):
        dice = random.Random(number)
        table = _table(dice)
        digests = {}
        for ending, written in (("csv", _as_csv), ("jsonl", _as_json), ("parquet", _as_parquet)):
            folder = tmp_path / f"{number}-{ending}"
            folder.mkdir()
            rig = Rig(folder)
            rig.put(f"t.{ending}", written(table, dice))
            document = rig.ingest()
            assert document["outcome"] == "Accepted", (number, ending, document)
            digests[ending] = document["digest"]
        assert len(set(digests.values())) == 1, (number, [*table], digests)
