"""How does a recipe say a parameter, so that it means the same when it is read?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any

import numpy as np

from trainyardclient.manifests import Undeclarable


def said(name: str, value: Any) -> Any:
    """Return the JSON value of a parameter, exact where JSON alone is not. Raises Undeclarable."""
    value = value.item() if isinstance(value, np.generic) else value
    if value is None:
        return {"$none": True}
    if isinstance(value, str | bool):
        return value
    if isinstance(value, Real):
        return int(value) if isinstance(value, Integral) else _number(float(value))
    if isinstance(value, list | tuple):
        return [said(name, item) for item in value]
    if isinstance(value, Mapping):
        return _mapping(name, value)
    raise Undeclarable(
        f"parameter {name} is a {type(value).__name__}: a recipe holds numbers, texts, truths,"
        " None, and lists of them; what needs more trains in a container (spec.container)"
    )


def _number(value: float) -> Any:
    exact = not math.isfinite(value) or value.is_integer()
    return {"$float": repr(value)} if exact else value


def _mapping(name: str, value: Mapping[Any, Any]) -> dict[str, Any]:
    strange = next((key for key in value if not isinstance(key, str)), None)
    if strange is not None:
        raise Undeclarable(
            f"parameter {name} has the key {strange!r}: a recipe's keys are texts. Give labels"
            " that are texts, or a column of weights (role Weight) instead"
        )
    return {key: said(name, item) for key, item in value.items()}
