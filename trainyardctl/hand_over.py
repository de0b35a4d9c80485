"""How is an accepted version handed over to another namespace or cluster?

As files for its Git: an import of the model by the digest of its file, and the record of where it
comes from. Nothing of the trust goes along: data, gates and approvals over there are theirs.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import yaml

from modelbundle.manifest import FORMAT_FILES, BundleFile, Manifest
from modelbundle.publishing import bundle_key
from trainyard.api.v1alpha1 import API_VERSION
from trainyardctl.model_card import model_card
from trainyardctl.provenance import provenance
from trainyardctl.recorded import Recorded
from trainyardctl.snapshot import at, is_true, name_of

IMPORT, ORIGIN = "import.yaml", "origin.yaml"
_FORMATS = {"onnx": "Onnx", "skops": "Skops"}
"""What runs no code of its maker when it is loaded."""


class NothingToHandOver(Exception):
    """The version is not accepted here, or cannot be read from there."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who imports the version, and how it gets to the bytes."""

    store: str
    """The address of the part of the store that holds the bundle, as s3://bucket/prefix."""
    secret: str = ""
    """The secret over there with keys that may read it; empty: it is read without keys."""
    job: str = ""
    """The TrainingJob over there; empty: named as here."""


def handed_over(
    of: Recorded, manifest: Manifest, to: Receiver, environ: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Return the files, by name: a patch of the TrainingJob, and a ConfigMap with the record.

    Raises NothingToHandOver.
    """
    name = name_of(of.version)
    if not is_true(of.version, "Accepted"):
        raise NothingToHandOver(f"mv/{name}: it is not accepted here; `trainyard why mv/{name}`")
    job = to.job or str(at(of.version, "spec.trainingJob.name"))
    kind, file = _model(manifest, name)
    source = {"s3": _bucket(to, bundle_key(manifest.digest, file.path), environ)}
    imported = {"source": source, "format": kind, "digest": f"sha256:{file.sha256}"}
    record = {
        "card.md": model_card(of),
        "manifest.json": manifest.content().decode(),
        "statement.json": json.dumps(provenance(of), indent=2) + "\n",
    }
    return {
        IMPORT: _yaml(API_VERSION, "TrainingJob", job, {"spec": {"import": imported}}),
        ORIGIN: _yaml("v1", "ConfigMap", f"{job}-origin", {"data": record}),
    }


def _model(manifest: Manifest, name: str) -> tuple[str, BundleFile]:
    files = {file.path: file for file in manifest.files}
    for known, kind in _FORMATS.items():
        if known in manifest.formats:
            return kind, files[FORMAT_FILES[known]]
    raise NothingToHandOver(
        f"mv/{name}: its only format is joblib, which runs code when it is loaded; export the model"
        " as ONNX or skops"
    )


def _bucket(to: Receiver, key: str, environ: Mapping[str, str]) -> dict[str, str]:
    url = urlsplit(to.store)
    if url.scheme != "s3" or not url.netloc:
        raise NothingToHandOver(
            f"--store {to.store}: another namespace reads a version from a bucket, as s3://bucket/…;"
            " a volume is the namespace's own"
        )
    prefix = url.path.strip("/")
    found = {
        "bucket": url.netloc,
        "path": f"{prefix}/{key}" if prefix else key,
        "endpoint": environ.get("TRAINYARD_STORE_ENDPOINT", ""),
        "region": environ.get("TRAINYARD_STORE_REGION", ""),
        "secretName": to.secret,
    }
    return {field: value for field, value in found.items() if value}


def _yaml(api: str, kind: str, name: str, more: Mapping[str, Any]) -> str:
    document = {"apiVersion": api, "kind": kind, "metadata": {"name": name}, **more}
    return str(yaml.safe_dump(document, sort_keys=False, allow_unicode=True))
