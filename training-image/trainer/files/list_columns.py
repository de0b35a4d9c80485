"""Which columns do lists of numbers become? An embedding is one column per number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from trainer.files.raw_batch import LeftOut
from trainer.pod.exits import Reason, UserFault

MAX_LENGTH = 2048
"""Longer lists are left out: each number is a column."""

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|NaN")
_OTHER = "it holds lists, which no model reads: export one column per value"
_UNEQUAL = (
    "it holds lists of different lengths: those of one length are read as one column per number;"
    " export one column per value"
)
_LONG = f"it holds lists of over {MAX_LENGTH} numbers: export fewer, for example main components"


@dataclass(slots=True)
class ListColumns:
    """`lengths` grows with the columns `v` that are read as `v.0`, `v.1` and so on.

    `declared`: the names that a user has declared; lists of none of them are left out.
    """

    declared: tuple[str, ...] = ()
    lengths: dict[str, int] = field(default_factory=dict)

    def names(self, name: str) -> list[str]:
        """The columns of a list column that is spread."""
        return [f"{name}.{place}" for place in range(self.lengths[name])]

    def decide(self, name: str, lengths: frozenset[int], left_out: LeftOut) -> bool:
        """True when lists of these lengths become columns; otherwise `left_out` says why not.

        Raises UserFault FormatUnreadable where lists before were of another length.
        """
        if name in left_out or not self._is_wanted(name):
            left_out.setdefault(name, _OTHER)
            return False
        known = self.lengths.get(name)
        if known is not None and lengths - {known}:
            raise UserFault(
                Reason.FORMAT_UNREADABLE,
                f"column {name} holds lists of {known} numbers, and then one of"
                f" {min(lengths - {known})}: bring all to one length, or declare the columns"
                " without it",
            )
        if known is None:
            why = _OTHER if not lengths else _UNEQUAL if len(lengths) > 1 else ""
            why = why or (_LONG if max(lengths) > MAX_LENGTH else "" if max(lengths) else _OTHER)
            if why:
                left_out[name] = why
                return False
            self.lengths[name] = min(lengths)
        return True

    def _is_wanted(self, name: str) -> bool:
        return not self.declared or any(d.startswith(f"{name}.") for d in self.declared)


def is_number_list(kind: pa.DataType) -> bool:
    """True for the Arrow types that embeddings come in."""
    lists = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    if not any(is_kind(kind) for is_kind in lists):
        return False
    value = kind.value_type
    return bool(pa.types.is_integer(value) or pa.types.is_floating(value))


def lengths_of(array: pa.Array) -> frozenset[int]:
    """The different lengths of the lists that are there."""
    return frozenset(pc.unique(pc.drop_null(pc.list_value_length(array))).to_pylist())


def spread(array: pa.Array, length: int) -> list[pa.Array]:
    """One array per number; missing where the list is."""
    flat = pc.list_flatten(array)
    given = pc.is_valid(array)
    places = pc.cumulative_sum(pc.cast(given, pa.int64()))
    starts = pc.if_else(given, pc.multiply(pc.subtract(places, 1), length), None)
    return [flat.take(pc.add(starts, place)) for place in range(length)]


def length_of_texts(cells: Sequence[Any]) -> int | None:
    """How many numbers, as texts, the list holds; None where one of them is none."""
    return (
        len(cells)
        if all(c is None or (isinstance(c, str) and _NUMBER.fullmatch(c)) for c in cells)
        else None
    )
