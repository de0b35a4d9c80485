"""Which model of a verified bundle answers, and how is it loaded?"""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Any

from modelbundle.faults import BundleUnreadable, ModelNotTrusted
from modelbundle.manifest import ABOUT_FOLDER, FORMAT_FILES, TRUST_PICKLE, Manifest
from modelbundle.prediction import Runtime
from modelbundle.publishing import RUNTIMES_NAME


class RuntimeName(StrEnum):
    """What runs the model."""

    ONNX = "onnx"
    SKLEARN = "sklearn"


def chosen_runtime(directory: Path, manifest: Manifest) -> RuntimeName:
    """The runtime that `about/runtimes.json` names; without it ONNX if present, else sklearn.

    Raises BundleUnreadable when the record names a runtime whose model the bundle lacks.
    """
    record = directory / ABOUT_FOLDER / RUNTIMES_NAME
    if not record.is_file():
        return RuntimeName.ONNX if "onnx" in manifest.formats else RuntimeName.SKLEARN
    try:
        name = RuntimeName(json.loads(record.read_bytes())["serve"])
    except (ValueError, KeyError, TypeError) as fault:
        raise BundleUnreadable(
            f'{RUNTIMES_NAME}: expected {{"serve": "onnx" or "sklearn"}}: {fault}'
        ) from fault
    native = {"skops", "joblib"} & set(manifest.formats)
    if (name is RuntimeName.ONNX and "onnx" not in manifest.formats) or (
        name is RuntimeName.SKLEARN and not native
    ):
        raise BundleUnreadable(f"{RUNTIMES_NAME} says {name}; formats: {manifest.formats}")
    return name


def load_runtime(directory: Path, manifest: Manifest, name: RuntimeName) -> Runtime:
    """The model, ready to answer. Call it on a directory that `verify` has accepted.

    Raises BundleUnreadable, ModelNotTrusted.
    """
    if name is RuntimeName.ONNX:
        from modelbundle.onnx_runtime import OnnxRuntime

        return OnnxRuntime(directory / FORMAT_FILES["onnx"], manifest.signature)
    from modelbundle.column_names import forget_column_names
    from modelbundle.sklearn_runtime import SklearnRuntime

    kind = "skops" if "skops" in manifest.formats else "joblib"
    estimator = load_estimator(directory / FORMAT_FILES[kind], manifest.origin.trust)
    plain = manifest.signature.all_numeric and forget_column_names(estimator)
    return SklearnRuntime(estimator, manifest.signature, plain=plain)


def load_estimator(path: Path, trust: str | None) -> Any:
    """The scikit-learn estimator in `model.skops` or `model.joblib`.

    A joblib file is opened only with trust "Pickle". Raises ModelNotTrusted, BundleUnreadable.
    """
    if path.suffix == ".skops":
        from modelbundle.skops_file import read_skops

        return read_skops(path)
    if path.suffix != ".joblib":
        raise BundleUnreadable(f"{path.name}: expected model.skops or model.joblib")
    if trust != TRUST_PICKLE:
        raise ModelNotTrusted(
            f"{path.name} is a pickle, which runs code when it is loaded; allow it in the recipe"
            " with trust: Pickle, or write model.skops"
        )
    import joblib

    try:
        return joblib.load(path)
    except ModuleNotFoundError as fault:
        raise BundleUnreadable(
            f"{path.name} does not load: it needs the library {fault.name}, which this image lacks;"
            " use an image with that library installed, or export the model as ONNX"
        ) from fault
    except Exception as fault:
        raise BundleUnreadable(f"{path.name} does not load: {fault}") from fault
