"""Which model is asked, and what are the right answers to its rows?

Two models with a number as answer, so that the answers to two rows differ and an answer that went
to the wrong client is seen. Rows whose right answers are nearly the same are left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import serving_bundles as bundles
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from modelbundle.signature import Feature

# ONNX computes in float32; two answers further apart than ten times this cannot be mixed up.
TOLERANCE = 2e-5


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """A packed bundle, rows as a client would send them, and scikit-learn's answer to each."""

    directory: Path
    digest: str
    features: tuple[Feature, ...]
    rows: tuple[tuple[Any, ...], ...]
    answers: tuple[float, ...]

    @property
    def all_numeric(self) -> bool:
        """True when one matrix can be sent."""
        return all(feature.numeric for feature in self.features)


def numbers(directory: Path) -> World:
    """Ten numbers to a number; packed as ONNX."""
    return _world(directory, bundles.ridge(), bundles.diabetes())


def columns(directory: Path) -> World:
    """Numbers with gaps, whole numbers, truth values and known categories to a number."""
    data = bundles.patients()
    site = data.frame["site"].fillna("left")
    frame = data.frame.assign(site=site)
    random = np.random.default_rng(11)
    worth = frame["size"].fillna(3) * 10 + frame["age"] + 20 * frame["smoker"]
    target = (worth + 7 * (site == "both") + random.normal(0, 1, len(frame))).to_numpy()
    return _world(directory, _strict_ridge(), replace(data, frame=frame, target=target))


def _strict_ridge() -> Any:
    from sklearn.compose import make_column_transformer  # noqa: PLC0415

    numeric = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    cells = make_column_transformer(
        (numeric, ["size"]), (StandardScaler(), ["age", "smoker"]), (OneHotEncoder(), ["site"])
    )
    return make_pipeline(cells, Ridge())


def _world(directory: Path, model: Any, data: bundles.Data) -> World:
    sample = bundles.packed(directory, model, data, ("onnx", "skops"))
    found = np.asarray(sample.model.predict(sample.table), dtype=np.float64).tolist()
    chosen: list[int] = []
    for number in np.argsort(found).tolist():
        if not chosen or not math.isclose(
            found[number], found[chosen[-1]], rel_tol=10 * TOLERANCE, abs_tol=10 * TOLERANCE
        ):
            chosen.append(number)
    random = np.random.default_rng(5)
    random.shuffle(chosen)
    table = [_as_sent(sample, number) for number in chosen]
    answers = tuple(found[number] for number in chosen)
    return World(directory, sample.digest, sample.signature.features, tuple(table), answers)


def _as_sent(sample: bundles.Sample, number: int) -> tuple[Any, ...]:
    """A row's values in feature order, as JSON has them: missing is None."""
    cells = iter(sample.rows.numbers[number].tolist())
    texts = iter(sample.rows.texts[number].tolist())
    row: list[Any] = []
    for feature in sample.signature.features:
        value = next(cells) if feature.numeric else next(texts)
        if value == "" or value != value:  # noqa: PLR0124  (NaN alone differs from itself)
            value = None
        row.append(value)
    return tuple(row)
