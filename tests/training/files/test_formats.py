"""Which format a file has."""

from __future__ import annotations

import pytest

from trainer.files.formats import format_of
from trainer.pod.exits import Reason, UserFault
from trainer.tasks.ingest_task import Format


@pytest.mark.parametrize(
    ("name", "declared", "expected"),
    [
        pytest.param("A.CSV", None, Format.CSV, id="the name tells"),
        pytest.param("a.csv.gz", None, Format.CSV, id="around it may be gzip"),
        pytest.param("a.csv.zip", None, Format.CSV, id="or a zip archive"),
        pytest.param("a.zip", None, None, id="whose own file may tell"),
        pytest.param("a.pq", None, Format.PARQUET, id="short endings count"),
        pytest.param("a.ndjson", None, Format.JSONL, id="so do other names"),
        pytest.param("a.csv", Format.JSONL, Format.JSONL, id="the user wins"),
    ],
)
def test_names_tell_formats(name: str, declared: Format | None, expected: Format | None) -> None:
    """Unless the user says otherwise."""
    assert expected == format_of(name, declared)


def test_a_name_that_tells_nothing_is_refused() -> None:
    """With what to do about it."""
    with pytest.raises(UserFault, match="set format to csv, parquet or jsonl") as raised:
        format_of("data.bin", None)
    assert Reason.FORMAT_UNREADABLE == raised.value.reason
