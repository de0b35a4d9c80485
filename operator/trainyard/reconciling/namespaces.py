"""What a Namespace asks of everything in it."""

from __future__ import annotations

from trainyard.ownership import REQUEST
from trainyard.reconciling.world import RawObject
from trainyard.requests import Verb, parse_request


def is_ending(raw: RawObject) -> bool:
    """Tell whether the object, a Namespace or any other, is being deleted."""
    return raw.get("metadata", {}).get("deletionTimestamp") is not None


def is_held(namespace: RawObject) -> bool:
    """Tell whether somebody stopped all work in the Namespace by the request `hold`."""
    annotations = namespace.get("metadata", {}).get("annotations") or {}
    return parse_request(annotations.get(REQUEST, "")).verb is Verb.HOLD
