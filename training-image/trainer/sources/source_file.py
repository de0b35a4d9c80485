"""What is one file of a source: its name, and its bytes in chunks, read once?"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from typing_extensions import Buffer


@dataclass(frozen=True, slots=True)
class LocalCopy:
    """The bytes of a file on a disk of this machine, where nobody changes them; `sha256` is bare
    hex.
    """

    path: Path
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """The bytes of a file, when its owner says it was last changed, and by what it is known there
    without being read; None: by nothing. `copy`: the same bytes, where they lie here already.
    """

    chunks: Iterator[bytes]
    modified: datetime | None
    tag: str | None = None
    copy: LocalCopy | None = None


def no_tag() -> str | None:
    """Of a file that is known by nothing but its bytes."""
    return None


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that can be opened; `name` is what users see and what decides its format.

    `tag` asks its owner what it is known by now, without reading it.
    """

    name: str
    open: Callable[[], OpenedFile]
    tag: Callable[[], str | None] = no_tag


class ChunkReader(io.RawIOBase):
    """A readable, unseekable stream over chunks that counts and hashes what passes."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        super().__init__()
        self._chunks = chunks
        self._rest = memoryview(b"")
        self._hasher = hashlib.sha256()
        self.size = 0

    def readable(self) -> bool:
        """True: this is what it is for."""
        return True

    def readinto(self, target: Buffer) -> int:
        """Fills at most the target; 0 at the end."""
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._hasher.update(chunk)
            self.size += len(chunk)
            self._rest = memoryview(chunk)
        view = memoryview(target).cast("B")
        count = min(len(view), len(self._rest))
        view[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    @property
    def sha256(self) -> str:
        """Bare hex over everything that was read so far."""
        return self._hasher.hexdigest()
