"""How is a target column read: as labels of a classifier, or as numbers of a regressor?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from modelbundle.signature import Label
from trainer.pod.exits import Reason, UserFault

if TYPE_CHECKING:
    import pyarrow as pa

_TOLD: Mapping[type, str] = MappingProxyType({str: "texts", bool: "booleans", int: "integers"})


def labels_of(column: pa.ChunkedArray, target: str) -> list[Label]:
    """Texts, integers or booleans, as the data has them; whole floats are read as integers.

    Raises UserFault(ParameterInvalid) for fractions and for missing values.
    """
    values = column.to_pylist()
    _refuse_missing(values, target)
    if values and isinstance(values[0], float):
        fraction = next((value for value in values if not value.is_integer()), None)
        if fraction is not None:
            raise UserFault(
                Reason.PARAMETER_INVALID,
                f"target {target} holds {fraction}, which is no label of a class. Use a regressor,"
                " or give the Dataset a target of whole numbers or texts.",
            )
        return [int(value) for value in values]
    return [value if isinstance(value, bool | int) else str(value) for value in values]


def labels_of_all(table: pa.Table, targets: Sequence[str]) -> list[list[Label]]:
    """The labels of each target. All are of one type: a classifier is fitted on one array.

    Raises UserFault(ParameterInvalid) where they are not, and as `labels_of`.
    """
    found = [labels_of(table.column(target), target) for target in targets]
    told = {t: _TOLD[type(labels[0])] for t, labels in zip(targets, found, strict=True) if labels}
    if len(set(told.values())) > 1:
        listed = ", ".join(f"{target} ({kind})" for target, kind in told.items())
        raise UserFault(
            Reason.PARAMETER_INVALID,
            f"the targets are of several types: {listed}. One classifier takes one: declare them"
            " all as Category in the Dataset, or train one classifier per target",
        )
    return found


def numbers_of(column: pa.ChunkedArray, target: str) -> npt.NDArray[np.float64]:
    """The target as float64.

    Raises UserFault(ParameterInvalid) for texts and booleans, and for missing values.
    """
    values = column.to_pylist()
    _refuse_missing(values, target)
    odd = next((value for value in values if isinstance(value, bool | str)), None)
    if odd is not None:
        raise UserFault(
            Reason.PARAMETER_INVALID,
            f"target {target} holds {odd!r}, which is not a number. Use a classifier, or choose a"
            " target of type Float or Integer.",
        )
    return np.array(values, dtype=np.float64)


def numbers_of_all(table: pa.Table, targets: Sequence[str]) -> npt.NDArray[np.float64]:
    """(rows,) float64 of one target, (rows, targets) of several. Raises as `numbers_of`."""
    columns = [numbers_of(table.column(target), target) for target in targets]
    return columns[0] if len(columns) == 1 else np.column_stack(columns)


def _refuse_missing(values: list[object], target: str) -> None:
    missing = sum(value is None for value in values)
    if missing:
        raise UserFault(
            Reason.DATASET_CORRUPT,
            f"target {target} is missing in {missing} of {len(values)} rows; ingest the dataset"
            " again with maxMissingPercent 0 for the target",
        )
