"""Which transformers does the recipe put before the estimator, and which columns do they get?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags

from modelbundle.signature import Feature
from trainer.pod.exits import Reason, UserFault
from trainer.recipes.estimators import build, find_transformer
from trainer.recipes.preprocessing import Branch
from trainer.tasks.train_task import Step

MOST_COLUMNS = 10_000
"""So many columns at most are made of one text: they are held as they are, row by row."""


def custom_branches(
    steps: Sequence[Step], features: Sequence[Feature], seed: int, jobs: int
) -> list[Branch]:
    """The unfitted transformers and the positions of their columns; those with the same columns
    follow one another.

    Raises UserFault: EstimatorUnknown, ParameterInvalid.
    """
    chains: dict[tuple[int, ...], list[BaseEstimator]] = {}
    for step in steps:
        transformer = build(find_transformer(step.class_), step.parameters, seed, jobs)
        chains.setdefault(_positions(step, features), []).append(transformer)
    return [
        (f"step {number}", *_branch(chain, positions))
        for number, (positions, chain) in enumerate(chains.items(), 1)
    ]


def _branch(
    chain: Sequence[BaseEstimator], positions: tuple[int, ...]
) -> tuple[Any, list[int] | int]:
    transformer = chain[0]
    if len(chain) > 1:
        transformer = Pipeline([(f"{n}", item) for n, item in enumerate(chain, 1)])
    if not _reads_texts(chain[0]):
        return transformer, list(positions)
    name = type(chain[0]).__name__
    if len(positions) > 1:
        raise _invalid(f"{name} reads one column of texts, and the step names {len(positions)}")
    _refuse_wide(chain[0], name)
    return transformer, positions[0]


def _reads_texts(transformer: BaseEstimator) -> bool:
    """True for what takes a list of texts, not a table: vectorizers."""
    tags = get_tags(transformer).input_tags
    return bool(tags.string and not tags.two_d_array)


def _refuse_wide(vectorizer: Any, name: str) -> None:
    for parameter in ("max_features", "n_features"):
        if not hasattr(vectorizer, parameter):
            continue
        given = getattr(vectorizer, parameter)
        if given is None or given > MOST_COLUMNS:
            raise _invalid(
                f"{name} would make {'any number of' if given is None else given} columns: set"
                f" {parameter}, to {MOST_COLUMNS} at most"
            )


def _positions(step: Step, features: Sequence[Feature]) -> tuple[int, ...]:
    places = {feature.name: place for place, feature in enumerate(features)}
    foreign = [name for name in step.columns if name not in places]
    if foreign:
        raise _invalid(
            f"{step.class_} names the column {foreign[0]}, but the features are {', '.join(places)}"
        )
    return tuple(places[name] for name in step.columns)


def _invalid(sentence: str) -> UserFault:
    return UserFault(Reason.PARAMETER_INVALID, f"preprocessing.steps: {sentence}.")
