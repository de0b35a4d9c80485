"""The chart as Helm renders it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import yaml
from cluster_access import ROOT, run, tool

CHART = ROOT / "charts" / "trainyard"
HELMS = ("helm3", "helm4")
KUBERNETES = "1.35.4"

Manifest = dict[str, Any]
Values = Mapping[str, Any]


def render(
    values: Values | None = None,
    helm: str = "helm4",
    namespace: str = "trainyard-system",
    release: str = "trainyard",
) -> Sequence[Manifest]:
    """Return the manifests of a release; raises AssertionError with Helm's words."""
    return _render(json.dumps(values or {}), helm, namespace, release)


@cache
def _render(values: str, helm: str, namespace: str, release: str) -> Sequence[Manifest]:
    command = ("template", release, str(CHART), "-n", namespace, "--kube-version", KUBERNETES)
    text = run(tool(helm), *command, "--values", "-", stdin=values).stdout
    return tuple(document for document in yaml.safe_load_all(text) if document)


def of_kind(manifests: Sequence[Manifest], kind: str) -> list[Manifest]:
    """Return the manifests of that kind, in order."""
    return [manifest for manifest in manifests if manifest["kind"] == kind]


def only(manifests: Sequence[Manifest], kind: str) -> Manifest:
    """Return the one manifest of that kind."""
    (manifest,) = of_kind(manifests, kind)
    return manifest
