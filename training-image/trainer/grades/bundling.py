"""How does what training and predicting left behind become a published bundle?

Files are copied and hashed, never opened as models.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelbundle.canonical import canonical_json
from modelbundle.example import read_example
from modelbundle.faults import BundleCorrupt, BundleFault
from modelbundle.manifest import (
    CODE_FOLDER,
    EXAMPLE_NAME,
    FORMAT_FILES,
    PROFILE_NAME,
    Manifest,
    Origin,
)
from modelbundle.packed_code import modules_of
from modelbundle.packing import pack
from modelbundle.publishing import RUNTIMES_NAME, bundle_key, publish, publish_about
from modelbundle.reference_profile import read_profile
from modelbundle.signature import Signature
from modelbundle.store import Store
from trainer.models.model_files import model_file
from trainer.models.own_modules import code_beside
from trainer.pod.exits import Reason, UserFault
from trainer.pod.plain_files import copy_plain_file, read_plain_file
from trainer.pod.storing import store_faults

METRICS_NAME = "metrics.json"
_MAX_RUNTIMES_BYTES = 256 << 10


@dataclass(frozen=True, slots=True)
class Ingredients:
    """Where the parts of a bundle lie. `output` and `predictions` were written by user code."""

    output: Path
    predictions: Path
    signature: Signature
    origin: Origin


def assemble(made_of: Ingredients, folder: Path) -> str:
    """`folder` is the bundle; returns its digest.

    Raises UserFault: ModelUnreadable, ModelNotTrusted, CodeInvalid.
    """
    model = model_file(made_of.output, made_of.origin.trust)
    copy_plain_file(model, folder / model.name)
    for path in code_beside(model, made_of.origin.trust):
        copy = folder / CODE_FOLDER / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy_plain_file(made_of.output / CODE_FOLDER / path, copy)
    converted = FORMAT_FILES["onnx"]
    names = [PROFILE_NAME, EXAMPLE_NAME]
    if model.name != converted and (made_of.predictions / converted).exists():
        names.append(converted)
    for name in names:
        copy_plain_file(made_of.predictions / name, folder / name)
    try:
        read_profile(folder)
        read_example(folder)
        return pack(folder, made_of.signature, made_of.origin)
    except BundleFault as fault:
        raise UserFault(
            Reason.MODEL_UNREADABLE, f"what predict left behind is no bundle: {fault}"
        ) from fault


def bundle_bytes(folder: Path) -> int:
    """How many bytes the files of the bundle have together."""
    paths = [*folder.iterdir(), *(folder / CODE_FOLDER).rglob("*")]
    return sum(path.stat().st_size for path in paths if path.is_file())


def code_that_runs(manifest: Manifest) -> dict[str, Any]:
    """What whoever loads the model runs, for its record: a pickle, and code of its own."""
    if "joblib" not in manifest.formats:
        return {}
    files = manifest.code
    if not files:
        return {"trust": manifest.origin.trust}
    packed = {
        "modules": list(modules_of(files)),
        "files": len(files),
        "bytes": sum(files.values()),
    }
    return {"trust": manifest.origin.trust, "packedCode": packed}


def read_runtimes(predictions: Path) -> dict[str, Any]:
    """runtimes.json as `predict` wrote it. Raises UserFault(ModelUnreadable)."""
    content = read_plain_file(predictions / RUNTIMES_NAME, _MAX_RUNTIMES_BYTES)
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or document.get("serve") not in {"onnx", "sklearn"}:
        raise UserFault(
            Reason.MODEL_UNREADABLE,
            f'predict left a {RUNTIMES_NAME} that does not say "serve": "onnx" or "sklearn"',
        )
    return document


def publish_bundle(
    store: Store, folder: Path, digest: str, about: Mapping[str, Mapping[str, Any]]
) -> str:
    """The store holds the bundle and the documents beside it; returns the runtime that serves it.

    What was written beside the digest before stays: the first timing decides for good.
    Raises UserFault(BundleCorrupt) when the store holds other bytes under this digest.
    """
    try:
        with store_faults():
            publish(store, folder, digest)
            for name, document in about.items():
                publish_about(store, digest, name, canonical_json(document))
            stored = store.read(bundle_key(digest, f"about/{RUNTIMES_NAME}"))
    except BundleCorrupt as fault:
        raise UserFault(Reason.BUNDLE_CORRUPT, str(fault)) from fault
    return str(json.loads(stored)["serve"])
