"""How is a parquet file read in one stream?"""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from trainer.files.csv_reading import checked_header
from trainer.files.raw_batch import RawBatch
from trainer.files.raw_values import plain
from trainer.pod.exits import Reason, UserFault

_ROWS = 8192
_BUFFER_BYTES = 1 << 20


def read_parquet(
    name: str, stream: io.BufferedReader[io.RawIOBase], spool: Path
) -> Iterator[RawBatch]:
    """All rows. Parquet is read from its end, so the bytes are first copied below `spool`.

    Raises UserFault FormatUnreadable for bytes that are not parquet.
    """
    copy = spool / "source.parquet"
    with copy.open("wb") as target:
        shutil.copyfileobj(stream, target, _BUFFER_BYTES)
    try:
        if copy.stat().st_size:
            yield from _read(name, copy)
    except (pa.ArrowException, OSError) as error:
        text = str(error).splitlines()[0][:300]
        raise UserFault(Reason.FORMAT_UNREADABLE, f"file {name} is not parquet: {text}") from error
    finally:
        # Whoever gave up reading may have removed the folder already.
        copy.unlink(missing_ok=True)


def _read(name: str, copy: Path) -> Iterator[RawBatch]:
    with pq.ParquetFile(copy, pre_buffer=False, buffer_size=_BUFFER_BYTES) as parquet:
        header = checked_header(name, parquet.schema_arrow.names)
        for batch in parquet.iter_batches(_ROWS, use_threads=False):
            columns = [plain(column) for column in batch.columns]
            yield RawBatch(pa.RecordBatch.from_arrays(columns, names=header))
