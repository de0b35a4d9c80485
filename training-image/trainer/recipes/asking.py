"""What does a trial choose, and is it hopeless, by what earlier trials of its search found?

Optuna is asked in a study that is made anew from those trials, so the same history gives the same
choice: in whichever pod, in whatever order the others end. It is imported here alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import FrozenTrial, TrialState, create_trial

from trainer.tasks.train_task import Dimension, EarlierTrial, Study

_JUDGED_FROM = 5
"""So many trials have to be whole before others are ended early by their median."""


class Asking:
    """The trial of this place among those that a round begins with."""

    def __init__(self, study: Study, place: int, seed: int) -> None:
        self._space = {d.name: _distribution(d) for d in study.space}
        self._dimensions = study.space
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._study = optuna.create_study(
            direction="minimize" if study.lower_is_better else "maximize",
            sampler=optuna.samplers.TPESampler(
                seed=_seed_of(seed, study.first), multivariate=True, constant_liar=True
            ),
            pruner=optuna.pruners.MedianPruner(n_startup_trials=_JUDGED_FROM),
        )
        for trial in study.earlier:
            self._study.add_trial(self._told(trial))
        # Those before it in the round are asked for, too: else all of them would choose the same.
        for _ in range(place + 1):
            self._trial = self._study.ask(self._space)
        self._means: list[float] = []

    @property
    def numbers(self) -> tuple[int | float, ...]:
        """What it chose, in the order of the space; of values the place."""
        return tuple(_rounded(self._trial.params[d.name]) for d in self._dimensions)

    @property
    def parameters(self) -> dict[str, Any]:
        """What it chose, in the estimator's notation."""
        pairs = zip(self._dimensions, self.numbers, strict=True)
        return {d.name: _parameter(d, number) for d, number in pairs}

    def is_hopeless(self, scores: Sequence[float]) -> bool:
        """True: after these folds its mean is worse than the median of the others' then."""
        self._means.append(sum(scores) / len(scores))
        self._trial.report(self._means[-1], len(scores) - 1)
        return self._trial.should_prune()

    def told(self) -> dict[str, Any]:
        """What the operator is told of it."""
        means = " ".join(f"{mean:.5g}" for mean in self._means)
        return {"drawn": json.dumps(self.numbers, separators=(",", ":")), "means": means}

    def _told(self, trial: EarlierTrial) -> FrozenTrial:
        pairs = zip(self._dimensions, trial.numbers, strict=True)
        whole = bool(trial.means) and not trial.pruned
        state = TrialState.COMPLETE if whole else TrialState.FAIL
        return create_trial(
            params={d.name: _within(self._space[d.name], number) for d, number in pairs},
            distributions=self._space,
            value=trial.means[-1] if whole else None,
            intermediate_values=dict(enumerate(trial.means)),
            state=TrialState.PRUNED if trial.pruned else state,
        )


def _distribution(dimension: Dimension) -> BaseDistribution:
    if dimension.int_ is not None:
        found = dimension.int_
        return IntDistribution(int(found.min), int(found.max), log=found.log)
    if dimension.float_ is not None:
        return FloatDistribution(
            dimension.float_.min, dimension.float_.max, log=dimension.float_.log
        )
    return CategoricalDistribution(range(len(dimension.values or ())))


def _within(distribution: BaseDistribution, number: float) -> int | float:
    """A rounded number may lie a little outside its range."""
    if isinstance(distribution, FloatDistribution):
        return min(max(float(number), distribution.low), distribution.high)
    return int(number)


def _rounded(number: Any) -> int | float:
    return float(f"{number:.6g}") if isinstance(number, float) else int(number)


def _parameter(dimension: Dimension, number: float) -> Any:
    if dimension.values is not None:
        return _read(dimension.values[int(number)])
    return {"$float": f"{number:.6g}"} if dimension.float_ is not None else int(number)


def _read(text: str) -> Any:
    """JSON in the estimator's notation where it is JSON, or else text."""
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


def _seed_of(seed: int, first: int) -> int:
    digest = hashlib.sha256(f"{seed}:{first}".encode()).digest()
    return int.from_bytes(digest[:4], "big")
