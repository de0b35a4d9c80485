"""What a Namespace asks of everything in it."""

from __future__ import annotations

from trainyard.objects import RawObject
from trainyard.ownership import REQUEST
from trainyard.requests import LONGEST_REQUEST, Request, Verb, parse_request


def is_ending(raw: RawObject) -> bool:
    """Tell whether the object, a Namespace or any other, is being deleted."""
    return raw.get("metadata", {}).get("deletionTimestamp") is not None


def is_paused(namespace: RawObject) -> bool:
    """Tell whether somebody stopped all work in the Namespace by the request `pause`."""
    return _request(namespace).verb is Verb.PAUSE


def image_refresh(namespace: RawObject) -> str:
    """Return the token by which somebody asked to release the installed images; empty: nobody."""
    request = _request(namespace)
    return request.target if request.verb is Verb.REFRESH_IMAGES else ""


def asks(namespace: RawObject) -> tuple[bool, bool, str]:
    """Return all that objects look at of their Namespace."""
    return is_ending(namespace), is_paused(namespace), image_refresh(namespace)


def _request(namespace: RawObject) -> Request:
    annotations = namespace.get("metadata", {}).get("annotations") or {}
    return parse_request(annotations.get(REQUEST, "").strip()[:LONGEST_REQUEST])
