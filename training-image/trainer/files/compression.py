"""Which compression lies around the bytes of a file? Told by the bytes, whatever its name says."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeAlias, cast

import pyarrow as pa
from typing_extensions import Buffer

from trainer.pod.exits import Reason, UserFault

Stream: TypeAlias = "io.BufferedReader[io.RawIOBase]"

_BUFFER_BYTES = 1 << 20
_BOMB_BYTES = 256 << 20
_BOMB_RATIO = 200
_NESTED = 2
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The bytes without compression, and by which name their format is told."""

    stream: Stream
    name: str


def unpacked(name: str, stream: Stream, packed_size: Callable[[], int], spool: Path) -> Unpacked:
    """The content of gzip, bz2, zstd, xz or of a zip with one file; other bytes as they are.

    `packed_size` tells how many bytes of the source came so far.
    Raises UserFault FormatUnreadable for what unpacks to over 200 times its size, and for a zip of
    several files.
    """
    for _ in range(_NESTED):
        start = stream.peek(8)[:8]
        opener = next((o for magic, o in _OPENERS if start.startswith(magic)), None)
        if start.startswith(_ZIP):
            stream, name = _only_member(name, stream, spool)
        elif opener is not None:
            stream = io.BufferedReader(opener(stream), _BUFFER_BYTES)
        else:
            break
        stream = io.BufferedReader(_Bounded(name, stream, packed_size), _BUFFER_BYTES)
    return Unpacked(stream, name)


@contextmanager
def packing_faults(name: str) -> Iterator[None]:
    """Damaged compression is the user's fault."""
    try:
        yield
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise UserFault(
            Reason.FORMAT_UNREADABLE, f"file {name} is not complete gzip: {error}"
        ) from error
    except (lzma.LZMAError, zipfile.BadZipFile) as error:
        raise UserFault(
            Reason.FORMAT_UNREADABLE,
            f"file {name}: its compression is damaged ({error}); gz, bz2, zst, xz and zip are read",
        ) from error


class _Bounded(io.RawIOBase):
    """A stream that stops where its bytes are many times those of the source."""

    def __init__(self, name: str, stream: Stream, packed_size: Callable[[], int]) -> None:
        super().__init__()
        self._name = name
        self._stream = stream
        self._packed_size = packed_size
        self._size = 0

    def readable(self) -> bool:
        """True: this is what it is for."""
        return True

    def readinto(self, target: Buffer) -> int:
        """Fills at most the target; 0 at the end."""
        try:
            count = self._stream.readinto(target)
        except OSError as error:
            if isinstance(error, gzip.BadGzipFile):
                raise
            raise UserFault(
                Reason.FORMAT_UNREADABLE,
                f"file {self._name}: its compression is damaged: {error}",
            ) from error
        self._size += count
        if self._size > _BOMB_BYTES and self._size > _BOMB_RATIO * max(1, self._packed_size()):
            raise UserFault(
                Reason.FORMAT_UNREADABLE,
                f"file {self._name} unpacks to more than {_BOMB_RATIO} times its size"
                f" ({self._size >> 20} MiB so far): store it without compression if that is right",
            )
        return count


def _only_member(name: str, stream: Stream, spool: Path) -> tuple[Stream, str]:
    """A zip is read from its end, so its bytes are first copied below `spool`."""
    copy = spool / "source.zip"
    with copy.open("wb") as target:
        shutil.copyfileobj(stream, target, _BUFFER_BYTES)
    with zipfile.ZipFile(copy) as archive:
        copy.unlink()
        members = [m for m in archive.infolist() if not m.is_dir() and _is_content(m.filename)]
        if any(m.filename.startswith(("xl/", "word/", "ppt/")) for m in members):
            raise UserFault(
                Reason.FORMAT_UNREADABLE,
                f"file {name} is an Excel workbook or another office document (a zip archive), not"
                " CSV: save the sheet as CSV in UTF-8",
            )
        if len(members) != 1 or members[0].flag_bits & 1:
            shown = ", ".join(m.filename for m in members[:3])
            what = "a password" if len(members) == 1 else f"{len(members)} files ({shown})"
            raise UserFault(
                Reason.FORMAT_UNREADABLE,
                f"file {name} is a zip archive with {what}: exactly one readable file is read; or"
                " compress each file by itself (gz, bz2, zst, xz)",
            )
        inner = archive.open(members[0])
    return io.BufferedReader(cast("io.RawIOBase", inner), _BUFFER_BYTES), members[0].filename


def _is_content(name: str) -> bool:
    return not any(p.startswith((".", "__MACOSX")) for p in PurePosixPath(name).parts)


def _gzip(stream: Stream) -> io.RawIOBase:
    return cast("io.RawIOBase", gzip.GzipFile(fileobj=stream))


def _bz2(stream: Stream) -> io.RawIOBase:
    return cast("io.RawIOBase", bz2.BZ2File(stream))


def _xz(stream: Stream) -> io.RawIOBase:
    return cast("io.RawIOBase", lzma.LZMAFile(stream))


def _zstd(stream: Stream) -> io.RawIOBase:
    return cast("io.RawIOBase", pa.CompressedInputStream(pa.PythonFile(stream, mode="r"), "zstd"))


_OPENERS: tuple[tuple[bytes, Callable[[Stream], io.RawIOBase]], ...] = (
    (b"\x1f\x8b", _gzip),
    (b"BZh", _bz2),
    (b"\xfd7zXZ\x00", _xz),
    (b"\x28\xb5\x2f\xfd", _zstd),
)
