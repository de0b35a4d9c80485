"""What the webhook was told by the Alertmanager."""

from __future__ import annotations

import json
from dataclasses import dataclass

from demo.kubectl import Kubectl, KubectlFailed

WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert that arrived."""

    name: str
    status: str
    labels: dict[str, str]
    summary: str


def alerts_in(log: str) -> list[Alert]:
    """Return the alerts of the webhook's log, oldest first."""
    return [Alert(**json.loads(line)) for line in log.splitlines() if line.startswith("{")]


def read_alerts(kubectl: Kubectl) -> list[Alert]:
    """Return what arrived so far; nothing while the webhook has not started."""
    try:
        return alerts_in(kubectl.run("logs", WEBHOOK))
    except KubectlFailed:
        return []
