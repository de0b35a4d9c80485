"""What lies around the bytes of a file."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from trainer.files import compression
from trainer.files.compression import packing_faults, unpacked
from trainer.pod.exits import UserFault
from trainer.sources.source_file import ChunkReader

_TEXT = b"a,b\n1,2\n" * 100


def _zip(**files: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def _unpacked(content: bytes, spool: Path) -> tuple[str, bytes]:
    reader = ChunkReader(iter([content]))
    with packing_faults("t.csv"):
        stream: io.BufferedReader[io.RawIOBase] = io.BufferedReader(reader)
        found = unpacked("t.csv", stream, lambda: reader.size, spool)
        return found.name, found.stream.read()


@pytest.mark.parametrize(
    "pack",
    [
        pytest.param(lambda text: text, id="nothing"),
        pytest.param(gzip.compress, id="gzip"),
        pytest.param(
            lambda text: gzip.compress(text[:9]) + gzip.compress(text[9:]), id="two gzips"
        ),
        pytest.param(lambda text: gzip.compress(gzip.compress(text)), id="gzip twice"),
        pytest.param(bz2.compress, id="bz2"),
        pytest.param(lzma.compress, id="xz"),
        pytest.param(lambda text: pa.compress(text, "zstd", asbytes=True), id="zstd"),
    ],
)
def test_the_bytes_tell(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    """Whatever the name says."""
    assert ("t.csv", _TEXT) == _unpacked(pack(_TEXT), tmp_path)


def test_a_zip_holds_one_file(tmp_path: Path) -> None:
    """Its name is the one that counts."""
    packed = _zip(**{"data.csv": _TEXT, "__MACOSX/data.csv": b"x"})
    assert ("data.csv", _TEXT) == _unpacked(packed, tmp_path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(_zip(a=b"1", b=b"2"), "2 files", id="two files"),
        pytest.param(_zip(**{"xl/workbook.xml": b"<w/>"}), "Excel", id="a workbook"),
        pytest.param(b"PK\x03\x04" + b"\0" * 60, "gz, bz2", id="a damaged zip"),
        pytest.param(bz2.compress(_TEXT)[:-9] + b"x" * 9, "damaged", id="a damaged bz2"),
        pytest.param(gzip.compress(_TEXT)[:-9], "not complete gzip", id="half a gzip"),
    ],
)
def test_what_cannot_be_unpacked_is_refused(content: bytes, words: str, tmp_path: Path) -> None:
    """With what to do."""
    with pytest.raises(UserFault, match=words):
        _unpacked(content, tmp_path)


def test_a_bomb_is_refused_by_its_size(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Before it fills the pod."""
    monkeypatch.setattr(compression, "_BOMB_BYTES", 1 << 20)
    with pytest.raises(UserFault, match="200 times its size"):
        _unpacked(gzip.compress(b"0" * (4 << 20)), tmp_path)
