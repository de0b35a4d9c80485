"""Where do rows wait on local disk between two passes, so that no source is read twice?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa


class Spool:
    """Batches written once in order, then read in the same order; schemas may change between them.

    One file per run of equal schemas, compressed with LZ4. Memory: one batch.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._folder.mkdir()
        self._paths: list[Path] = []
        self._schema: pa.Schema | None = None
        self._writer: pa.RecordBatchStreamWriter | None = None

    def add(self, batch: pa.RecordBatch) -> None:
        """The batch is on disk."""
        if self._writer is None or batch.schema != self._schema:
            self._close()
            path = self._folder / f"{len(self._paths):06}.arrows"
            self._paths.append(path)
            self._schema = batch.schema
            options = pa.ipc.IpcWriteOptions(compression="lz4")
            self._writer = pa.ipc.new_stream(path, batch.schema, options=options)
        self._writer.write_batch(batch)

    def drain(self) -> Iterator[pa.RecordBatch]:
        """Every batch in order; each file is removed when its last batch was taken."""
        self._close()
        for path in self._paths:
            with pa.OSFile(str(path)) as source, pa.ipc.open_stream(source) as reader:
                yield from reader
            path.unlink()
        self._paths = []

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer = None
