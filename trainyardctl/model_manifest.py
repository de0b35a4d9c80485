"""The first manifest of somebody who has a model's file, and no data."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from trainyardctl.first_manifest import MOST_BYTES, NoManifest, as_yaml, our_object

RUNS_CODE = (".joblib", ".zip")
"""A .zip holds model.joblib and code of its own."""
ENDINGS = (".onnx", ".skops", *RUNS_CODE)


def is_model(file: Path) -> bool:
    """Tell whether the file's name ends as those of models do."""
    return file.suffix in ENDINGS


def model_manifest(file: Path, name: str) -> str:
    """Return a TrainingJob that imports the file, and a ModelDeployment, as YAML.

    A file that a ConfigMap can hold is among them; a larger one is expected in the artifact store.
    Raises NoManifest.
    """
    try:
        content = file.read_bytes()
    except OSError as fault:
        raise NoManifest(f"{file}: {fault.strerror}") from fault
    return "---\n".join(as_yaml(document) for document in _documents(file.name, content, name))


def _documents(file: str, content: bytes, name: str) -> Iterator[Mapping[str, Any]]:
    source: Mapping[str, Any] = {"s3": {"path": f"handed-over/{file}"}}
    if len(content) <= MOST_BYTES:
        source = {"configMap": {"name": f"{name}-model", "path": file}}
        yield {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": f"{name}-model"},
            "binaryData": {file: base64.b64encode(content).decode()},
        }
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    spec: dict[str, Any] = {"import": {"source": source, "digest": digest}}
    if file.endswith(RUNS_CODE):
        spec["trust"] = "Pickle"
    yield our_object("TrainingJob", name, spec)
    yield our_object("ModelDeployment", name, {"model": {"trainingJob": {"name": name}}})
