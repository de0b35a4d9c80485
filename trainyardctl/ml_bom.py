"""What is recorded of a version, as a bill of materials for machines: CycloneDX 1.6.

https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from trainyardctl.card_pictures import pictures_of
from trainyardctl.recorded import Recorded
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
        **_people(of),
        "modelCard": {
            "modelParameters": {
                "task": _TASK.get(str(spec.get("task")), str(spec.get("task") or "unknown")),
                "architectureFamily": str(spec.get("recipe") or "unknown"),
                "datasets": [{"ref": part["bom-ref"]} for part in _data(of)],
            },
            "quantitativeAnalysis": {
                "performanceMetrics": [*_metrics(of)],
                **_graphics(of),
            },
            **_considerations(of),
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


def _metrics(of: Recorded) -> Iterator[dict[str, Any]]:
    """Of all test rows, then of slices and between groups with the bounds of 95 %."""
    for name, value in sorted((at(of.version, "spec.metrics") or {}).items()):
        yield {"type": name, "value": str(value)}
    for found in of.analysis.get("slices") or ():
        named = {"type": found["metric"], "slice": f"{found['column']}={found['slice']}"}
        yield {**named, **_bounded(found)}
    for found in of.analysis.get("fairness") or ():
        yield {"type": found["measure"], "slice": found["column"], **_bounded(found)}
    loss = at(of.analysis, "importance.loss")
    for found in at(of.analysis, "importance.columns") or ():
        named = {"type": f"permutation importance ({loss})", "slice": f"column {found['name']}"}
        yield {**named, **_bounded(found)}


def _bounded(found: dict[str, Any]) -> dict[str, Any]:
    bounds = {"lowerBound": found["low"], "upperBound": found["high"]}
    return {"value": found["value"], "confidenceInterval": bounds}


def _graphics(of: Recorded) -> dict[str, Any]:
    pictures = [
        {
            "name": name,
            "image": {
                "contentType": "image/svg+xml",
                "encoding": "base64",
                "content": base64.b64encode(text.encode()).decode(),
            },
        }
        for name, text in pictures_of(of.analysis).items()
    ]
    return {"graphics": {"collection": pictures}} if pictures else {}


def _considerations(of: Recorded) -> dict[str, Any]:
    said = of.said
    found: dict[str, Any] = {}
    if said.get("intendedUse"):
        found["useCases"] = [str(said["intendedUse"])]
    limits = [str(said[k]) for k in ("limitations", "outOfScopeUse") if said.get(k)]
    if limits:
        found["technicalLimitations"] = limits
    fair = [
        {
            "groupAtRisk": f"{line['column']}: {line.get('between', '')}",
            "harms": f"{line['measure']} {line['value']} ({line['low']} to {line['high']})",
        }
        for line in of.analysis.get("fairness") or ()
    ]
    if fair:
        found["fairnessAssessments"] = fair
    return {"considerations": found} if found else {}


def _people(of: Recorded) -> dict[str, Any]:
    """Who answers for it, and its licence where SPDX may not know the name."""
    found: dict[str, Any] = {}
    owners = of.said.get("owners") or ()
    if owners:
        found["authors"] = [{"name": str(owner)} for owner in owners]
    if of.said.get("license"):
        found["licenses"] = [{"license": {"name": str(of.said["license"])}}]
    return found


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
    for field in ("run", "recipeDigest", "inputsDigest", "image", "author", "runtime", "trust"):
        if spec.get(field):
            yield {"name": f"trainyard.dev/{field}", "value": str(spec[field])}
    for name, value in (spec.get("code") or {}).items():
        text = str(value).lower() if isinstance(value, bool) else str(value)
        yield {"name": f"trainyard.dev/code/{name}", "value": text}
    for name, value in (spec.get("packedCode") or {}).items():
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        yield {"name": f"trainyard.dev/packedCode/{name}", "value": text}
    for found in of.approvals:
        said = at(found, "spec") or {}
        text = f"{said.get('decision')} by {said.get('approver')}"
        yield {"name": "trainyard.dev/approval", "value": text}
