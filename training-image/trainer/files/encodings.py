"""In which encoding is a text file written, and how does it become UTF-8?"""

from __future__ import annotations

import codecs
import io

from typing_extensions import Buffer

from trainer.files.compression import Stream
from trainer.pod.exits import Reason, UserFault

_LOOKED_AT = 4096
_CHUNK_BYTES = 1 << 18
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def as_utf8(name: str, stream: Stream, declared: str | None) -> Stream:
    """The same text in UTF-8.

    Without a declared encoding: what the byte order mark says, or UTF-8.
    Raises UserFault FormatUnreadable for what looks like UTF-16 without such a mark.
    """
    start = stream.peek(_LOOKED_AT)[:_LOOKED_AT]
    encoding = declared or next((e for mark, e in _MARKS if start.startswith(mark)), None)
    if encoding is None and (guess := _unmarked(start)):
        raise UserFault(
            Reason.FORMAT_UNREADABLE,
            f"file {name} looks like {guess} without a byte order mark: declare csv.encoding:"
            f" {guess}, or save it as UTF-8",
        )
    if encoding in {None, "utf-8"}:
        return stream
    return io.BufferedReader(_Transcoded(name, stream, str(encoding)), _CHUNK_BYTES)


def _unmarked(start: bytes) -> str | None:
    """UTF-16 as SQL Server writes it: every second byte is zero."""
    zeros = (start[0::2].count(0), start[1::2].count(0))
    for place, encoding in enumerate(("utf-16-be", "utf-16-le")):
        if len(start) >= 4 and zeros[place] * 4 > len(start) and zeros[1 - place] * 50 < len(start):
            return encoding
    return None


class _Transcoded(io.RawIOBase):
    """UTF-8 bytes of a text in another encoding."""

    def __init__(self, name: str, stream: Stream, encoding: str) -> None:
        super().__init__()
        self._name = name
        self._stream = stream
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._rest = memoryview(b"")
        self._ended = False

    def readable(self) -> bool:
        """True: this is what it is for."""
        return True

    def readinto(self, target: Buffer) -> int:
        """Fills at most the target; 0 at the end."""
        while not self._rest and not self._ended:
            chunk = self._stream.read(_CHUNK_BYTES)
            self._ended = not chunk
            self._rest = memoryview(self._decoded(chunk).encode("utf-8", "replace"))
        view = memoryview(target).cast("B")
        count = min(len(view), len(self._rest))
        view[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def _decoded(self, chunk: bytes) -> str:
        try:
            return self._decoder.decode(chunk, final=self._ended)
        except UnicodeError as error:
            raise UserFault(
                Reason.FORMAT_UNREADABLE,
                f"file {self._name} is not {self._encoding} text: {error}; save it as UTF-8 or"
                " declare csv.encoding",
            ) from error
