"""What is recorded of a version, as a bill of materials for machines: CycloneDX 1.6.

https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trainyardctl.model_card import Recorded
from trainyardctl.snapshot import at, name_of

_TASK = {"Classification": "classification", "Regression": "regression"}


def ml_bom(of: Recorded) -> dict[str, Any]:
    """Return the document; the same version gives the same document."""
    spec = of.version.get("spec", {})
    digest = of.bundle_digest.removeprefix("sha256:")
    model = {
        "type": "machine-learning-model",
        "bom-ref": of.bundle_digest,
        "name": str(at(of.version, "spec.trainingJob.name")),
        "version": name_of(of.version),
        "hashes": [{"alg": "SHA-256", "content": digest}],
        "modelCard": {
            "modelParameters": {
                "task": _TASK.get(str(spec.get("task")), str(spec.get("task") or "unknown")),
                "architectureFamily": str(spec.get("recipe") or "unknown"),
                "datasets": [{"ref": part["bom-ref"]} for part in _data(of)],
            },
            "quantitativeAnalysis": {
                "performanceMetrics": [
                    {"type": name, "value": str(value)}
                    for name, value in sorted((spec.get("metrics") or {}).items())
                ]
            },
        },
        "properties": [*_properties(of)],
    }
    parts = [*_data(of), *_libraries(of)]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": model},
        "components": parts,
        "dependencies": [
            {"ref": of.bundle_digest, "dependsOn": [part["bom-ref"] for part in parts]}
        ],
    }


def _data(of: Recorded) -> Iterator[dict[str, Any]]:
    """The data it was trained on; an import without data has none."""
    digest = str(at(of.version, "spec.datasetDigest") or "")
    if not digest:
        return
    yield {
        "type": "data",
        "bom-ref": digest,
        "name": of.dataset or "dataset",
        "hashes": [{"alg": "SHA-256", "content": digest.removeprefix("sha256:")}],
        "data": [{"type": "dataset", "name": of.dataset or "dataset"}],
    }


def _libraries(of: Recorded) -> Iterator[dict[str, Any]]:
    for name, version in sorted((at(of.version, "spec.libraries") or {}).items()):
        purl = f"pkg:pypi/{name}@{version}"
        yield {
            "type": "library",
            "bom-ref": purl,
            "name": name,
            "version": str(version),
            "purl": purl,
        }


def _properties(of: Recorded) -> Iterator[dict[str, str]]:
    spec = of.version.get("spec", {})
    for field in ("run", "recipeDigest", "inputsDigest", "image", "author", "runtime"):
        if spec.get(field):
            yield {"name": f"trainyard.dev/{field}", "value": str(spec[field])}
    for name, value in (spec.get("code") or {}).items():
        text = str(value).lower() if isinstance(value, bool) else str(value)
        yield {"name": f"trainyard.dev/code/{name}", "value": text}
    for found in of.approvals:
        said = at(found, "spec") or {}
        text = f"{said.get('decision')} by {said.get('approver')}"
        yield {"name": "trainyard.dev/approval", "value": text}
