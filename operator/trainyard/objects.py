"""How an object of the cluster is named, as it is stored and as it is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

RawObject = Mapping[str, Any]
"""An object as the API server stores it."""
Manifest = Mapping[str, Any]
"""An object as it is wanted."""
Name = tuple[str, str]
"""Namespace (empty for cluster-scoped kinds) and name."""


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """Which object, by kind and name; `uid` and `resource_version` guard deletes and patches."""

    kind: str
    namespace: str
    name: str
    uid: str = ""
    resource_version: str = ""


def name_of(raw: RawObject) -> Name:
    """Return namespace and name of the object."""
    metadata = raw["metadata"]
    return metadata.get("namespace", ""), metadata["name"]


def version_of(raw: RawObject) -> int:
    """Return the object's resource version; API servers promise comparable integers."""
    return int(raw["metadata"]["resourceVersion"])
