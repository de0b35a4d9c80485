"""Many models at rest: copies of one that the operator itself brought there.

Statuses are written together with the objects, which an API server allows while the kinds have no
status of their own, so a fleet takes one request per object.
"""

from __future__ import annotations

import asyncio
import copy
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from benchmarks.control_plane.first_model import NAME, NAMESPACE
from benchmarks.control_plane.kube_api import KubeApi, Raw, collection, few_at_once

KINDS = ("Dataset", "TrainingJob", "ModelVersion", "ModelDeployment")
CRDS = Path(__file__).parents[2] / "crds"
_DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_ASSIGNED = ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields")
_GENERATION = re.compile(r'"observedGeneration": \d+')


@dataclass(frozen=True, slots=True)
class Model:
    """The objects of one model, as they are stored."""

    objects: Sequence[Raw]

    def copied(self, name: str, namespace: str) -> list[Raw]:
        """The same for another model; uids are still those of the original."""
        text = json.dumps(self.objects).replace(NAME, name)
        text = _GENERATION.sub('"observedGeneration": 1', text)
        objects: list[Raw] = json.loads(text)
        for raw in objects:
            metadata = raw["metadata"]
            for field in _ASSIGNED:
                metadata.pop(field, None)
            metadata["namespace"] = namespace
        return objects


def model_name(number: int) -> str:
    """How the models of a fleet are called."""
    return f"m-{number:05}"


def namespace_of(number: int, namespaces: int) -> str:
    """In which namespace the model lives."""
    return f"team-{number % namespaces}"


async def original(api: KubeApi) -> Model:
    """The model that was brought to rest, as it is stored now."""
    found = [
        raw | {"kind": kind, "apiVersion": "trainyard.dev/v1alpha1"}
        for kind in KINDS
        for raw in await api.items(kind, NAMESPACE)
    ]
    return Model(found)


async def define(api: KubeApi, *, with_status: bool = True) -> None:
    """The kinds are there, with a status that is written apart or as a part of the object."""
    for path in sorted(CRDS.glob("*.yaml")):
        wanted = yaml.safe_load(path.read_text())
        if not with_status:
            wanted = without_status(wanted)
        await _apply(api, wanted)
    await _effective(api, with_status)


def without_status(definition: Raw) -> Raw:
    """The definition of the kind without its subresources."""
    found = copy.deepcopy(definition)
    for version in found["spec"]["versions"]:
        version.pop("subresources", None)
    return found


async def _apply(api: KubeApi, wanted: Raw) -> None:
    place = f"{_DEFINITIONS}/{wanted['metadata']['name']}"
    try:
        stored = await api.ask("GET", place)
    except aiohttp.ClientResponseError:
        await api.ask("POST", _DEFINITIONS, wanted)
    else:
        await api.ask("PUT", place, stored | {"spec": wanted["spec"]})


async def _effective(api: KubeApi, with_status: bool) -> None:
    """Return once the server acts by the definitions: it does so a moment later."""
    async with asyncio.timeout(60):
        while True:
            await asyncio.sleep(0.5)
            try:
                found = await api.ask("GET", "/apis/trainyard.dev/v1alpha1")
            except aiohttp.ClientResponseError:
                continue
            names = {resource["name"] for resource in found["resources"]}
            there = {collection(kind).rpartition("/")[2] for kind in KINDS}
            own_status = {f"{name}/status" for name in there} & names
            if there <= names and (
                len(own_status) == len(KINDS) if with_status else not own_status
            ):
                break
    await asyncio.sleep(2)


async def seed(api: KubeApi, model: Model, count: int, namespaces: int) -> None:
    """So many copies of the model are there, statuses included; their children are not."""
    for number in range(namespaces):
        metadata = {"name": namespace_of(number, namespaces)}
        raw = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
        await api.ask("POST", "/api/v1/namespaces", raw)
    await define(api, with_status=False)
    await few_at_once(
        _create(api, model, model_name(number), namespace_of(number, namespaces))
        for number in range(count)
    )
    await define(api)


async def _create(api: KubeApi, model: Model, name: str, namespace: str) -> None:
    uids: dict[str, str] = {}
    for before, raw in zip(model.objects, model.copied(name, namespace), strict=True):
        wanted = _with_uids(raw, uids)
        made = await api.ask("POST", collection(raw["kind"], namespace), wanted)
        if made.get("status") != wanted.get("status"):
            raise RuntimeError(f"{raw['kind']} {name}: the API server did not keep the status")
        uids[before["metadata"]["uid"]] = made["metadata"]["uid"]


def _with_uids(raw: Raw, uids: dict[str, str]) -> Any:
    """The object with the uids of the copies in the place of the originals'."""
    text = json.dumps(raw)
    for before, now in uids.items():
        text = text.replace(before, now)
    return json.loads(text)
