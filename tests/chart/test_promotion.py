"""What is handed over fits what the how-to declares in production, and changes nothing else."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import serving_bundles as bundles
import yaml
from a_recorded_version import VERSION
from cluster_access import ROOT, kubectl

from modelbundle.manifest import BundleFile, Manifest
from modelbundle.signature import Signature, Task
from trainyardctl.hand_over import Receiver, handed_over
from trainyardctl.lint.linting import lint_paths
from trainyardctl.recorded import recorded
from trainyardctl.snapshot import Snapshot

PAGE = ROOT / "docs" / "how-to" / "promote-across-clusters.md"
FENCE = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)
FILE = "ab" * 32


def version() -> tuple[dict[str, Any], Manifest]:
    """Return an accepted version of the TrainingJob `loans`, and its bundle's manifest."""
    signature = Signature(Task.REGRESSION, (), bundles.floats(["a"]), probabilities=False)
    manifest = Manifest(signature, bundles.ORIGIN, (BundleFile("model.onnx", 5, FILE),))
    made: dict[str, Any] = copy.deepcopy(VERSION)
    made["spec"] |= {"bundleDigest": manifest.digest, "trainingJob": {"name": "loans"}}
    return made, manifest


def test_production_imports_the_bytes_and_keeps_gates_and_people(tmp_path: Path) -> None:
    """Kustomize lays both files over the page's own manifests; `lint` finds nothing wrong."""
    production, kustomization = FENCE.findall(PAGE.read_text(encoding="utf-8"))
    (tmp_path / "production.yaml").write_text(production, encoding="utf-8")
    (tmp_path / "kustomization.yaml").write_text(kustomization, encoding="utf-8")
    (tmp_path / "handed-over").mkdir()
    made, manifest = version()
    to = Receiver("s3://artifacts/trainyard/default/staging", "staging-reader")
    for name, text in handed_over(
        recorded(Snapshot("staging", {}), made, ()), manifest, to
    ).items():
        (tmp_path / "handed-over" / name).write_text(text, encoding="utf-8")

    rendered = kubectl("kustomize", str(tmp_path)).stdout
    found = {m["kind"]: m for m in yaml.safe_load_all(rendered)}
    before = {m["kind"]: m for m in yaml.safe_load_all(production)}
    spec = found["TrainingJob"]["spec"]
    assert f"sha256:{FILE}" == spec["import"]["digest"]
    assert manifest.digest.removeprefix("sha256:") in spec["import"]["source"]["s3"]["path"]
    for field in ("gates", "dataset"):
        assert before["TrainingJob"]["spec"][field] == spec[field]
    assert before["ModelDeployment"]["spec"] == found["ModelDeployment"]["spec"]
    assert "production" == found["ConfigMap"]["metadata"]["namespace"]
    assert {"card.md", "manifest.json", "statement.json"} == set(found["ConfigMap"]["data"])

    ours = [m for m in found.values() if m["kind"] != "ConfigMap"]
    (tmp_path / "ours.yaml").write_text(yaml.safe_dump_all(ours), encoding="utf-8")
    wrong = [str(line) for line in lint_paths([str(tmp_path / "ours.yaml")]).lines]
    assert [] == [line for line in wrong if "perhaps: " not in line]
