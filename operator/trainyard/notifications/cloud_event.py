"""A decision as a CloudEvent 1.0 in structured JSON."""

from __future__ import annotations

import json

from trainyard.api.base import HistoryEntry, Resource
from trainyard.api.v1alpha1 import API_VERSION


def cloud_event(resource: Resource, entry: HistoryEntry) -> bytes:
    """Return the event; its id is the same however often it is sent, so that a receiver can tell.

    `sequence` is the extension of that name: entries of one object in their order.
    """
    metadata, definition = resource.metadata, resource.definition
    source = (
        f"/apis/{API_VERSION}/namespaces/{metadata.namespace}/{definition.plural}/{metadata.name}"
    )
    event = {
        "specversion": "1.0",
        "id": f"{metadata.uid}.{entry.number}",
        "source": source,
        "type": f"dev.trainyard.{definition.singular}.{entry.reason}",
        "subject": metadata.name,
        "time": f"{entry.at:%Y-%m-%dT%H:%M:%SZ}",
        "sequence": f"{entry.number:010}",
        "datacontenttype": "application/json",
        "data": {
            "kind": definition.kind,
            "namespace": metadata.namespace,
            "name": metadata.name,
            "reason": entry.reason,
            "message": entry.message,
        },
    }
    return json.dumps(event).encode()
