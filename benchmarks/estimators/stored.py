"""The train and test rows of a data version, as they lie in the store."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from modelbundle.signature import Feature
from modelbundle.store import Store
from trainer.datasets.columns import columns_of
from trainer.datasets.dataset_manifest import download, read_manifest


@dataclass(frozen=True, slots=True)
class Data:
    """A version of a Dataset as training saw it."""

    train: pa.Table
    test: pa.Table
    features: tuple[Feature, ...]
    target: str

    @property
    def names(self) -> list[str]:
        """The features in order, then the target."""
        return [*(feature.name for feature in self.features), self.target]


def stored_data(store: Store, digest: str, folder: Path) -> Data:
    """Both parts of the version; its files pass through the folder."""
    manifest = read_manifest(store, digest)
    parts = {}
    for part in ("train", "test"):
        tables = []
        for file in manifest.parts(part):
            place = folder / "part.parquet"
            download(store, digest, file, place)
            tables.append(pq.ParquetFile(place).read())
            place.unlink()
        parts[part] = pa.concat_tables(tables)
    return Data(parts["train"], parts["test"], columns_of(manifest).features, manifest.target)
