"""Which model did training leave behind, and is it one that can be asked?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from modelbundle.example import typical_row
from modelbundle.faults import BundleFault, ModelNotTrusted
from modelbundle.loading import load_estimator
from modelbundle.onnx_runtime import OnnxRuntime
from modelbundle.prediction import Runtime
from modelbundle.probing import probed_features
from modelbundle.rows import Rows, frame_of_rows
from modelbundle.signature import Feature, Label, Signature, Task
from modelbundle.sklearn_runtime import SklearnRuntime
from trainer.models.native_models import native_signature
from trainer.models.onnx_models import onnx_signature
from trainer.models.own_modules import importable_modules
from trainer.pod.exits import Reason, UserFault


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A model ready to be asked; `estimator` is None for ONNX."""

    path: Path
    runtime: Runtime
    estimator: Any | None

    @property
    def signature(self) -> Signature:
        """What it takes and answers."""
        return self.runtime.signature

    def scores(self, rows: Rows) -> np.ndarray[Any, np.dtype[np.float64]] | None:
        """What ranks rows between two classes where there are no probabilities."""
        signature = self.signature
        ranks = signature.task is Task.CLASSIFICATION and not signature.probabilities
        if not ranks or len(signature.classes) != 2:
            return None
        decide = getattr(self.estimator, "decision_function", None)
        if decide is None:
            return None
        found = np.asarray(decide(frame_of_rows(rows, signature.features)), dtype=np.float64)
        return found if found.shape == (len(rows),) else None


@dataclass(frozen=True, slots=True)
class TrainFacts:
    """What the train part says that a model file may leave open; `labels`: sorted, per target."""

    features: tuple[Feature, ...]
    labels: tuple[tuple[Label, ...], ...]
    targets: tuple[str, ...] = ()


def load_candidate(path: Path, trust: str | None, facts: TrainFacts) -> Candidate:
    """The model in the file, with a signature that fits the dataset.

    Raises UserFault: ModelNotTrusted, ModelUnreadable, CodeInvalid.
    """
    modules = importable_modules(path, trust)
    try:
        if path.suffix == ".onnx":
            signature = onnx_signature(path, facts.features, facts.labels, facts.targets)
            return Candidate(path, OnnxRuntime(path, signature), None)
        estimator = load_estimator(path, trust, modules)
        signature = native_signature(estimator, facts.features, facts.targets)
        return Candidate(path, SklearnRuntime(estimator, signature), estimator)
    except ModelNotTrusted as fault:
        raise UserFault(Reason.MODEL_NOT_TRUSTED, str(fault)) from fault
    except BundleFault as fault:
        raise UserFault(Reason.MODEL_UNREADABLE, str(fault)) from fault


def probed(candidate: Candidate, rows: Rows) -> Candidate:
    """The same model, its signature saying which missing and unseen values it accepts.

    `rows`: the train part. Raises whatever the model raises on a typical row.
    """
    signature = candidate.signature
    return probed_on(candidate, typical_row(rows, signature), _seen(rows, signature))


def probed_on(candidate: Candidate, typical: Rows, seen: Mapping[str, Sequence[str]]) -> Candidate:
    """The same, by one row that the model answers and the texts that are known of each column."""
    candidate.runtime.predict(typical)
    features = probed_features(candidate.runtime, typical, seen)
    known = replace(candidate.signature, features=features)
    runtime: Runtime = (
        OnnxRuntime(candidate.path, known)
        if candidate.estimator is None
        else SklearnRuntime(candidate.estimator, known)
    )
    return replace(candidate, runtime=runtime)


def _seen(rows: Rows, signature: Signature) -> Mapping[str, Sequence[str]]:
    names = [feature.name for feature in signature.features if not feature.numeric]
    return {
        name: sorted(set(rows.texts[:, position].tolist())) for position, name in enumerate(names)
    }
