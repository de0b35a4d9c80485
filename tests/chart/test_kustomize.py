"""The kustomize base has the same effect as the chart with its defaults."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from chart_rendering import Manifest, render
from cluster_access import ROOT, kubectl, run, tool


def identity(manifest: Manifest) -> tuple[str, str, str]:
    """Return what an object is called in a cluster."""
    metadata = manifest["metadata"]
    return manifest["kind"], metadata.get("namespace", ""), metadata["name"]


def said_by(manifest: Manifest) -> dict[str, Any]:
    """Return what the object does, without the labels by which Helm knows its own."""
    said = {key: value for key, value in manifest.items() if key != "metadata"}
    if manifest["kind"] != "Deployment":
        return said
    template = manifest["spec"]["template"]
    bare = template | {"metadata": {"annotations": template["metadata"]["annotations"]}}
    return said | {"spec": manifest["spec"] | {"template": bare}}


def built() -> dict[tuple[str, str, str], Manifest]:
    """Return what `kubectl apply -k` would send."""
    text = kubectl("kustomize", str(ROOT / "kustomize")).stdout
    return {identity(m): m for m in yaml.safe_load_all(text)}


def test_the_committed_base_is_current() -> None:
    """`make generate` would change nothing."""
    script = str(ROOT / "kustomize" / "generate.py")
    assert run(sys.executable, script, "--check", "--helm", tool("helm4")).stdout == ""


def test_it_installs_the_same_objects() -> None:
    """Everything the chart installs, and the namespace it is installed in."""
    namespace = ("Namespace", "", "trainyard-system")
    assert {namespace, *(identity(m) for m in render())} == set(built())


def test_the_objects_say_the_same() -> None:
    """Specs and rules are those of the chart, word for word."""
    chart = {identity(m): said_by(m) for m in render()}
    kustomize = {key: said_by(m) for key, m in built().items() if m["kind"] != "Namespace"}
    assert chart == kustomize


@pytest.mark.cluster
def test_the_api_server_accepts_it(tmp_path: Path) -> None:
    """In a namespace that exists, strict validation finds no fault with any object."""
    made = kubectl("create", "-o", "name", "-f", "-", stdin=NAMESPACE).stdout.strip()
    overlay = {
        "namespace": made.removeprefix("namespace/"),
        "resources": [os.path.relpath(ROOT / "kustomize", tmp_path)],
    }
    (tmp_path / "kustomization.yaml").write_text(json.dumps(overlay), encoding="utf-8")
    try:
        kubectl(
            *("apply", "--server-side", "--force-conflicts", "--dry-run=server"),
            *("--validate=strict", "-k", str(tmp_path)),
        )
    finally:
        kubectl("delete", "--wait=false", made)


NAMESPACE = '{"apiVersion":"v1","kind":"Namespace","metadata":{"generateName":"kustomize-"}}'


def test_its_namespace_enforces_the_restricted_level() -> None:
    """What runs there is checked by the cluster itself."""
    labels = built()[("Namespace", "", "trainyard-system")]["metadata"]["labels"]
    assert labels == {"pod-security.kubernetes.io/enforce": "restricted"}
