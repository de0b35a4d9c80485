"""How is a model packed of which nothing but its file is known: an import without data?

It is served as it came. Nothing is measured, and nothing is converted, because there are no rows on
which a conversion could be compared; the reference profile counts no rows.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from modelbundle.example import example_of
from modelbundle.faults import BundleFault, ModelNotTrusted
from modelbundle.loading import load_estimator
from modelbundle.manifest import EXAMPLE_NAME, PROFILE_NAME
from modelbundle.onnx_runtime import OnnxRuntime
from modelbundle.prediction import Prediction
from modelbundle.publishing import RUNTIMES_NAME
from modelbundle.reference_profile import profile_of
from modelbundle.rows import Rows
from modelbundle.signature import Feature, Label, Signature
from modelbundle.sklearn_runtime import SklearnRuntime
from trainer.models.candidates import Candidate, probed_on
from trainer.models.native_models import native_signature
from trainer.models.onnx_models import onnx_session, onnx_signature
from trainer.models.own_features import INSTEAD, features_of_estimator, features_of_graph
from trainer.models.own_modules import importable_modules
from trainer.models.signatures import MODEL_NAME, write_signature
from trainer.models.timing import runtimes_document, time_runtime
from trainer.pod.exits import Reason, UserFault
from trainer.recipes.boosting import boosted_parts

_UNVERIFIED = "imported without data: there are no rows to compare a conversion on"


def describe(path: Path, trust: str | None, folder: Path) -> None:
    """The folder holds all that `publish` packs beside the model at `path`.

    Raises UserFault: ModelNotTrusted, ModelUnreadable, CodeInvalid, ModelNotServable,
    PredictionsInvalid.
    """
    loaded = _loaded(path, trust)
    row = _some_row(loaded.signature.features)
    model = _probed(loaded, row)
    signature = model.signature
    write_signature(signature, folder / MODEL_NAME)
    unseen = profile_of(row.part(0, 0), _no_answers(signature), signature)
    (folder / PROFILE_NAME).write_bytes(unseen.content())
    example = example_of(row, model.runtime.predict(row), signature)
    (folder / EXAMPLE_NAME).write_bytes(example.content())
    timings = time_runtime(model.runtime, row)
    native, onnx = (None, timings) if model.estimator is None else (timings, None)
    document = runtimes_document(native, onnx, {}, _UNVERIFIED)
    (folder / RUNTIMES_NAME).write_text(json.dumps(document, indent=1), encoding="utf-8")


def _loaded(path: Path, trust: str | None) -> Candidate:
    modules = importable_modules(path, trust)
    try:
        if path.suffix == ".onnx":
            session = onnx_session(path)
            features = features_of_graph(session.get_inputs())
            labels = _counted_labels(session.get_outputs())
            signature = onnx_signature(path, features, labels)
            return Candidate(path, OnnxRuntime(path, signature), None)
        estimator = load_estimator(path, trust, modules)
        _refuse_boosted(estimator)
        signature = native_signature(estimator, features_of_estimator(estimator))
        return Candidate(path, SklearnRuntime(estimator, signature), estimator)
    except ModelNotTrusted as fault:
        raise UserFault(Reason.MODEL_NOT_TRUSTED, str(fault)) from fault
    except BundleFault as fault:
        raise UserFault(Reason.MODEL_UNREADABLE, str(fault)) from fault


def _counted_labels(outputs: Sequence[Any]) -> tuple[tuple[Label, ...], ...]:
    """Labels that are the positions of their probabilities, for graphs that list none."""
    if len(outputs) < 2 or outputs[0].type not in {"tensor(int64)", "tensor(int32)"}:
        return ()
    shape = outputs[1].shape
    counted = len(shape) == 2 and isinstance(shape[1], int)
    return (tuple(range(shape[1])),) if counted else ()


def _refuse_boosted(estimator: object) -> None:
    found = sorted({type(part).__name__ for part in boosted_parts(estimator)})
    if found:
        raise UserFault(
            Reason.MODEL_NOT_SERVABLE,
            f"the model holds {', '.join(found)}, for which servers answer by ONNX alone, and a"
            f" conversion is verified on rows: {INSTEAD}, or import it as ONNX",
        )


def _some_row(features: tuple[Feature, ...]) -> Rows:
    """One row: zeros, and the first text that is known of a column."""
    numbers = np.zeros((1, sum(feature.numeric for feature in features)))
    known = [feature.categories or ("",) for feature in features if not feature.numeric]
    texts = np.array([values[0] for values in known], dtype=object).reshape(1, -1)
    return Rows(numbers, texts)


def _probed(model: Candidate, row: Rows) -> Candidate:
    """The same model, its signature saying which missing and unknown values it accepts."""
    features = model.signature.features
    known = {f.name: f.categories or () for f in features if not f.numeric}
    try:
        return probed_on(model, row, known)
    except MemoryError:
        raise
    except Exception as error:
        taken = ", ".join(f"{f.name} ({f.kind})" for f in features[:20])
        raise UserFault(
            Reason.PREDICTIONS_INVALID,
            f"{model.path.name} fails on a row of zeros and known texts: {type(error).__name__}:"
            f" {error}. Its file says that it takes {taken}; if that is not so, {INSTEAD}",
        ) from error


def _no_answers(signature: Signature) -> Prediction:
    return Prediction(np.empty((0, *signature.width)), None)
