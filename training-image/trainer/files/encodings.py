"""In which encoding is a text file written, and how does it become UTF-8?"""

from __future__ import annotations

import codecs
import io
import re

from typing_extensions import Buffer

from trainer.files.compression import Stream
from trainer.files.signatures import refuse_other_kinds
from trainer.pod.exits import Reason, UserFault

_LOOKED_AT = 4096
_CHUNK_BYTES = 1 << 18
_NAMED_BY_MARK = {
    codecs.BOM_UTF8: ("utf-8-sig", "utf-8"),
    codecs.BOM_UTF32_LE: ("utf-32", "utf-32-le"),
    codecs.BOM_UTF32_BE: ("utf-32", "utf-32-be"),
    codecs.BOM_UTF16_LE: ("utf-16", "utf-16-le"),
    codecs.BOM_UTF16_BE: ("utf-16", "utf-16-be"),
}
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f]")


def as_utf8(name: str, stream: Stream, declared: str | None, wanted: str = "CSV") -> Stream:
    """The same text in UTF-8; `wanted` is the format, and only of CSV is an encoding declared.

    Without a declared encoding: what the byte order mark says, or UTF-8.
    Raises UserFault FormatUnreadable for what looks like UTF-16 without such a mark, like another
    encoding than the declared one, or like no text at all.
    """
    start = stream.peek(_LOOKED_AT)[:_LOOKED_AT]
    refuse_other_kinds(name, start, wanted)
    mark = next((mark for mark in _NAMED_BY_MARK if start.startswith(mark)), b"")
    if declared is None:
        if not mark:
            _refuse_unmarked(name, start, wanted)
        encoding = _NAMED_BY_MARK[mark][0] if mark else None
    else:
        _refuse_contradiction(name, start, mark, declared)
        encoding = declared
    if encoding in {None, "utf-8"}:
        return stream
    return io.BufferedReader(_Transcoded(name, stream, str(encoding), wanted), _CHUNK_BYTES)


def _refuse_unmarked(name: str, start: bytes, wanted: str) -> None:
    guess = _unmarked(start)
    if guess:
        declare = f"declare csv.encoding: {guess}, or " if wanted == "CSV" else ""
        found = f"looks like {guess} without a byte order mark: {declare}save it as UTF-8"
        raise UserFault(Reason.FORMAT_UNREADABLE, f"file {name} {found}")
    if start.count(0) * 8 > len(start):
        raise UserFault(
            Reason.FORMAT_UNREADABLE,
            f"file {name} is not {wanted}: its bytes are no text in UTF-8; export the table as CSV"
            " in UTF-8 or as parquet",
        )


def _refuse_contradiction(name: str, start: bytes, mark: bytes, declared: str) -> None:
    """Read by the wrong rule, a text is other characters, and no row or no name is right."""
    if mark:
        likely, agrees = _NAMED_BY_MARK[mark][0], declared in _NAMED_BY_MARK[mark]
    elif guess := _unmarked(start):
        likely, agrees = guess, declared == guess
    else:
        # Two or four bytes a character: the separators and line ends among them hold zeros.
        wide = declared.startswith(("utf-16", "utf-32"))
        likely, agrees = "utf-8", not (wide and start) or 0 in start
    if not agrees:
        raise UserFault(
            Reason.FORMAT_UNREADABLE,
            f"file {name} looks like {likely}, but csv.encoding says {declared}: declare"
            f" {likely}, or save the file as {declared}",
        )


def _unmarked(start: bytes) -> str | None:
    """UTF-16 as SQL Server writes it: a text, and where it has ASCII every second byte is zero."""
    for place, encoding in enumerate(("utf-16-be", "utf-16-le")):
        zeros, others = start[place::2].count(0), start[1 - place :: 2].count(0)
        text = start[: len(start) // 2 * 2].decode(encoding, "replace")
        many = zeros * 4 > len(start) >= 4 or "\n" in text
        if many and others * 50 < len(start) and not _CONTROLS.search(text):
            return encoding
    return None


class _Transcoded(io.RawIOBase):
    """UTF-8 bytes of a text in another encoding."""

    def __init__(self, name: str, stream: Stream, encoding: str, wanted: str) -> None:
        super().__init__()
        self._name = name
        self._hint = " or declare csv.encoding" if wanted == "CSV" else ""
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
                f"file {self._name} is not {self._encoding} text: {error}; save it as"
                f" UTF-8{self._hint}",
            ) from error
