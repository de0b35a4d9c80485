"""What does a model card say, for machines? The same as its Markdown, as one JSON document."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from trainyardctl.recorded import Recorded, live_qualities, roles_of
from trainyardctl.snapshot import Raw, at, condition, name_of


def card_document(of: Recorded) -> dict[str, Any]:
    """Return the document; what is not recorded is absent."""
    evaluations = at(of.version, "status.evaluations") or ()
    accepted = condition(of.version, "Accepted") or {}
    return {
        "name": name_of(of.version),
        "card": of.said,
        "version": of.version.get("spec", {}),
        "data": _data(of),
        "accepted": {k: accepted[k] for k in ("status", "reason", "message") if k in accepted},
        "gates": list(evaluations[-1].get("gates") or ()) if evaluations else [],
        "approvals": [_approval(found) for found in of.approvals],
        "service": [_service(of, found) for found in of.served_by],
        "liveQuality": [asdict(live) for live in live_qualities(of)],
    }


def _data(of: Recorded) -> dict[str, Any]:
    return {"dataset": of.dataset, **of.data} if of.data is not None else {}


def _approval(found: Raw) -> dict[str, Any]:
    return {
        "name": name_of(found),
        "at": at(found, "metadata.creationTimestamp"),
        **found.get("spec", {}),
    }


def _service(of: Recorded, deployment: Raw) -> dict[str, Any]:
    roles = roles_of(deployment, of.bundle_digest)
    signals = at(deployment, "status.signals") or () if "stable" in roles else ()
    return {"modelDeployment": name_of(deployment), "roles": roles, "signals": list(signals)}
