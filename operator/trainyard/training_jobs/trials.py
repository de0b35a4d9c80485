"""Which parameters does each trial of a search try? The same seed gives the same trials."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections.abc import Sequence
from typing import Any

from trainyard.api.v1alpha1.search import Dimension, Search
from trainyard.conditions import shorten

Parameters = dict[str, Any]
_LARGEST_GRID = 10_000
"""Combinations beyond are counted no further."""


def trials_of(search: Search, seed: int) -> tuple[Parameters, ...]:
    """Return the parameters of each trial, in the estimator's notation."""
    if search.strategy == "Grid":
        choices = [_choices(dimension) for dimension in search.space]
        combinations = itertools.islice(itertools.product(*choices), search.trials)
        return tuple(dict(combination) for combination in combinations)
    return tuple(
        {dimension.name: _drawn(dimension, seed, trial) for dimension in search.space}
        for trial in range(search.trials)
    )


def why_no_trials(search: Search) -> str:
    """Return what keeps a grid from being tried as a whole, or ""."""
    if search.strategy != "Grid":
        return ""
    endless = next((d.name for d in search.space if d.float_ is not None), None)
    if endless is not None:
        return (
            f"space {endless} is a range of numbers without end, which no grid has: "
            "give values, or use strategy Random"
        )
    count = math.prod(min(_size(dimension), _LARGEST_GRID) for dimension in search.space)
    if count > search.trials:
        return (
            f"the grid has {count} combinations and trials is {search.trials}: "
            "raise trials (at most 100), give fewer values, or use strategy Random"
        )
    return ""


def told(parameters: Parameters) -> str:
    """Return the parameters as people write them: JSON."""
    return shorten(json.dumps(parameters, sort_keys=True), 1024)


def _size(dimension: Dimension) -> int:
    if dimension.int_ is not None:
        return dimension.int_.max - dimension.int_.min + 1
    return len(dimension.values or ())


def _choices(dimension: Dimension) -> Sequence[tuple[str, Any]]:
    if dimension.int_ is not None:
        numbers = range(dimension.int_.min, dimension.int_.max + 1)
        return [(dimension.name, number) for number in numbers]
    return [(dimension.name, read_value(text)) for text in dimension.values or ()]


def _drawn(dimension: Dimension, seed: int, trial: int) -> Any:
    share = _share(seed, trial, dimension.name)
    if dimension.int_ is not None:
        low, high = dimension.int_.min, dimension.int_.max
        if dimension.int_.log:
            # Each number has the room up to the next one.
            return min(high, math.floor(_between(low, high + 1, share)))
        return low + min(high - low, math.floor(share * (high - low + 1)))
    if dimension.float_ is not None:
        low_, high_ = float(dimension.float_.min), float(dimension.float_.max)
        log = dimension.float_.log
        drawn = _between(low_, high_, share) if log else low_ + share * (high_ - low_)
        return {"$float": f"{drawn:.6g}"}
    values = dimension.values or ()
    return read_value(values[min(len(values) - 1, math.floor(share * len(values)))])


def _between(low: float, high: float, share: float) -> float:
    return math.exp(math.log(low) + share * (math.log(high) - math.log(low)))


def _share(seed: int, trial: int, name: str) -> float:
    """A number from 0 to 1 that depends on these alone: the same everywhere and for ever."""
    digest = hashlib.sha256(f"{seed}:{trial}:{name}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def read_value(text: str) -> Any:
    """Return what the text says: JSON in the estimator's notation, or itself."""
    try:
        return _exact(json.loads(text))
    except (ValueError, RecursionError):
        return text


def _exact(value: Any) -> Any:
    if value is None:
        return {"$none": True}
    if isinstance(value, float):
        return {"$float": repr(value)}
    return [_exact(item) for item in value] if isinstance(value, list) else value
