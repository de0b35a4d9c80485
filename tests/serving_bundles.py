"""Real models on scikit-learn's bundled data, packed as bundles: what the serving tests serve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from modelbundle.example import example_of, typical_row
from modelbundle.manifest import Origin, libraries_of
from modelbundle.onnx_file import write_onnx
from modelbundle.packing import pack
from modelbundle.probing import probed_features
from modelbundle.reference_profile import profile_of
from modelbundle.rows import Rows, frame_for_model, rows_of_frame
from modelbundle.signature import Feature, Kind, Signature, Task
from modelbundle.sklearn_runtime import SklearnRuntime, has_probabilities
from modelbundle.skops_file import write_skops

ORIGIN = Origin("target", "sha256:" + "a" * 64, "sha256:" + "b" * 64, libraries_of({"numpy": "2"}))


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A packed bundle and what it was made of; `table` is what the model was fitted on."""

    directory: Path
    digest: str
    signature: Signature
    model: Any
    table: pd.DataFrame
    rows: Rows


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """A table, its target (columns for `targets`, if several) and the features to learn from."""

    frame: pd.DataFrame
    target: np.ndarray
    features: tuple[Feature, ...]
    targets: tuple[str, ...] = ()


def floats(names: Sequence[str]) -> tuple[Feature, ...]:
    """One Float feature per name."""
    return tuple(Feature(str(name), Kind.FLOAT) for name in names)


def tumours() -> Data:
    """569 rows, 30 numbers, two classes with text labels."""
    loaded = load_breast_cancer(as_frame=True)
    labels = np.array(["malignant", "benign"], dtype=object)[loaded.target]
    return Data(loaded.data, labels, floats(loaded.data.columns))


def tumours_and_sizes() -> Data:
    """The tumours with a second label, one of three texts."""
    data = tumours()
    size = np.array(["s", "medium", "l"])[np.digitize(data.frame["worst area"], [550, 900])]
    labels = np.column_stack([data.target.astype(str), size])
    return Data(data.frame, labels, data.features, ("target", "size"))


def flagged_tumours() -> Data:
    """The tumours with three labels that are true or false."""
    data = tumours()
    names = ("worst area", "worst texture", "worst symmetry")
    flags = [data.frame[name] > data.frame[name].median() for name in names]
    return Data(data.frame, np.column_stack(flags), data.features, ("target", "rough", "even"))


def iris() -> Data:
    """150 rows, 4 numbers, three classes with integer labels."""
    loaded = load_iris(as_frame=True)
    return Data(loaded.data, loaded.target.to_numpy(), floats(loaded.data.columns))


def diabetes() -> Data:
    """442 rows, 10 numbers, a number to predict."""
    loaded = load_diabetes(as_frame=True)
    return Data(loaded.data, loaded.target.to_numpy(), floats(loaded.data.columns))


def patients() -> Data:
    """400 rows of every kind: Float and Category with missing values, Integer, Boolean."""
    random = np.random.default_rng(7)
    count = 400
    frame = pd.DataFrame(
        {
            "size": np.where(random.random(count) < 0.1, np.nan, random.normal(3, 1, count)),
            "age": random.integers(20, 90, count),
            "smoker": random.random(count) < 0.3,
            "site": random.choice(np.array(["left", "right", "both", None]), count),
        }
    )
    score = frame["size"].fillna(3) + frame["age"] / 20 + 2 * frame["smoker"]
    labels = np.where(score + (frame["site"] == "both") > 6.5, "high", "low").astype(object)
    features = (
        Feature("size", Kind.FLOAT),
        Feature("age", Kind.INTEGER),
        Feature("smoker", Kind.BOOLEAN),
        Feature("site", Kind.CATEGORY),
    )
    return Data(frame, labels, features)


def linear() -> Any:
    """Scaling and logistic regression."""
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))


def forest() -> Any:
    """Twenty trees that want two threads."""
    return RandomForestClassifier(20, random_state=7, n_jobs=2)


def linear_per_target() -> Any:
    """Scaling, and a logistic regression for each of several targets."""
    return make_pipeline(StandardScaler(), MultiOutputClassifier(LogisticRegression(max_iter=500)))


def ridge() -> Any:
    """Scaling and ridge regression."""
    return make_pipeline(StandardScaler(), Ridge())


def tolerant_columns() -> Any:
    """A pipeline for `patients` that takes missing numbers and categories it never saw."""
    return _columns(OneHotEncoder(handle_unknown="ignore"), SimpleImputer(strategy="median"))


def strict_columns() -> Any:
    """A pipeline for `patients` that fails on categories it never saw."""
    return _columns(OneHotEncoder(), SimpleImputer(strategy="median"))


def _columns(encoder: Any, imputer: Any) -> Any:
    numbers = make_pipeline(imputer, StandardScaler())
    columns = make_column_transformer((numbers, ["size", "age", "smoker"]), (encoder, ["site"]))
    return make_pipeline(columns, LogisticRegression(max_iter=1000))


def fitted(model: Any, data: Data) -> tuple[Signature, pd.DataFrame, Rows]:
    """Fits the model; returns its signature, the table it saw, and the same as rows."""
    table = frame_for_model(data.frame, data.features)
    model.fit(table, data.target)
    regression = data.target.dtype.kind == "f"
    classes = () if regression else model.classes_ if data.targets else [model.classes_]
    signature = Signature(
        task=Task.REGRESSION if regression else Task.CLASSIFICATION,
        classes=tuple(label for of_one in classes for label in of_one.tolist()),
        features=data.features,
        probabilities=has_probabilities(model),
        targets=data.targets,
        class_counts=tuple(map(len, classes)) if data.targets else (),
    )
    return signature, table, rows_of_frame(data.frame, data.features)


def packed(directory: Path, model: Any, data: Data, formats: Sequence[str] = ("skops",)) -> Sample:
    """Trains the model on the data and packs it in these formats ("skops", "onnx", "joblib")."""
    directory.mkdir(parents=True, exist_ok=True)
    signature, table, rows = fitted(model, data)
    runtime = SklearnRuntime(model, signature)
    typical = typical_row(rows, signature)
    seen = {
        feature.name: sorted(set(data.frame[feature.name].dropna()))
        for feature in data.features
        if not feature.numeric
    }
    signature = replace(signature, features=probed_features(runtime, typical, seen))
    if "skops" in formats:
        write_skops(model, directory / "model.skops")
    if "joblib" in formats:
        joblib.dump(model, directory / "model.joblib")
    if "onnx" in formats:
        write_onnx(converted(model, signature), directory / "model.onnx")
    predicted = runtime.predict(rows)
    profile = profile_of(rows, predicted, signature)
    (directory / "profile.json").write_bytes(profile.content())
    example = example_of(typical, runtime.predict(typical), signature)
    (directory / "example.json").write_bytes(example.content())
    origin = replace(ORIGIN, trust="Pickle" if "joblib" in formats else None)
    digest = pack(directory, signature, origin)
    return Sample(directory, digest, signature, model, table, rows)


def converted(model: Any, signature: Signature) -> Any:
    """The model as the trainer makes ONNX of it, in float32, as scikit-learn's trees compute."""
    from trainer.models.conversion import onnx_model

    return onnx_model(model, signature, doubled=False)
