"""The scalars and sources that all task documents share."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from trainer.tasks.task_parts import Digest, Exact, HttpSource, Percent, Source


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("0.50", "0.50", id="a decimal string is exact"),
        pytest.param(98, "98", id="an integer is one too"),
        pytest.param(0.1, "0.1", id="a float counts as its shortest text"),
        pytest.param("5%", "5", id="a percent sign is allowed"),
    ],
)
def test_numbers_keep_every_digit(value: Any, expected: str) -> None:
    """Bounds are decimals, never binary floats."""
    assert Decimal(expected) == TypeAdapter(Exact).validate_python(value)


@pytest.mark.parametrize("value", ["many", "NaN", "Infinity", True, None, [1]])
def test_what_is_no_number_is_refused(value: Any) -> None:
    """NaN and infinity bound nothing."""
    with pytest.raises(ValidationError, match=r"number|decimal"):
        TypeAdapter(Exact).validate_python(value)


def test_percent_ends_at_100() -> None:
    """101 % is a mistake."""
    with pytest.raises(ValidationError, match="less than or equal to 100"):
        TypeAdapter(Percent).validate_python("101")


def test_digests_are_sha256_in_lower_case() -> None:
    """Nothing else becomes a path in the store."""
    with pytest.raises(ValidationError, match="pattern"):
        TypeAdapter(Digest).validate_python("sha256:../../etc")


def test_a_source_is_told_by_its_kind() -> None:
    """Each kind has its own fields, and no others."""
    adapter: TypeAdapter[Any] = TypeAdapter(Source)
    url = "http://data/t.csv"
    assert HttpSource(kind="http", url=url) == adapter.validate_python({"kind": "http", "url": url})
    with pytest.raises(ValidationError, match="bucket"):
        adapter.validate_python({"kind": "http", "url": url, "bucket": "b"})
    with pytest.raises(ValidationError, match="'ftp'"):
        adapter.validate_python({"kind": "ftp", "url": url})
