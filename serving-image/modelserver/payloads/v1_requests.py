"""What does a V1 predict request ask? `{"instances": [[…], …]}` or `[{feature: value}, …]`."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from modelbundle.rows import Rows, rows_of_columns
from modelbundle.signature import Feature, Kind, Signature
from modelserver.payloads.cells import NUMBERS, TEXTS, as_numbers, as_texts, check_rows, check_types
from modelserver.payloads.refusals import RequestRefused, listed, shown
from modelserver.payloads.v2_requests import json_object


def decode_v1(body: bytes | bytearray, signature: Signature, max_rows: int) -> Rows:
    """The rows of the request, checked against the signature. Raises RequestRefused."""
    instances = json_object(body).get("instances")
    if not isinstance(instances, list) or not instances:
        raise RequestRefused("instances: expected a list of rows (lists or objects)")
    if len(instances) > max_rows:
        raise RequestRefused(
            f"{len(instances)} rows; at most {max_rows} in one request", status=413
        )
    names = tuple(feature.name for feature in signature.features)
    table = [_cells(item, row, names) for row, item in enumerate(instances)]
    columns = [
        _column([cells[position] for cells in table], feature)
        for position, feature in enumerate(signature.features)
    ]
    rows = rows_of_columns(columns, signature.features)
    check_rows(rows, signature.features)
    return rows


def _cells(item: Any, row: int, names: tuple[str, ...]) -> list[Any]:
    """One row's values in feature order; an object says null for what is missing."""
    if isinstance(item, list):
        if len(item) != len(names):
            raise RequestRefused(
                f"row {row}: {len(item)} values; expected {len(names)}: {listed(names)}"
            )
        return item
    if not isinstance(item, dict):
        raise RequestRefused(f"row {row} is {shown(item)}; expected a list or an object")
    for name in item:
        if name not in names:
            raise RequestRefused(
                f"row {row}: unknown feature {shown(name)}; this model takes {listed(names)}"
            )
    if len(item) < len(names):
        absent = [name for name in names if name not in item]
        raise RequestRefused(
            f"row {row}: {listed(absent)} not given; send null for a value that is missing"
        )
    return [item[name] for name in names]


def _column(values: list[Any], feature: Feature) -> npt.NDArray[Any]:
    where = f"feature {feature.name!r}"
    if not feature.numeric:
        check_types(values, TEXTS, where, "text or null")
        return as_texts(values)
    if feature.kind is Kind.BOOLEAN:
        check_types(values, NUMBERS | {bool}, where, "true, false or null")
    else:
        check_types(values, NUMBERS, where, "a number or null")
    return as_numbers(values, where)
