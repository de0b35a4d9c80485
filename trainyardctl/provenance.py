"""Where a version comes from, as a statement that other tools check: in-toto, SLSA provenance.

https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md, https://slsa.dev/provenance/v1
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trainyardctl.recorded import Recorded
from trainyardctl.snapshot import at, name_of

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://slsa.dev/provenance/v1"
BUILD = "https://trainyard.dev/training/v1alpha1"
BUILDER = "https://trainyard.dev/operator"


def provenance(of: Recorded) -> dict[str, Any]:
    """Return the statement: its subject is the bundle, its materials are what it was made of."""
    spec = of.version.get("spec", {})
    return {
        "_type": STATEMENT,
        "subject": [{"name": name_of(of.version), "digest": _sha256(of.bundle_digest)}],
        "predicateType": PREDICATE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD,
                "externalParameters": {
                    "trainingJob": str(at(of.version, "spec.trainingJob.name")),
                    "recipe": str(spec.get("recipe") or ""),
                    "target": str(spec.get("target") or ""),
                    "cause": str(at(of.version, "spec.cause.kind") or ""),
                    "author": str(spec.get("author") or ""),
                    **({"trust": str(spec["trust"])} if spec.get("trust") else {}),
                },
                "resolvedDependencies": [*_materials(of)],
            },
            "runDetails": {
                "builder": {"id": BUILDER},
                "metadata": {"invocationId": str(spec.get("run") or "")},
                "byproducts": [*_verdicts(of)],
            },
        },
    }


def _materials(of: Recorded) -> Iterator[dict[str, Any]]:
    spec = of.version.get("spec", {})
    fields = (("data", "datasetDigest"), ("recipe", "recipeDigest"), ("inputs", "inputsDigest"))
    for name, field in fields:
        if spec.get(field):
            yield {"name": name, "digest": _sha256(str(spec[field]))}
    if spec.get("image"):
        yield {"name": "image", "uri": str(spec["image"])}
    if spec.get("code"):
        yield _code(spec["code"])


def _code(code: dict[str, Any]) -> dict[str, Any]:
    """The revision; what differed from it is in no repository, so nobody can fetch it by that."""
    revision, source = str(code.get("revision")), str(code.get("source") or "")
    said = {"revision": revision, "dirty": bool(code.get("dirty"))}
    place = {"uri": f"git+{source}@{revision}"} if source else {}
    return {"name": "code", **place, "annotations": said}


def _verdicts(of: Recorded) -> Iterator[dict[str, Any]]:
    evaluations = at(of.version, "status.evaluations") or ()
    for gate in evaluations[-1].get("gates") or () if evaluations else ():
        said = {"outcome": str(gate.get("outcome")), "message": str(gate.get("message", ""))}
        yield {"name": f"gate {gate.get('name')}", "annotations": said}
    for found in of.approvals:
        spec = found.get("spec", {})
        said = {"decision": str(spec.get("decision")), "approver": str(spec.get("approver"))}
        yield {"name": f"approval {name_of(found)}", "annotations": said}


def _sha256(digest: str) -> dict[str, str]:
    return {"sha256": digest.removeprefix("sha256:")}
