"""A cluster and an executor that writes to it, and the one child that it writes."""

from __future__ import annotations

from typing import Any

from fakes import FakeCluster
from toy_context import NOW, TRAIL

from trainyard.objects import ObjectRef, RawObject
from trainyard.reconciling.act import Executor
from trainyard.reconciling.cache import Cache
from trainyard.reconciling.plan import Action, Plan, PlannedEvent

MAP = ObjectRef("ConfigMap", "ns", "child")


def child(data: dict[str, Any], owner: str = "me") -> dict[str, Any]:
    """Return a ConfigMap that belongs to the owner with that uid."""
    references = [{"uid": owner, "controller": True}]
    metadata = {"namespace": "ns", "name": "child", "ownerReferences": references}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


OWNER: RawObject = {
    "apiVersion": "toys.trainyard.dev/v1",
    "kind": "Toy",
    "metadata": {"namespace": "ns", "name": "a", "uid": "me", "resourceVersion": "1"},
}


class Scene:
    """A cluster, and an executor that writes to it."""

    def __init__(self) -> None:
        self.cluster, self.cache = FakeCluster(), Cache()
        self.cluster.objects["Toy", "ns", "a"] = dict(OWNER)

    async def do(self, *actions: Action, events: tuple[PlannedEvent, ...] = ()) -> None:
        """Carry out these actions without a status."""
        plan: Plan[Any] = Plan(status=None, actions=actions, events=events)
        await Executor(self.cluster, self.cache, TRAIL).carry_out(plan, OWNER, NOW)

    def verbs(self) -> list[str]:
        """Return the verbs of all writes."""
        return [verb for verb, _, _ in self.cluster.writes]
