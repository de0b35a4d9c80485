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
_MOST_NUMBERS = 800
"""What a Bayesian search learns from stands in the status."""
_LARGEST_GRID = 10_000
"""Combinations beyond are counted no further."""


def trials_of(search: Search, seed: int) -> tuple[Parameters, ...]:
    """Return the parameters of each trial, in the estimator's notation."""
    if search.strategy == "Grid":
        choices = [_choices(dimension) for dimension in search.space]
        combinations = itertools.islice(itertools.product(*choices), search.trials)
        return tuple(dict(combination) for combination in combinations)
    return tuple(
        parameters_from(search, drawn_numbers(search, seed, trial))
        for trial in range(search.trials)
    )


def why_no_trials(search: Search) -> str:
    """Return what keeps a search from being tried as a whole, or ""."""
    told = (len(search.space) + search.folds) * search.trials
    if search.strategy == "Bayesian" and told > _MOST_NUMBERS:
        return (
            f"{search.trials} trials of {len(search.space)} parameters and {search.folds} folds are"
            f" {told} numbers, and the status keeps {_MOST_NUMBERS}: ask for fewer, or use strategy"
            " Random"
        )
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


def drawn_numbers(search: Search, seed: int, trial: int) -> tuple[int | float, ...]:
    """Return what is drawn for each dimension; of values the place."""
    return tuple(
        _number(dimension, _share(seed, trial, dimension.name)) for dimension in search.space
    )


def parameters_from(search: Search, numbers: Sequence[int | float]) -> Parameters:
    """Return the parameters that these numbers, one for each dimension, mean."""
    pairs = zip(search.space, numbers, strict=True)
    return {dimension.name: _parameter(dimension, number) for dimension, number in pairs}


def _parameter(dimension: Dimension, number: float) -> Any:
    if dimension.float_ is not None:
        return {"$float": f"{number:.6g}"}
    return int(number) if dimension.int_ else read_value((dimension.values or ())[int(number)])


def _number(dimension: Dimension, share: float) -> int | float:
    if dimension.int_ is not None:
        low, high = dimension.int_.min, dimension.int_.max
        if dimension.int_.log:
            # Each number has the room up to the next one.
            return min(high, math.floor(_between(low, high + 1, share)))
        return low + min(high - low, math.floor(share * (high - low + 1)))
    if dimension.float_ is not None:
        low_, high_ = float(dimension.float_.min), float(dimension.float_.max)
        return (
            _between(low_, high_, share) if dimension.float_.log else low_ + share * (high_ - low_)
        )
    count = len(dimension.values or ())
    return min(count - 1, math.floor(share * count))


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
