"""Which columns does a model file itself say that it takes, where no data says it?

A fitted estimator of scikit-learn names its columns if it was fitted on a table, and its encoders
hold the texts they know. An ONNX graph has a matrix, or one input per column. Columns without a
name are called x0, x1, … as scikit-learn calls them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from modelbundle.signature import Feature, Kind
from trainer.pod.exits import Reason, UserFault

INSTEAD = "name a Dataset with these columns in spec.dataset"
_KINDS = {
    "tensor(float)": Kind.FLOAT,
    "tensor(double)": Kind.FLOAT,
    "tensor(int32)": Kind.INTEGER,
    "tensor(int64)": Kind.INTEGER,
    "tensor(bool)": Kind.BOOLEAN,
    "tensor(string)": Kind.CATEGORY,
}
_VECTORIZERS = ("CountVectorizer", "HashingVectorizer", "TfidfVectorizer")

Texts = Mapping[int, tuple[str, ...]]
"""By position of a column: the texts that are known of it."""


def features_of_estimator(estimator: Any) -> tuple[Feature, ...]:
    """The columns it was fitted on, in order; those that an encoder of texts gets are texts.

    `categories` are the texts that the encoder knows. Raises UserFault(ModelUnreadable).
    """
    given = getattr(estimator, "feature_names_in_", None)
    width = len(given) if given is not None else getattr(estimator, "n_features_in_", None)
    if width is None:
        raise UserFault(
            Reason.MODEL_UNREADABLE,
            f"the model, a {type(estimator).__name__}, does not say which columns it was fitted on:"
            f" {INSTEAD}",
        )
    names = [f"x{n}" for n in range(width)] if given is None else [str(name) for name in given]
    texts = _texts_of(estimator, names, range(width))
    return tuple(
        Feature(name, Kind.CATEGORY, categories=texts[position] or None)
        if position in texts
        else Feature(name, Kind.FLOAT)
        for position, name in enumerate(names)
    )


def _texts_of(part: Any, names: Sequence[str], positions: Sequence[int]) -> Texts:
    """Which of the columns at these positions, all that the part gets, hold texts."""
    kind = type(part).__name__
    if kind == "Pipeline":
        # What stands first sees the columns as they come; later steps see what it made of them.
        found = (_texts_of(step, names, positions) for _, step in part.steps)
        return next((texts for texts in found if texts), {})
    if kind == "ColumnTransformer":
        texts: dict[int, tuple[str, ...]] = {}
        for _, transformer, columns in part.transformers_:
            texts |= _texts_of(transformer, names, _chosen(columns, names))
        return texts
    if kind in _VECTORIZERS:
        return dict.fromkeys(positions, ())
    return dict(_known_texts(part, positions))


def _known_texts(part: Any, positions: Sequence[int]) -> Iterator[tuple[int, tuple[str, ...]]]:
    known = getattr(part, "categories_", None)
    filled = getattr(part, "statistics_", None)
    if isinstance(known, list) and len(known) == len(positions):
        for position, values in zip(positions, known, strict=True):
            if np.asarray(values).dtype.kind in "OUS":
                yield position, tuple(str(value) for value in np.asarray(values).tolist())
    elif filled is not None and np.asarray(filled).dtype.kind in "OUS":
        yield from dict.fromkeys(positions, ()).items()


def _chosen(columns: Any, names: Sequence[str]) -> list[int]:
    if isinstance(columns, str):
        return [names.index(columns)]
    if isinstance(columns, int):
        return [columns]
    chosen = columns if isinstance(columns, slice) else np.asarray(columns)
    if not isinstance(chosen, slice) and chosen.dtype.kind in "OUS":
        return [names.index(str(name)) for name in chosen.tolist()]
    if not isinstance(chosen, slice) and not len(chosen):
        return []
    return [int(position) for position in np.arange(len(names))[chosen]]


def features_of_graph(inputs: Sequence[Any]) -> tuple[Feature, ...]:
    """The columns that an ONNX session's inputs stand for. Raises UserFault(ModelUnreadable)."""
    foreign = [argument for argument in inputs if argument.type not in _KINDS]
    if foreign:
        raise UserFault(
            Reason.MODEL_UNREADABLE,
            f"the ONNX input {foreign[0].name} is {foreign[0].type}; expected numbers or texts",
        )
    if len(inputs) > 1:
        return tuple(Feature(argument.name, _KINDS[argument.type]) for argument in inputs)
    (only,) = inputs
    width = only.shape[1] if len(only.shape) == 2 else 1
    kind = _KINDS[only.type]
    if width == 1:
        return (Feature(only.name, kind),)
    if not isinstance(width, int) or kind is Kind.CATEGORY:
        raise UserFault(
            Reason.MODEL_UNREADABLE,
            f"the ONNX input {only.name} has the type {only.type} and the shape {only.shape}, which"
            f" does not say how many columns it takes, or mixes texts: {INSTEAD}, or export the"
            " model with a fixed number of columns, or one input per column",
        )
    return tuple(Feature(f"x{n}", kind) for n in range(width))
