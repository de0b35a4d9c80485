"""What a life leaves behind, without what differs from life to life."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.control_plane.kube_api import KubeApi, Raw

OURS = ("ModelDeployment", "TrainingJob", "ModelVersion", "Dataset")
CHILDREN = ("Job", "Deployment", "Service", "ConfigMap")
_MANAGED = "labelSelector=app.kubernetes.io/managed-by%3Dtrainyard"
_SHOWN = 160
_ASSIGNED = ("clusterIP", "clusterIPs")
_MASKS = (
    (r'(trainyard.dev/wanted": )"[0-9a-f]+"', r'\1"<digest>"'),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)", "<time>"),
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<uid>"),
    (r'(configMap(?:Version": "|:))\d+', r"\1<version>"),
    (r"; about [^;\"]* at the present rate of requests", ""),
    (r"\d+ requests", "<count> requests"),
    (r"stable \d+ of \d+|failed \d+ of \d+", "<counts>"),
)


async def end_state(api: KubeApi, namespace: str, refreshes: Sequence[str]) -> dict[str, Any]:
    """Every object by kind and name, without times, uids and counts.

    `refreshes`: the Jobs of the Dataset in their order; their names hold its uid.
    """
    state: dict[str, Any] = {}
    for kind in (*OURS, *CHILDREN):
        query = "" if kind in OURS else _MANAGED
        for raw in await api.items(kind, namespace, query):
            state[f"{kind}/{raw['metadata']['name']}"] = lasting(raw, ours=kind in OURS)
    names = {name: f"refresh-{number}" for number, name in enumerate(refreshes)}
    return masked(state, {namespace: "<namespace>"} | names)


def lasting(raw: Raw, *, ours: bool) -> Raw:
    """The parts of an object that are the same in each life."""
    metadata, spec = raw["metadata"], dict(raw.get("spec") or {})
    kept = {key: metadata.get(key) for key in ("labels", "annotations", "ownerReferences")}
    for assigned in _ASSIGNED:
        spec.pop(assigned, None)
    status = dict(raw.get("status") or {}) if ours else {}
    status.pop("dispersion", None)  # how many requests came in how many intervals
    status.pop("lastArms", None)  # what was counted of them
    if previous := status.get("previous"):
        status["previous"] = {key: previous[key] for key in previous if key != "errors"}
    return {"metadata": kept, "spec": spec, "data": raw.get("data"), "status": status}


def masked(state: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The state without what differs from life to life; `names`: what to call some of it."""
    text = json.dumps(state, sort_keys=True)
    for name, called in names.items():
        text = text.replace(name, called)
    for pattern, mask in _MASKS:
        text = re.sub(pattern, mask, text)
    found: dict[str, Any] = json.loads(text)
    return found


def differences(expected: Any, found: Any, place: str = "") -> Iterator[str]:
    """Where two states differ, a line for each place."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in sorted({*expected, *found}):
            yield from differences(expected.get(key), found.get(key), f"{place}/{key}")
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for number, pair in enumerate(zip(expected, found, strict=True)):
            yield from differences(*pair, f"{place}/{number}")
    elif expected != found:
        yield f"{place}: {_short(expected)} != {_short(found)}"


def _short(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
