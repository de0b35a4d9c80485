"""A decision as a message for Slack's incoming webhooks, which others understand as well."""

from __future__ import annotations

import json

from trainyard.api.base import HistoryEntry, Resource


def slack_message(resource: Resource, entry: HistoryEntry) -> bytes:
    """Return the message; what an object says of itself can neither mention nor link anybody."""
    metadata = resource.metadata
    who = f"{resource.definition.kind} {metadata.namespace}/{metadata.name}"
    text = f"*{_plain(who)}*: {_plain(entry.reason)}\n{_plain(entry.message)}"
    return json.dumps({"text": text}).encode()


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
