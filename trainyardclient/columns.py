"""What are the columns of a data frame, as a Dataset declares them?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from trainyardclient.manifests import Undeclarable

MOST_CATEGORIES = 1000
"""Of more different texts a column is free text, as an inferred one is."""
_KINDS = MappingProxyType(
    {"b": "Boolean", "i": "Integer", "u": "Integer", "f": "Float", "M": "Timestamp"}
)
"""Types by the kind that numpy and pandas give a dtype."""


def columns_of(frame: Any, roles: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield each column with its type, and its role where one is named. Raises Undeclarable."""
    names = list(frame.columns)
    strange = [repr(name) for name in names if not isinstance(name, str) or not name]
    if strange or len(set(names)) < len(names):
        found = ", ".join(strange) or "a name that comes twice"
        raise Undeclarable(f"columns need names of their own, as text; found {found}")
    unknown = sorted(set(roles) - set(names))
    if unknown:
        raise Undeclarable(f"roles: there is no column {', '.join(unknown)} in the data frame")
    for name in names:
        role = {"role": roles[name]} if name in roles else {}
        yield {"name": name, "type": _type(name, frame[name]), **role}


def _type(name: str, column: Any) -> str:
    categories = getattr(column.dtype, "categories", None)
    if categories is not None:
        _refuse_others(name, categories, (str, int))
        return "Category"
    plain = _KINDS.get(column.dtype.kind)
    if plain is not None:
        return plain
    given = column.dropna()
    _refuse_others(name, given, (str,))
    empty = int((given == "").sum())
    if empty:
        raise Undeclarable(
            f"column {name}: {empty} texts are empty, which files cannot tell from missing"
            " values: replace them by pandas.NA, or by a word"
        )
    return "Category" if given.nunique() <= MOST_CATEGORIES else "String"


def _refuse_others(name: str, values: Any, known: tuple[type, ...]) -> None:
    other = next((value for value in values if not isinstance(value, known)), None)
    if other is not None:
        raise Undeclarable(
            f"column {name}: holds {type(other).__name__} ({str(other)[:40]!r}); expected numbers,"
            " truths, texts or times: convert it, or leave it out"
        )
