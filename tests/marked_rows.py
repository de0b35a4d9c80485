"""Where are values of one row? In bytes as they are, in columns of Parquet, in archives."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


@dataclass(frozen=True, slots=True)
class Mark:
    """A text, and where there is one a number, that no other row has."""

    text: str
    number: float | None = None

    @property
    def words(self) -> tuple[bytes, ...]:
        """How they may be written."""
        if self.number is None:
            return (self.text.encode(),)
        number = (struct.pack(kind, self.number) for kind in ("<d", ">d", "<f", ">f"))
        return (self.text.encode(), repr(self.number).encode(), *number)

    def files(self, folder: Path) -> Iterator[Path]:
        """The files below the folder that have one of them."""
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink() and self.is_in(path.read_bytes()):
                yield path

    def is_in(self, content: bytes) -> bool:
        """Whether it is in this content, read as what it is."""
        if any(word in content for word in self.words):
            return True
        if content.startswith(b"PAR1"):
            return any(self._is_in(column) for column in pq.read_table(io.BytesIO(content)).columns)
        if content.startswith(b"\x1f\x8b"):
            return self.is_in(gzip.decompress(content))
        if not zipfile.is_zipfile(io.BytesIO(content)):
            return False
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return any(self.is_in(archive.read(name)) for name in archive.namelist())

    def _is_in(self, column: pa.ChunkedArray) -> bool:
        values = column.to_pylist()
        if pa.types.is_floating(column.type):
            return self.number is not None and self.number in values
        return any(self.text in text for text in {str(value) for value in values})
