"""Where do the parts of the train rows lie, and how do they come there?

Every worker has the file of the train rows on its disk, reads the parts that it is given, and lays
them down there as the trees see them: mapped from the disk they take no memory that cannot be had
back.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from distributed import Client, Future

from modelbundle.rows import frame_of_rows
from trainer.datasets.columns import Columns
from trainer.datasets.tables import rows_of_table, weights_of_part
from trainer.distributed.gathering import addresses, awaited
from trainer.recipes.labels import labels_of, numbers_of

Array = npt.NDArray[Any]
Read = tuple[Array, Array, Array | None]
"""Features, answers and weights of a part, as the trees see them."""
PART_ROWS = 65_536
"""So many rows a part has at least; the parts are the same whoever reads them."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the rows, on one worker."""

    at: str
    """The worker's address."""
    rows: int
    read: Future[Read]
    """What it read, of the type `Read`; it stays there."""


def read_parts(client: Client, model: Any, path: Path, columns: Columns) -> list[Part]:
    """All rows of the file in order, in parts on the workers; each has as many as the others.

    `model` is a pipeline whose steps before the trees are fitted.
    Raises WorkerLost when a worker goes meanwhile.
    """
    with pq.ParquetFile(path) as file:
        sizes = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
    shared = (model[:-1], _encoder(model), str(path), columns)
    places = sorted(addresses(client))
    parts = []
    for number, groups in enumerate(_groups(sizes)):
        # By number, not by who is free: one that came late would leave its share to the others.
        at = places[number % len(places)]
        read = client.submit(_read, shared, groups, workers=[at], pure=False)
        parts.append(Part(at, sum(sizes[n] for n in groups), read))
    awaited(client, {part.read: part.at for part in parts})
    return parts


def _encoder(model: Any) -> Any:
    """What numbers the labels from 0; None for a regressor."""
    return getattr(model[-1], "le_", getattr(model[-1], "_le", None))


def _groups(sizes: Sequence[int]) -> list[list[int]]:
    found: list[list[int]] = [[]]
    for number, _ in enumerate(sizes):
        if sum(sizes[n] for n in found[-1]) >= PART_ROWS:
            found.append([])
        found[-1].append(number)
    return found


def _read(shared: tuple[Any, Any, str, Columns], groups: Sequence[int]) -> Read:
    """The part of these groups; on a worker."""
    steps, encoder, path, columns = shared
    answers: list[Array] = []
    weights: list[Array] = []
    with pq.ParquetFile(path) as source, tempfile.TemporaryFile() as file:
        for group in groups:
            table = source.read_row_group(group)
            frame = frame_of_rows(rows_of_table(table, columns.features), columns.features)
            features = np.asarray(steps.transform(frame), dtype=np.float32)
            features.tofile(file)
            # Both libraries hold answers in 32 bits.
            answers.append(_numbers(table, encoder, columns).astype(np.float32))
            if (given := weights_of_part(table, columns)) is not None:
                weights.append(given)
        shape = (sum(map(len, answers)), features.shape[1])
        # The file goes with the mapping; a plain array to whoever asks for its class.
        mapped = np.memmap(file, np.float32, "r", shape=shape).view(np.ndarray)
    return mapped, np.concatenate(answers), np.concatenate(weights) if weights else None


def _numbers(table: pa.Table, encoder: Any, columns: Columns) -> Array:
    target = table.column(columns.target)
    if encoder is None:
        return numbers_of(target, columns.target)
    found: Array = encoder.transform(np.array(labels_of(target, columns.target)))
    return found
