"""From a data frame to a Dataset, and to the file that holds its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from trainyard.api.v1alpha1.dataset import Dataset
from trainyardclient.columns import columns_of
from trainyardclient.manifests import ConfigMap, Declared, Undeclarable, declared

MOST_BYTES = 900_000
"""A ConfigMap holds a megabyte, its other fields included."""
FILE = "data.csv"
_NO_ROLES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Data:
    """A Dataset, and its rows where they go with it."""

    dataset: Dataset
    rows: ConfigMap | None

    @property
    def objects(self) -> Sequence[Declared]:
        """All that is to be applied."""
        return (self.dataset,) if self.rows is None else (self.rows, self.dataset)


def dataset(
    name: str,
    frame: Any,
    target: str,
    *,
    roles: Mapping[str, str] = _NO_ROLES,
    source: Mapping[str, Any] | None = None,
) -> Data:
    """Return the data frame as a Dataset with declared columns. Raises Undeclarable.

    Without a source the rows go with it in a ConfigMap, as a CSV; the index is left out. With one
    (`{"s3": {…}}`, `{"pvc": {…}}`) the frame only says what the columns are.
    """
    spec: dict[str, Any] = {"target": target, "columns": list(columns_of(frame, roles))}
    if target not in list(frame.columns):
        raise Undeclarable(f"Dataset {name}: there is no column {target} in the data frame")
    if source is not None:
        return Data(declared(Dataset, name, {"source": dict(source), **spec}), None)
    rows = ConfigMap(name=f"{name}-data", data={FILE: _csv(name, frame)})
    # What stands in a frame is what it says: the text "NA" is a text, and only a hole is missing.
    csv = {"delimiter": ",", "nullValues": []}
    whole = {"source": {"configMap": {"name": rows.name, "path": FILE}}, "format": "csv"}
    return Data(declared(Dataset, name, {**whole, "csv": csv, **spec}), rows)


def _csv(name: str, frame: Any) -> str:
    text: str = frame.to_csv(index=False, lineterminator="\n")
    size = len(text.encode())
    if size > MOST_BYTES:
        raise Undeclarable(
            f"Dataset {name}: the rows take {size:,} bytes as CSV, a ConfigMap holds"
            f" {MOST_BYTES:,}: write them to a bucket or a claim (frame.to_parquet) and name it"
            " with source"
        )
    return text
