"""Times in texts and numbers."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from trainer.files.cell_rules import USUAL, CellRules
from trainer.rows.moments import (
    declared_moment,
    epoch_micros,
    iso_moment,
    moments_of_numbers,
    moments_of_texts,
)

_DAY = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "micros"),
    [
        pytest.param(1_767_312_000, 1_767_312_000_000_000, id="seconds"),
        pytest.param(1_767_312_000_000, 1_767_312_000_000_000, id="milliseconds"),
        pytest.param(1_767_312_000_000_000, 1_767_312_000_000_000, id="microseconds"),
        pytest.param(1_767_312_000_000_000_000, 1_767_312_000_000_000, id="nanoseconds"),
        pytest.param(20260102000000, 1_767_312_000_000_000, id="fourteen digits"),
        pytest.param(202601020000, 1_767_312_000_000_000, id="twelve digits"),
        pytest.param(202613020000, 202_613_020_000_000, id="twelve digits that are no month"),
        pytest.param(202601020000.5, 202_601_020_000_500, id="a fraction is no digit"),
        pytest.param(2026, None, id="a year"),
        pytest.param(20260102, None, id="a day in digits"),
    ],
)
def test_the_size_of_a_number_tells_its_unit(number: int, micros: int | None) -> None:
    """Small numbers are more likely something else."""
    assert micros == epoch_micros(number)


def test_texts_and_numbers_meet() -> None:
    """The same moment, whichever way it is written; what is none is null."""
    texts = pa.array(["2026-01-02", "1767312000", "soon", "2026-01-02 00:00:00+00", "202601020000"])
    assert [_DAY, _DAY, None, _DAY, _DAY] == moments_of_texts(texts, USUAL).to_pylist()
    assert [_DAY, None] == moments_of_numbers(pa.array([1_767_312_000, 7])).to_pylist()


def test_declared_forms_come_first() -> None:
    """Then ISO 8601."""
    rules = CellRules(date_formats=("%d.%m.%Y", "%Y%m%d"))
    assert (_DAY, _DAY) == (
        declared_moment("02.01.2026", rules),
        declared_moment("20260102", rules),
    )
    assert (None, _DAY) == (declared_moment("2026-01-02", rules), iso_moment("2026-01-02"))
    assert [_DAY] == moments_of_texts(pa.array(["20260102"]), rules).to_pylist()
