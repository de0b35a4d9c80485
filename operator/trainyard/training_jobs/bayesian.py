"""Which trials of a Bayesian search are tried together, and what do they learn from?

Each pod rebuilds the study from the trials of earlier rounds alone, and asks Optuna for its own: so
the order in which the pods of a round end changes nothing, and nothing is kept but the status.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from trainyard.api.gates import LOWER_IS_BETTER
from trainyard.api.v1alpha1.search import Search, SearchProgress
from trainyard.training_jobs.trials import Parameters, drawn_numbers, parameters_from, trials_of

_DRAWN_FIRST = 10
"""So many trials are drawn as Random draws them: from fewer Optuna learns nothing."""
_ROUNDS = 10
_LONGEST_DRAWN = 320
_LONGEST_MEAN = 24
PRUNED = "pruned"
"""Before the last score of a trial that was ended early."""


def batches(trials: int) -> tuple[int, ...]:
    """Return how many trials each round has; how many pods there are at a time changes nothing."""
    first = min(trials, _DRAWN_FIRST)
    size, rest = math.ceil(trials / _ROUNDS), trials - first
    full, last = divmod(rest, size)
    return (first, *(size for _ in range(full)), *((last,) if last else ()))


def batch(trials: int, round_: int) -> tuple[int, ...]:
    """Return the trials of a round."""
    sizes = batches(trials)
    start = sum(sizes[:round_])
    return tuple(range(start, start + sizes[round_]))


def numbers_of(
    search: Search, seed: int, progress: SearchProgress, trial: int
) -> tuple[int | float, ...] | None:
    """Return what the trial tries, or None: its pod has not chosen it yet, as far as is known."""
    if trial < batches(progress.trials)[0]:
        return drawn_numbers(search, seed, trial)
    drawn = progress.drawn[trial] if trial < len(progress.drawn) else ""
    return tuple(json.loads(drawn)) if drawn else None


def tried_parameters(
    search: Search, seed: int, progress: SearchProgress | None
) -> tuple[Parameters | None, ...]:
    """Return the parameters of each trial; None where its pod has not chosen them yet.

    Other strategies need no progress to know them.
    """
    if search.strategy != "Bayesian" or progress is None:
        return trials_of(search, seed)
    known = (numbers_of(search, seed, progress, trial) for trial in range(progress.trials))
    return tuple(None if n is None else parameters_from(search, n) for n in known)


def study_document(search: Search, seed: int, progress: SearchProgress) -> dict[str, Any]:
    """Return what the pods of the present round learn from, and what they may choose."""
    first = progress.tried[0] if progress.tried else 0
    earlier = [_outcome(search, seed, progress, trial) for trial in range(first)]
    return {
        "first": first,
        "space": [dimension.to_api() for dimension in search.space],
        "lowerIsBetter": search.objective in LOWER_IS_BETTER,
        "earlier": [outcome for outcome in earlier if outcome],
    }


def _outcome(
    search: Search, seed: int, progress: SearchProgress, trial: int
) -> dict[str, Any] | None:
    numbers = numbers_of(search, seed, progress, trial)
    if numbers is None:
        return None
    means = progress.means[trial] if trial < len(progress.means) else ""
    return {
        "numbers": list(numbers),
        "means": [float(mean) for mean in means.split()],
        "pruned": progress.scores[trial].startswith(PRUNED),
    }


def is_chosen(
    search: Search, progress: SearchProgress, trial: int, result: Mapping[str, Any]
) -> bool:
    """Tell whether it is known what the trial tried: drawn, or chosen in a way that can be read."""
    if search.strategy != "Bayesian" or trial < batches(progress.trials)[0]:
        return True
    return result.get("outcome") == "Failed" or _is_drawn(search, str(result.get("drawn") or ""))


def chosen_by(
    search: Search, progress: SearchProgress, results: Mapping[int, Mapping[str, Any]]
) -> SearchProgress:
    """Return the progress with what pods of a Bayesian search chose, and how their folds went."""
    if search.strategy != "Bayesian":
        return progress
    drawn = list(progress.drawn or ("",) * progress.trials)
    means = list(progress.means or ("",) * progress.trials)
    for trial, result in results.items():
        text = str(result.get("drawn") or "")
        drawn[trial] = text if _is_drawn(search, text) else ""
        said = str(result.get("means") or "").split()[: search.folds]
        means[trial] = " ".join(mean for mean in said if _is_mean(mean))
    return progress.model_copy(update={"drawn": tuple(drawn), "means": tuple(means)})


def _is_mean(text: str) -> bool:
    try:
        return len(text) <= _LONGEST_MEAN and math.isfinite(float(text))
    except ValueError:
        return False


def _is_drawn(search: Search, text: str) -> bool:
    """Whether a pod's word names a number for each dimension, as it may."""
    if len(text) > _LONGEST_DRAWN:
        return False
    try:
        numbers = json.loads(text)
        parameters_from(search, numbers)
    except (ValueError, TypeError, IndexError, RecursionError, OverflowError):
        return False
    return isinstance(numbers, list) and all(type(n) in {int, float} for n in numbers)
