"""What does `manifest.json` say? Its canonical bytes are what the bundle's digest names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from modelbundle.canonical import canonical_json, digest_of
from modelbundle.signature import Feature, Signature, Tensor

MANIFEST_NAME = "manifest.json"
PROFILE_NAME = "profile.json"
EXAMPLE_NAME = "example.json"
ABOUT_FOLDER = "about"
CODE_FOLDER = "code"
"""Modules that loading `model.joblib` imports; see `packed_code`."""
FORMAT_FILES = {"onnx": "model.onnx", "skops": "model.skops", "joblib": "model.joblib"}
TRUST_PICKLE = "Pickle"
VERSION = 1


@dataclass(frozen=True, slots=True)
class BundleFile:
    """One file of a bundle; `sha256` is bare hex, `size` in bytes."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a bundle comes from. `libraries`: name and version, sorted by name.

    `dataset_digest` is None where the model was imported without data. `trust` is "Pickle" where
    the recipe allows a pickled model, else None.
    """

    target: str
    dataset_digest: str | None
    recipe_digest: str
    libraries: tuple[tuple[str, str], ...]
    trust: str | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """All that a bundle says about itself."""

    signature: Signature
    origin: Origin
    files: tuple[BundleFile, ...]

    @property
    def formats(self) -> tuple[str, ...]:
        """The model formats that are there: onnx, skops, joblib, in this order."""
        present = {file.path for file in self.files}
        return tuple(name for name, path in FORMAT_FILES.items() if path in present)

    @property
    def code(self) -> dict[str, int]:
        """The files of its own code: path below `code/`, and bytes; empty where there is none."""
        below = f"{CODE_FOLDER}/"
        return {
            file.path.removeprefix(below): file.size
            for file in self.files
            if file.path.startswith(below)
        }

    def document(self) -> dict[str, Any]:
        """The JSON value of `manifest.json`.

        Where there are several targets, `targets` is there, and `classes` has a list for each.
        """
        several = {"targets": list(self.signature.targets)} if self.signature.targets else {}
        return several | {
            "version": VERSION,
            "files": [{"path": f.path, "size": f.size, "sha256": f.sha256} for f in self.files],
            "formats": sorted(self.formats),
            "task": self.signature.task.value,
            "classes": _classes_document(self.signature),
            "target": self.origin.target,
            "features": [_feature_document(feature) for feature in self.signature.features],
            "inputs": [tensor_document(tensor) for tensor in self.signature.inputs],
            "outputs": [tensor_document(tensor) for tensor in self.signature.outputs],
            "datasetDigest": self.origin.dataset_digest,
            "recipeDigest": self.origin.recipe_digest,
            "libraries": dict(self.origin.libraries),
            "trust": self.origin.trust,
        }

    def content(self) -> bytes:
        """The canonical bytes of `manifest.json`."""
        return canonical_json(self.document())

    @property
    def digest(self) -> str:
        """The name of the bundle, `sha256:…`."""
        return digest_of(self.content())


def _classes_document(signature: Signature) -> list[Any]:
    if not signature.class_counts:
        return list(signature.classes)
    return [list(classes) for classes in signature.classes_by_target]


def _feature_document(feature: Feature) -> dict[str, Any]:
    document: dict[str, Any] = {
        "name": feature.name,
        "kind": feature.kind.value,
        "acceptsMissing": feature.accepts_missing,
    }
    if feature.categories is not None:
        document["categories"] = list(feature.categories)
    return document


def tensor_document(tensor: Tensor) -> dict[str, Any]:
    """One tensor as the V2 metadata shows it."""
    return {"name": tensor.name, "datatype": tensor.datatype, "shape": list(tensor.shape)}


def libraries_of(versions: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Library versions as an Origin holds them."""
    return tuple(sorted(versions.items()))
