"""What does the Job look like that removes what nothing refers to? One a day and namespace."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from trainyard.api.pod_settings import PodSettings
from trainyard.api.v1alpha1 import GROUP
from trainyard.installation import Installation
from trainyard.ownership import ROLE, child_name
from trainyard.pod_defaults import amounts
from trainyard.pod_security import folder_volume, hardened_container, hardened_pod, resources_of
from trainyard.retention.references import References
from trainyard.store_access import store_environment, store_mounts, store_volumes

SWEEP = "sweep"
DEADLINE_SECONDS = 6 * 3600
LARGEST_TASK = 120_000
"""Bytes; Linux lets a variable have 131,072."""
_KEPT_SECONDS = 7 * 86400
_SCRATCH = "tmp-sweep"


def sweep_name(installation: Installation, now: datetime) -> str:
    """Return the Job's name: a second one of the same day is not made."""
    return child_name(f"trainyard-{SWEEP}-{now:%Y%m%d}", installation.id)


def due_at(namespace: str, now: datetime) -> datetime:
    """Return when of the day its turn is: not all stores are swept at midnight."""
    share = int(hashlib.sha256(namespace.encode()).hexdigest()[:8], 16) / 2**32
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + share * timedelta(hours=20)


def sweep_task(references: References, days: int, now: datetime, namespace_uid: str) -> str:
    """Return the task, as the training image reads it."""
    document = {
        "version": 1,
        "now": now.isoformat().replace("+00:00", "Z"),
        "keepDays": days,
        "namespaceUid": namespace_uid,
        "dryRun": False,
        "references": references.document(),
    }
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def sweep_job(
    installation: Installation, namespace: str, task: str, now: datetime
) -> dict[str, Any]:
    """Return the Job; nobody owns it, and it goes by itself after a week."""
    labels = {ROLE: SWEEP, f"{GROUP}/installation": installation.id}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": sweep_name(installation, now),
            "namespace": namespace,
            "labels": labels,
        },
        "spec": {
            "backoffLimit": 2,
            "activeDeadlineSeconds": DEADLINE_SECONDS,
            "ttlSecondsAfterFinished": _KEPT_SECONDS,
            "template": {
                "metadata": {"labels": labels},
                "spec": _pod(installation, namespace, task),
            },
        },
    }


def _pod(installation: Installation, namespace: str, task: str) -> dict[str, Any]:
    settings = PodSettings()
    resources = resources_of(settings, installation.pods)
    container = {
        "name": SWEEP,
        "image": installation.training_image,
        "imagePullPolicy": installation.image_pull_policy,
        "args": [SWEEP],
        "env": [
            {"name": "TRAINYARD_TASK", "value": task},
            *store_environment(installation, namespace, read_only=False),
        ],
        "resources": amounts(resources),
        "volumeMounts": store_mounts(installation, read_only=False),
    }
    return {
        "restartPolicy": "Never",
        **hardened_pod(settings, installation.pods),
        "containers": [hardened_container(container, scratch=_SCRATCH)],
        "volumes": [*store_volumes(installation), folder_volume(_SCRATCH, resources)],
    }
