"""Which rows come over a connection of the model server? Frames from a stream of bytes."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from modelbundle.captured_rows import (
    LARGEST_FRAME,
    LENGTHS,
    CapturedModel,
    CaptureUnreadable,
    captured_model,
    captured_rows,
    read_head,
)
from trainer.captures.capture_table import Circumstances, capture_table


class Incoming:
    """The frames of one connection, as tables; `of`: what is the same for all rows."""

    def __init__(self, of: Circumstances) -> None:
        self._of = of
        self._buffer = bytearray()
        self._model: CapturedModel | None = None

    def fed(self, content: bytes) -> Iterator[pa.Table]:
        """Yield what is complete with these bytes. Raises CaptureUnreadable."""
        self._buffer += content
        while (frame := self._frame()) is not None:
            head, block = frame
            document = read_head(head)
            if self._model is None:
                self._model = captured_model(document)
            else:
                try:
                    found = captured_rows(document, block)
                    yield capture_table(self._model, found, self._of)
                except (IndexError, ValueError, pa.ArrowException) as fault:
                    raise CaptureUnreadable(f"rows do not fit the model: {fault}") from fault

    def _frame(self) -> tuple[bytes, bytes] | None:
        buffer = self._buffer
        if len(buffer) < LENGTHS.size:
            return None
        head, block = LENGTHS.unpack_from(buffer)
        if head + block > LARGEST_FRAME:
            raise CaptureUnreadable(f"a frame of {head + block} bytes; at most {LARGEST_FRAME}")
        middle, end = LENGTHS.size + head, LENGTHS.size + head + block
        if len(buffer) < end:
            return None
        found = bytes(buffer[LENGTHS.size : middle]), bytes(buffer[middle:end])
        del buffer[:end]
        return found
