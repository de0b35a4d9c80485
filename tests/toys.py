"""A small kind with one ConfigMap and one Job, looked after by the operator's own machinery."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar

from trainyard.api.base import ApiModel, KindDefinition, KindStatus, Resource
from trainyard.clients.kinds import Kind
from trainyard.conditions import Finding, merge_conditions
from trainyard.objects import ObjectRef, RawObject
from trainyard.ownership import child_labels, child_name, owner_reference
from trainyard.reconciling.controller import Controller, Reads
from trainyard.reconciling.plan import Action, Apply, Create, Delete, EventType, Plan, PlannedEvent
from trainyard.reconciling.world import World

GROUP = "toys.trainyard.dev"
TOYS = Kind("Toy", GROUP, "v1", "toys")
STICKERS = Kind("Sticker", GROUP, "v1", "stickers", optional=True)
"""A kind that toys would read and no cluster has."""


class ToySpec(ApiModel):
    """What the user says."""

    color: str = "red"
    poison: bool = False
    """Makes the decision throw, as a defect would."""
    broken_child: bool = False
    """Makes the API server refuse the child."""
    again_seconds: int = 0


class ToyStatus(KindStatus):
    """What was decided."""

    color: str = ""
    changes: int = 0


class Toy(Resource):
    """One toy."""

    definition: ClassVar[KindDefinition] = KindDefinition(
        kind="Toy", plural="toys", singular="toy", short_name="toy"
    )
    spec: ToySpec = ToySpec()
    status: ToyStatus = ToyStatus()


class ToyReason(StrEnum):
    """Why a toy is ready."""

    PAINTED = "Painted"
    """Used when both children are there."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What a toy's decision looks at."""

    jobs: tuple[RawObject, ...]


async def observe_toy(toy: Toy, world: World) -> Observed:
    """Return the toy's Jobs."""
    jobs = await world.list("Job", toy.metadata.namespace, child_labels(toy))
    return Observed(tuple(jobs))


def decide_toy(toy: Toy, observed: Observed, now: datetime) -> Plan[ToyStatus]:
    """One ConfigMap says the color; each color has its Job, and Jobs of other colors go."""
    if toy.spec.poison:
        raise ZeroDivisionError("poison")
    repainted = toy.status.color != toy.spec.color
    wanted = _job(toy)
    old = [job for job in observed.jobs if job["metadata"]["name"] != wanted["metadata"]["name"]]
    there = len(old) < len(observed.jobs)
    again = toy.spec.again_seconds
    actions: list[Action] = [Apply(_config_map(toy)), *(Delete(_ref(job)) for job in old)]
    return Plan(
        status=_status(toy, now, repainted=repainted),
        actions=tuple(actions if there else [*actions, Create(wanted)]),
        events=(_painted(toy),) if repainted else (),
        again_after=timedelta(seconds=again) if again else None,
        confirm_live=bool(old) or not there,
    )


def toy_controller() -> Controller:
    """Return the row of the table."""
    return Controller("toys", Toy, observe_toy, decide_toy, children=("ConfigMap", "Job"))


def toy_controller_with_stickers() -> Controller:
    """Return a row that reads an optional kind, too."""
    return replace(toy_controller(), reads=(Reads(STICKERS.name, lambda *_: ()),))


def toy_manifest(namespace: str, name: str, **spec: Any) -> dict[str, Any]:
    """Return what a user would apply."""
    return {
        "apiVersion": TOYS.api_version,
        "kind": "Toy",
        "metadata": {"namespace": namespace, "name": name},
        "spec": spec,
    }


def toy_definition() -> dict[str, Any]:
    """Return the CustomResourceDefinition."""
    free = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"toys.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {"kind": "Toy", "plural": "toys", "singular": "toy"},
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "subresources": {"status": {}},
                    "schema": {
                        "openAPIV3Schema": {
                            "type": "object",
                            "properties": {"spec": free, "status": free},
                        }
                    },
                }
            ],
        },
    }


def _status(toy: Toy, now: datetime, *, repainted: bool) -> ToyStatus:
    generation = toy.metadata.generation
    finding = Finding("Ready", status=True, reason=ToyReason.PAINTED, message=toy.spec.color)
    return ToyStatus(
        observed_generation=generation,
        conditions=merge_conditions(
            toy.status.conditions, (finding,), generation=generation, now=now
        ),
        color=toy.spec.color,
        changes=toy.status.changes + repainted,
    )


def _painted(toy: Toy) -> PlannedEvent:
    return PlannedEvent(EventType.NORMAL, "Painted", f"now {toy.spec.color}")


def _metadata(toy: Toy, name: str) -> dict[str, Any]:
    return {
        "namespace": toy.metadata.namespace,
        "name": name,
        "labels": child_labels(toy),
        "ownerReferences": [owner_reference(toy) | {"apiVersion": TOYS.api_version}],
    }


def _config_map(toy: Toy) -> dict[str, Any]:
    metadata = _metadata(toy, f"{toy.metadata.name}-color")
    data: dict[str, Any] = {"color": toy.spec.color}
    if toy.spec.broken_child:
        data["not a key!"] = "refused"
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def _job(toy: Toy) -> dict[str, Any]:
    container = {"name": "paint", "image": "example.invalid/paint"}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": _metadata(toy, child_name(toy.metadata.name, toy.spec.color)),
        "spec": {
            "suspend": True,  # it never runs: only its being there matters
            "template": {"spec": {"restartPolicy": "Never", "containers": [container]}},
        },
    }


def _ref(job: RawObject) -> ObjectRef:
    metadata = job["metadata"]
    return ObjectRef(
        "Job",
        metadata["namespace"],
        metadata["name"],
        uid=metadata["uid"],
        resource_version=metadata["resourceVersion"],
    )
