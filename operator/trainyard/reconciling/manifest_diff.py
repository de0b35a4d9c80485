"""Whether an object still is as it was wanted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from trainyard.api.quantities import number_of
from trainyard.api.v1alpha1 import GROUP
from trainyard.objects import Manifest

WANTED = f"{GROUP}/wanted"
"""Annotation with the hash of the applied manifest: tells that a field was taken *out* of it."""


def stamped(manifest: Manifest) -> dict[str, Any]:
    """Return the manifest with its own hash as an annotation."""
    text = json.dumps(manifest, sort_keys=True, separators=(",", ":"), default=str)
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    metadata = manifest["metadata"]
    annotations = {**metadata.get("annotations", {}), WANTED: digest}
    return {**manifest, "metadata": {**metadata, "annotations": annotations}}


def contains(wanted: Any, found: Any, path: str = "") -> str | None:
    """Return the path of the first wanted thing that `found` lacks or has differently, or None.

    `found` may have more: defaults and the fields of others. An empty value that is wanted
    counts as there when it is absent, because the API server does not store it; a wanted None
    means that the field must be absent.
    """
    if found is None:
        return path or "." if wanted else None
    if wanted is None:
        return path
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        return _first(contains(v, found.get(k), f"{path}.{k}") for k, v in wanted.items())
    if _is_list(wanted) and _is_list(found):
        return _lists(wanted, found, path)
    return None if _equal(wanted, found) else path


def _lists(wanted: Sequence[Any], found: Sequence[Any], path: str) -> str | None:
    if path == ".metadata.ownerReferences":  # others may add theirs
        missing = (w for w in wanted if all(contains(w, f) for f in found))
        return path if any(True for _ in missing) else None
    if len(wanted) != len(found):
        return path
    return _first(
        contains(w, f, f"{path}[{i}]") for i, (w, f) in enumerate(zip(wanted, found, strict=True))
    )


def _first(differences: Any) -> str | None:
    return next((difference for difference in differences if difference is not None), None)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _equal(wanted: Any, found: Any) -> bool:
    if wanted == found:
        return isinstance(wanted, bool) == isinstance(found, bool)
    return isinstance(found, str) and number_of(wanted) == number_of(found) is not None
