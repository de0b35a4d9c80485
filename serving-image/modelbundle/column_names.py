"""May an estimator be asked with a plain matrix instead of a table with named columns?

Making a table and comparing its names takes longer than many a model itself.
"""

from __future__ import annotations

from typing import Any

from modelbundle.sklearn_runtime import parts_of

_USERS = frozenset({"ColumnTransformer", "FunctionTransformer", "FeatureUnion"})
"""They choose columns by name, or hand the table to somebody's function, or may."""


def forget_column_names(estimator: Any) -> bool:
    """True when nothing in the estimator needs column names, which then are gone from all of it.

    An estimator that knows no names takes a matrix without a warning, and answers the same: names
    are only compared. False, and nothing is changed, where a part may use them otherwise.
    """
    parts = list(parts_of(estimator))
    if any(_may_use_names(part) for part in parts):
        return False
    for part in parts:
        if "feature_names_in_" in getattr(part, "__dict__", ()):
            del part.feature_names_in_
    return True


def _may_use_names(part: Any) -> bool:
    kind = type(part)
    if not hasattr(kind, "fit"):
        return False
    foreign = not kind.__module__.startswith("sklearn.")
    return foreign or kind.__name__ in _USERS or hasattr(part, "_sklearn_output_config")
