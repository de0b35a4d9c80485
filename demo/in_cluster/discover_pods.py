"""Tells Prometheus which pods to scrape, as a file that it watches.

Debian's Prometheus is built without discovery in Kubernetes, so this small neighbour in the same
pod asks the API server each second and writes what it found. Standard library only.
"""

from __future__ import annotations

import json
import ssl
import time
import urllib.request
from pathlib import Path
from typing import Any

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
TARGETS = Path("/targets/pods.json")
LABELS = {"trainyard.dev/modeldeployment": "modeldeployment"}


def pods() -> list[dict[str, Any]]:
    """Return the pods of our own namespace."""
    namespace = (ACCOUNT / "namespace").read_text()
    request = urllib.request.Request(
        f"https://kubernetes.default.svc/api/v1/namespaces/{namespace}/pods",
        headers={"Authorization": f"Bearer {(ACCOUNT / 'token').read_text()}"},
    )
    trust = ssl.create_default_context(cafile=str(ACCOUNT / "ca.crt"))
    with urllib.request.urlopen(request, timeout=5, context=trust) as answer:  # noqa: S310 - https
        found: list[dict[str, Any]] = json.load(answer)["items"]
    return found


def target(pod: dict[str, Any]) -> dict[str, Any] | None:
    """Return the scrape target of a running pod that asks for it by annotation."""
    metadata, address = pod["metadata"], pod["status"].get("podIP")
    asks = metadata.get("annotations") or {}
    if asks.get("prometheus.io/scrape") != "true" or not address:
        return None
    if pod["status"]["phase"] != "Running":
        return None
    carried = metadata.get("labels") or {}
    labels = {short: carried[long] for long, short in LABELS.items() if long in carried}
    return {
        "targets": [f"{address}:{asks['prometheus.io/port']}"],
        "labels": {
            "namespace": metadata["namespace"],
            "pod": metadata["name"],
            "__metrics_path__": asks.get("prometheus.io/path", "/metrics"),
            **labels,
        },
    }


def main() -> None:
    """Write the targets whenever they change."""
    written = ""
    while True:
        try:
            text = json.dumps([t for t in map(target, pods()) if t], indent=1)
        except OSError as fault:
            print(f"not asked: {fault}", flush=True)
        else:
            if text != written:
                beside = TARGETS.with_suffix(".new")
                beside.write_text(text)
                beside.replace(TARGETS)
                written = text
        time.sleep(1)


if __name__ == "__main__":
    main()
