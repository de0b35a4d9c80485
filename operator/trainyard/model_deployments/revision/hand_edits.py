"""Is a Deployment still as the record of its revision says, or did somebody edit it?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from trainyard.api.v1alpha1.model_deployment_status import Revision
from trainyard.model_deployments.revision.workload import COLLECTOR, SERVER
from trainyard.objects import RawObject
from trainyard.pod_defaults import PodDefaults, amounts
from trainyard.pod_security import hardened_pod
from trainyard.reconciling.manifest_diff import contains

OUR_VARIABLES = "TRAINYARD_"
_BUNDLE = "TRAINYARD_BUNDLE_DIGEST"
_PLACEMENT = (
    *("nodeSelector", "tolerations", "affinity"),
    *("serviceAccountName", "priorityClassName", "runtimeClassName"),
)
_SECRETS = "imagePullSecrets"


def hand_edit(record: Revision, deployment: RawObject) -> str:
    """Return the first thing that differs, in words; empty where all is as recorded.

    Only what the record says is compared, and what we never set: pods that another version of the
    operator rendered are no edit, and an upgrade must not restart them.
    """
    pod = deployment["spec"]["template"]["spec"]
    containers = {c.get("name"): c for c in pod.get("containers") or ()}
    if SERVER not in containers:
        return f"container {SERVER} is missing"
    server, collector = containers[SERVER], containers.get(COLLECTOR)
    found = (
        _of_server(record, server),
        _of_collector(record, collector),
        _of_placement(record, pod),
    )
    return next(chain.from_iterable(found), "")


def restored(template: Mapping[str, Any], deployment: RawObject) -> dict[str, Any]:
    """Return what a merge needs so that the pod template is the wanted one again.

    A merge replaces lists, and of a map only what it names: what is to go is named as None.
    """
    spec = template["spec"]
    found = deployment["spec"]["template"]["spec"]
    gone: dict[str, Any] = {
        key: None for key in (*_PLACEMENT, _SECRETS) if key in found and key not in spec
    }
    selector = spec.get("nodeSelector", {})
    if selector:
        others = {key: None for key in found.get("nodeSelector") or {} if key not in selector}
        gone = gone | {"nodeSelector": {**selector, **others}}
    return {**template, "spec": {**spec, **gone}}


def _of_server(record: Revision, server: Mapping[str, Any]) -> Iterator[str]:
    if server.get("image") != record.image:
        yield f"image is {server.get('image')}, recorded is {record.image}"
    for field in ("command", "args"):
        if server.get(field):
            yield f"{field} is set"
    variables = {v["name"]: v.get("value", "") for v in server.get("env") or ()}
    if variables.get(_BUNDLE) != record.bundle_digest:
        yield f"{_BUNDLE} is {variables.get(_BUNDLE)}, recorded is {record.bundle_digest}"
    said = {v.name: v.value for v in record.pod.env}
    for name, value in variables.items():
        if name not in said and not name.startswith(OUR_VARIABLES):
            yield f"variable {name} is set"
        elif value != said.get(name, value):
            yield f"variable {name} is {value}, recorded is {said[name]}"
    wanted = amounts(record.pod.resources)
    if wanted and not _same(wanted, server.get("resources") or {}):
        yield f"resources are {server.get('resources')}"


def _of_collector(record: Revision, collector: Mapping[str, Any] | None) -> Iterator[str]:
    image = (collector or {}).get("image", "")
    if record.collector_image and image != record.collector_image:
        yield f"image of the {COLLECTOR} is {image}, recorded is {record.collector_image}"


def _of_placement(record: Revision, pod: Mapping[str, Any]) -> Iterator[str]:
    wanted = hardened_pod(record.pod, PodDefaults())
    there = pod.get(_SECRETS) or ()
    if any(secret not in there for secret in wanted.get(_SECRETS, ())):
        yield f"{_SECRETS} is {there}, recorded is {wanted[_SECRETS]}"
    for field in _PLACEMENT:
        if not _same(wanted.get(field), pod.get(field)):
            yield f"{field} is {pod.get(field)}, recorded is {wanted.get(field)}"


def _same(wanted: Any, found: Any) -> bool:
    """Tell whether neither has more than the other; both may say nothing."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping) and wanted.keys() != found.keys():
        return False
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        return all(_same(wanted[key], found[key]) for key in wanted)
    return contains(wanted, found) is None if wanted else not found
