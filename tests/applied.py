"""What applying a manifest does to a world of tests: it is so afterwards, and nothing twice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol


class _Stored(Protocol):
    def names(self, kind: str) -> Any: ...
    def raw(self, kind: str, name: str) -> Any: ...
    def put(self, raw: Any) -> None: ...


def apply_to(world: _Stored, manifest: Mapping[str, Any]) -> None:
    """Have the object be as the manifest says."""
    wanted = json.loads(json.dumps(manifest))
    kind, name = wanted["kind"], wanted["metadata"]["name"]
    found = world.raw(kind, name) if name in world.names(kind) else {}
    wanted["metadata"]["uid"] = f"uid-{kind}-{name}"
    if any(found.get(key) != value for key, value in wanted.items() if key != "metadata"):
        world.put(wanted)
