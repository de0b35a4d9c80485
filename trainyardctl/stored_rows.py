"""Which versions of the data in a store hold rows of somebody?

With the reader's own keys, as the environment has them.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from modelbundle.faults import StoreFault
from modelbundle.store import Store, store_of_environment
from trainer.datasets.dataset_manifest import DatasetManifest, dataset_folder, read_manifest
from trainer.pod.exits import Fault
from trainyardctl.affected import HeldRows
from trainyardctl.answer import NoAnswer

_FOLDER = "datasets/sha256"


def held_rows(url: str, column: str, values: Sequence[str]) -> Iterator[HeldRows]:
    """Yield every version of the data with its rows whose column, as text, is one of the values.

    Raises NoAnswer for a store that cannot be read, and for a version that is not whole.
    """
    try:
        store = store_of_environment({**os.environ, "TRAINYARD_STORE_URL": url})
        for name in store.folders(_FOLDER):
            digest = f"sha256:{name}"
            yield HeldRows(digest, _rows(store, read_manifest(store, digest), column, values))
    except (StoreFault, Fault, ValueError) as fault:
        raise NoAnswer(f"{url}: {fault}") from fault


def _rows(
    store: Store, manifest: DatasetManifest, column: str, values: Sequence[str]
) -> int | None:
    if column not in {member.name for member in manifest.columns}:
        return None
    wanted, count = pa.array(values, pa.string()), 0
    for file in (*manifest.parts("train"), *manifest.parts("test")):
        source = pq.ParquetFile(
            io.BytesIO(store.read(f"{dataset_folder(manifest.digest)}/{file.path}"))
        )
        if column not in source.schema_arrow.names:
            return None
        for batch in source.iter_batches(columns=[column]):
            texts = pc.cast(batch.column(0), pa.string())
            count += int(pc.sum(pc.is_in(texts, value_set=wanted)).as_py() or 0)
    return count
