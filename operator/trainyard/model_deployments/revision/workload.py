"""How the pods of a revision are: ready, starting, crashing, or kept down by the cluster."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from trainyard.conditions import shorten
from trainyard.pod_creation import Creating, CreationFault, creating_of, store_elsewhere

SERVER = "server"
FETCH = "fetch"
COLLECTOR = "collector"
CRASHES = 3
"""Restarts of one server that make it a crash loop even between two crashes."""
STORE_DENIED = 15
"""Exit code of a fetch without valid credentials: no fault of the version, and it may mend."""
RUNTIME_MISSING = 16
"""Exit code of a server whose image lacks what its bundle needs: another image mends it."""
MESSAGE = 300
ENDED = ("Failed", "Succeeded")
"""Phases of pods that are kept for people to look at: evicted ones, say."""

Pod = Mapping[str, Any]


class Trouble(StrEnum):
    """Whose fault it is that a pod does not serve."""

    CRASH = "Crash"
    """The version's own: it exits, or its bundle is not there or not what it should be."""
    CLUSTER = "Cluster"
    """The cluster's: image, quota, scheduling, node, store."""
    STORE = "Store"
    """The cluster's too: the store is a claim that only one node can mount."""


@dataclass(frozen=True, slots=True)
class Workload:
    """The Deployment of one revision and its pods, as far as decisions need them."""

    revision: str
    exists: bool = False
    uid: str = ""
    version: str = ""
    """As it was seen."""
    replicas: int = 0
    """How many pods it is told to have."""
    role: str = ""
    """Its label."""
    pods: int = 0
    ready: int = 0
    """Pods that are ready, and that the cluster's controllers have seen to be."""
    trouble: Trouble | None = None
    message: str = ""
    unready_since: datetime | None = None
    """Since when the server that runs and is not ready for longest has been so."""
    creating: Creating | None = None
    """The pod that has a node, and of which no container has been made for longest."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one pod shows."""

    trouble: Trouble
    message: str


IMAGE_FAULTS = frozenset(
    {
        "ErrImagePull",
        "ImagePullBackOff",
        "InvalidImageName",
        "ImageInspectError",
        "ErrImageNeverPull",
        "CreateContainerConfigError",
        "CreateContainerError",
    }
)


def workload_of(
    revision: str,
    deployment: Mapping[str, Any] | None,
    pods: Sequence[Pod],
    main: str = SERVER,
) -> Workload:
    """Return how the revision is; a crash outranks the cluster's fault.

    `main`: the container that serves.
    """
    alive = [pod for pod in pods if not pod["metadata"].get("deletionTimestamp")]
    found = [
        *_quota(deployment),
        *(f for pod in alive if (f := pod_trouble(pod, main)) is not None),
    ]
    worst = min(found, key=lambda f: f.trouble is not Trouble.CRASH, default=None)
    metadata = deployment["metadata"] if deployment else {}
    return Workload(
        revision=revision,
        exists=deployment is not None and not metadata.get("deletionTimestamp"),
        uid=metadata.get("uid", ""),
        version=metadata.get("resourceVersion", ""),
        replicas=deployment["spec"].get("replicas", 1) if deployment else 0,
        role=(metadata.get("labels") or {}).get("trainyard.dev/role", ""),
        pods=sum((pod.get("status") or {}).get("phase") not in ENDED for pod in alive),
        ready=ready_to_controllers(deployment, sum(is_ready(pod) for pod in alive)),
        trouble=worst.trouble if worst else None,
        message=worst.message if worst else "",
        creating=min(
            (c for pod in alive if (c := creating_of(pod))), key=lambda c: c.since, default=None
        ),
        unready_since=min((t for pod in alive if (t := _running_unready(pod))), default=None),
    )


def ready_to_controllers(deployment: Mapping[str, Any] | None, ready: int) -> int:
    """Return how many of so many ready pods a Service would lead to at once.

    What finds the endpoints of a Service knows pods from the cache that the Deployment's status is
    counted from. Led to pods that it does not know to be ready yet, a Service leads to nobody.
    """
    status = (deployment or {}).get("status") or {}
    return (
        min(ready, int(status.get("readyReplicas", 0))) if "observedGeneration" in status else ready
    )


def is_ready(pod: Pod) -> bool:
    """Tell whether the pod has the condition Ready and is not on its way out."""
    if pod["metadata"].get("deletionTimestamp"):
        return False
    return _condition(pod, "Ready").get("status") == "True"


def pod_trouble(pod: Pod, main: str = SERVER) -> Finding | None:
    """Return why the pod does not serve, or None when it serves or may still come up."""
    name = pod["metadata"]["name"]
    status = pod.get("status") or {}
    if status.get("phase") == "Failed":
        why = f"pod {name} failed: {status.get('reason', '')} {status.get('message', '')}"
        return Finding(Trouble.CLUSTER, shorten(why.strip(), MESSAGE))
    scheduled = _condition(pod, "PodScheduled")
    if scheduled.get("status") == "False":
        message = scheduled.get("message", "")
        why = shorten(f"pod {name} cannot be scheduled: {message}", MESSAGE)
        return cluster_finding(store_elsewhere(name, message) or CreationFault(why))
    fetch = _container(status.get("initContainerStatuses"), FETCH)
    server = _container(status.get("containerStatuses"), main)
    collector = _container(status.get("containerStatuses"), COLLECTOR)
    return (
        _image_fault(name, (fetch, server, collector))
        or _fetch_fault(name, fetch)
        or _crash(name, server)
        or _collector_fault(name, collector)
    )


def cluster_finding(fault: CreationFault) -> Finding:
    """Return the finding that the cluster, or its store, cannot make the pod."""
    trouble = Trouble.STORE if fault.is_store_elsewhere else Trouble.CLUSTER
    return Finding(trouble, fault.message)


def _image_fault(name: str, containers: Iterable[Mapping[str, Any]]) -> Finding | None:
    for container in containers:
        waiting = (container.get("state") or {}).get("waiting") or {}
        if waiting.get("reason") in IMAGE_FAULTS:
            why = f"pod {name}: {waiting['reason']}: {waiting.get('message', '')}"
            return Finding(Trouble.CLUSTER, shorten(why, MESSAGE))
    return None


def _fetch_fault(name: str, fetch: Mapping[str, Any]) -> Finding | None:
    ended = _last_end(fetch)
    if not ended or ended.get("exitCode", 0) == 0:
        return None
    code = int(ended["exitCode"])
    why = f"pod {name} could not fetch its bundle (exit {code}): {ended.get('message', '')}"
    own = 10 <= code <= 19 and code != STORE_DENIED
    fault = Trouble.CRASH if own else Trouble.CLUSTER
    return Finding(fault, shorten(why, MESSAGE))


def _crash(name: str, server: Mapping[str, Any]) -> Finding | None:
    ended = _last_end(server)
    if ended.get("exitCode") == RUNTIME_MISSING:
        why = f"pod {name} has the wrong image (exit 16): {ended.get('message', '')}"
        return Finding(Trouble.CLUSTER, shorten(why, MESSAGE))
    restarts = int(server.get("restartCount", 0))
    waiting = (server.get("state") or {}).get("waiting") or {}
    if waiting.get("reason") != "CrashLoopBackOff" and restarts < CRASHES:
        return None
    why = (
        f"pod {name} crashed {restarts} times, last with exit {ended.get('exitCode', '?')}"
        f" {ended.get('reason', '')}: {_remedy(ended)}"
    )
    return Finding(Trouble.CRASH, shorten(why, MESSAGE))


def _collector_fault(name: str, collector: Mapping[str, Any]) -> Finding | None:
    """A pod whose collector does not run is not ready, and that is not the version's doing."""
    waiting = (collector.get("state") or {}).get("waiting") or {}
    if waiting.get("reason") != "CrashLoopBackOff":
        return None
    why = f"pod {name}: its collector does not run: {_remedy(_last_end(collector))}"
    return Finding(Trouble.CLUSTER, shorten(why, MESSAGE))


def _remedy(ended: Mapping[str, Any]) -> str:
    if ended.get("reason") == "OOMKilled":
        return "it used more memory than it may: raise its memory limit"
    return str(ended.get("message", ""))


def _quota(deployment: Mapping[str, Any] | None) -> Iterable[Finding]:
    conditions = ((deployment or {}).get("status") or {}).get("conditions") or ()
    for condition in conditions:
        if condition.get("type") == "ReplicaFailure" and condition.get("status") == "True":
            yield Finding(Trouble.CLUSTER, shorten(condition.get("message", ""), MESSAGE))


def _running_unready(pod: Pod) -> datetime | None:
    server = _container((pod.get("status") or {}).get("containerStatuses"), SERVER)
    running = (server.get("state") or {}).get("running") or {}
    started = running.get("startedAt")
    if not started or server.get("ready"):
        return None
    # A server that was ready until now is not one that never was.
    turned = _condition(pod, "Ready").get("lastTransitionTime") or started
    return max(datetime.fromisoformat(str(started)), datetime.fromisoformat(str(turned)))


def _last_end(container: Mapping[str, Any]) -> Mapping[str, Any]:
    for state in (container.get("state") or {}, container.get("lastState") or {}):
        if state.get("terminated"):
            ended: Mapping[str, Any] = state["terminated"]
            return ended
    return {}


def _container(statuses: Sequence[Mapping[str, Any]] | None, name: str) -> Mapping[str, Any]:
    return next((c for c in statuses or () if c.get("name") == name), {})


def _condition(pod: Pod, type_: str) -> Mapping[str, Any]:
    conditions = (pod.get("status") or {}).get("conditions") or ()
    return next((c for c in conditions if c.get("type") == type_), {})
