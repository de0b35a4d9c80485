"""Which model of a verified bundle answers, and how is it loaded?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from modelbundle.code_loading import make_importable
from modelbundle.faults import BundleUnreadable, ModelNotTrusted
from modelbundle.manifest import ABOUT_FOLDER, CODE_FOLDER, FORMAT_FILES, TRUST_PICKLE, Manifest
from modelbundle.packed_code import modules_of
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
    estimator = load_packed_estimator(directory / FORMAT_FILES[kind], manifest)
    # Own code is graded with a table, so that is what it gets.
    numbers = manifest.signature.all_numeric and not manifest.code
    plain = numbers and forget_column_names(estimator)
    return SklearnRuntime(estimator, manifest.signature, plain=plain)


def load_packed_estimator(path: Path, manifest: Manifest) -> Any:
    """The estimator in this file of a verified bundle.

    Raises ModelNotTrusted, BundleUnreadable.
    """
    return load_estimator(path, manifest.origin.trust, modules_of(manifest.code))


def load_estimator(path: Path, trust: str | None, modules: Sequence[str] = ()) -> Any:
    """The scikit-learn estimator in `model.skops` or `model.joblib`.

    A joblib file is opened only with trust "Pickle"; it finds these modules in `code/` beside it,
    and no other process does. Raises ModelNotTrusted, BundleUnreadable.
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
    taken = make_importable(path.parent / CODE_FOLDER, modules)
    if taken:
        raise BundleUnreadable(taken)
    import joblib

    try:
        return joblib.load(path)
    except (Exception, SystemExit) as fault:
        raise BundleUnreadable(_why_not_loaded(path.name, fault)) from fault


def _why_not_loaded(name: str, fault: BaseException) -> str:
    if isinstance(fault, ModuleNotFoundError):
        return (
            f"{name} does not load: it needs the library {fault.name}, which this image lacks;"
            " use an image with that library installed, leave a module of your own in"
            f" {CODE_FOLDER}/ beside the model, or export the model as ONNX"
        )
    if isinstance(fault, AttributeError) and "__main__" in str(fault):
        return (
            f"{name} does not load: {fault}: the class stands in the program that was started,"
            f" which nobody can import; move it into a module, and leave that in {CODE_FOLDER}/"
            " beside the model"
        )
    return f"{name} does not load: {type(fault).__name__}: {fault}"
