"""Which format a file has."""

from __future__ import annotations

import pytest

from trainer.files.formats import FileFormat, format_of
from trainer.pod.exits import Reason, UserFault
from trainer.tasks.task import Format


@pytest.mark.parametrize(
    ("name", "declared", "expected"),
    [
        pytest.param("A.CSV", None, FileFormat(Format.CSV, False), id="the name tells"),
        pytest.param("a.csv.gz", None, FileFormat(Format.CSV, True), id="around it may be gzip"),
        pytest.param("a.pq", None, FileFormat(Format.PARQUET, False), id="short endings count"),
        pytest.param("a.ndjson", None, FileFormat(Format.JSONL, False), id="so do other names"),
        pytest.param("a.csv", Format.JSONL, FileFormat(Format.JSONL, False), id="the user wins"),
    ],
)
def test_names_tell_formats(name: str, declared: Format | None, expected: FileFormat) -> None:
    """Unless the user says otherwise."""
    assert expected == format_of(name, declared)


def test_a_name_that_tells_nothing_is_refused() -> None:
    """With what to do about it."""
    with pytest.raises(UserFault, match="set format to csv, parquet or jsonl") as raised:
        format_of("data.bin", None)
    assert Reason.FORMAT_UNREADABLE == raised.value.reason
