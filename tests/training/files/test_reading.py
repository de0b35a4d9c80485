"""Several files as one stream."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trainer.files.raw_batch import RawBatch
from trainer.files.reading import Reading, merged
from trainer.pod.exits import MachineFault, Reason, UserFault
from trainer.sources.source_file import LocalCopy, OpenedFile, SourceFile


def _file(name: str, content: bytes) -> SourceFile:
    return SourceFile(name, lambda: OpenedFile(iter([content]), None))


def _rows(reading: Reading) -> int:
    return sum(batch.rows.num_rows for batch in reading.batches())


def test_files_of_several_formats_are_one_stream(tmp_path: Path) -> None:
    """What was read is known by name, digest, size and rows."""
    contents = {
        "a.csv": b"a\n1\n2\n",
        "b.csv.gz": gzip.compress(b"a\n3\n"),
        "c.jsonl": b'nope\n{"a": 4}\n',
    }
    reading = Reading(tuple(_file(*pair) for pair in contents.items()), None, tmp_path)
    assert 4 == _rows(reading)
    assert [
        (name, hashlib.sha256(content).hexdigest(), len(content))
        for name, content in contents.items()
    ] == [(file.name, file.sha256, file.size) for file in reading.done]
    assert sum(map(len, contents.values())) == reading.bytes_read
    assert ["a.csv row 2", "b.csv.gz row 1", "c.jsonl row 2"] == [
        reading.row_numbers.label(row) for row in (2, 3, 4)
    ]


def test_half_a_gzip_is_refused(tmp_path: Path) -> None:
    """Never read as shorter data."""
    content = gzip.compress(b"a\n" + b"1\n" * 1000)
    with pytest.raises(UserFault, match="not complete gzip"):
        _rows(Reading((_file("a.csv.gz", content[:-9]),), None, tmp_path))


def test_a_source_that_breaks_off_stops_the_reading(tmp_path: Path) -> None:
    """The fault of the source comes through the reader of the format as it is."""

    def chunks() -> Iterator[bytes]:
        yield b"a\n1\n"
        raise MachineFault(Reason.SOURCE_UNREACHABLE, "broke off")

    for name in ("a.csv", "a.jsonl", "a.parquet"):
        file = SourceFile(name, lambda: OpenedFile(chunks(), None))
        with pytest.raises(MachineFault):
            _rows(Reading((file,), None, tmp_path))


@pytest.mark.parametrize("packed", [False, True])
def test_a_copy_on_this_machine_is_read_where_it_lies(tmp_path: Path, packed: bool) -> None:
    """Its digest is known already; only what is packed has to be spread below the spool."""
    plain = tmp_path / "plain.parquet"
    pq.write_table(pa.table({"a": [1, 2, 3]}), plain)
    content = gzip.compress(plain.read_bytes()) if packed else plain.read_bytes()
    place = tmp_path / "00000"
    place.write_bytes(content)
    copy = LocalCopy(place, len(content), "0a")
    file = SourceFile("t.parquet", lambda: OpenedFile(iter([content]), None, copy=copy))
    spool = tmp_path / "spool"
    if packed:
        spool.mkdir()
    reading = Reading((file,), None, spool)
    assert 3 == _rows(reading)
    assert [("0a", len(content))] == [(done.sha256, done.size) for done in reading.done]
    assert place.exists()


def test_an_unknown_format_stops_before_anything_is_opened(tmp_path: Path) -> None:
    """Even when it is the last file."""

    def never() -> OpenedFile:
        raise AssertionError("opened")

    files = (SourceFile("a.csv", never), SourceFile("b.bin", never))
    with pytest.raises(UserFault, match=r"b\.bin"):
        _rows(Reading(files, None, tmp_path))


def test_small_batches_are_merged_without_losing_rows() -> None:
    """Rows keep their order; JSON lines, whose columns vary, stay as they are."""
    batches = [pa.table({"a": [number]}).to_batches()[0] for number in range(20_000)]
    found = list(merged(RawBatch(batch) for batch in batches))
    assert [16_384, 3616] == [batch.rows.num_rows for batch in found]
    assert list(range(20_000)) == [n for b in found for n in b.rows.column("a").to_pylist()]
    lines = [RawBatch(batches[0], keys_vary=True), RawBatch(batches[1], keys_vary=True)]
    assert lines == list(merged(iter(lines)))
