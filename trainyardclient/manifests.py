"""What is a declared object as a manifest, and would the API server take it?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from trainyard.api.base import ApiModel, Resource
from trainyard.api.v1alpha1 import API_VERSION
from trainyard.crdgen import yaml_text
from trainyard.reconciling.parsing import parse
from trainyardctl.lint.linting import faults_of

ResourceT = TypeVar("ResourceT", bound=Resource)


class Undeclarable(Exception):
    """It cannot be said in a manifest, or the API server would refuse what it says."""


class ConfigMap(ApiModel):
    """A small file, kept in the cluster."""

    name: str
    data: dict[str, str]


Declared = Resource | ConfigMap


def declared(model: type[ResourceT], name: str, spec: Mapping[str, Any]) -> ResourceT:
    """Return the object of that spec; raises Undeclarable with each field that is wrong."""
    kind = model.definition.kind
    raw = {"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": name}, "spec": spec}
    wrong = [f"{f.field}: {f.message}" for f in faults_of(raw, (raw,)) if f.is_certain]
    if wrong:
        raise Undeclarable(f"{kind} {name}: {'; '.join(wrong)}")
    return parse(model, raw)


def manifest_of(found: Declared) -> dict[str, Any]:
    """Return the manifest, with what was said and no defaults."""
    if isinstance(found, ConfigMap):
        name, data = {"name": found.name}, dict(found.data)
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": name, "data": data}
    said = found.model_dump(mode="json", by_alias=True, exclude_unset=True)
    kind = found.definition.kind
    metadata, spec = {"name": found.metadata.name}, said["spec"]
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": metadata, "spec": spec}


def to_yaml(*objects: Declared) -> str:
    """Return the manifests as a file for kubectl or Git."""
    return "---\n".join(yaml_text.to_yaml(manifest_of(found)) for found in objects)
