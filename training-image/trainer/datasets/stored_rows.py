"""How are the rows of a stored version read, with bounded memory and disk?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from trainer.datasets.dataset_manifest import DatasetManifest, Readable, download

_BATCH_ROWS = 16_384


def stored_rows(
    store: Readable, digest: str, manifest: DatasetManifest, folder: Path
) -> Iterator[pa.RecordBatch]:
    """All rows of both parts; one verified file at a time lies in the folder.

    Raises UserFault DatasetCorrupt, MachineFault when the store is away.
    """
    names = [column.name for column in manifest.columns if column.role != "Ignore"]
    for file in (*manifest.parts("train"), *manifest.parts("test")):
        place = folder / "before.parquet"
        download(store, digest, file, place)
        with pq.ParquetFile(place) as source:
            for batch in source.iter_batches(batch_size=_BATCH_ROWS):
                yield batch.select(names)
        place.unlink()
