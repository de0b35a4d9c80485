"""What an API server keeps, for tests that decide and act without one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway_answers import answered_before
from operator_account import Permission, allow
from pydantic_core import from_json, to_json
from related import referrers_in

from trainyard.objects import RawObject
from trainyard.reconciling.parsing import ResourceT, parse
from trainyard.reconciling.plan import Action, Apply, Create, Delete, Patch


@dataclass(slots=True)
class StoredObjects:
    """The objects of one namespace; it is the World of an observer, and does what plans say."""

    objects: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    writes: int = 0
    policy: str = (
        "ValidatingAdmissionPolicy 'trainyard-approvals' denied request:"
        " spec.approver: system:trainyard:somebody-else is not who asks"
    )
    """What stands against a forged Approval; empty: nothing."""
    absent: set[str] = field(default_factory=set)
    """Kinds that the cluster lacks."""
    used: set[Permission] = field(default_factory=set)
    """What the plans so far took."""

    async def get(self, kind: str, namespace: str, name: str) -> RawObject | None:
        """See World.get."""
        found = self.objects.get((kind, name))
        return None if found is None else _copy(found)

    async def list(
        self, kind: str, namespace: str, labels: Mapping[str, str] | None = None
    ) -> Sequence[RawObject]:
        """See World.list."""
        wanted = (labels or {}).items()
        return [
            _copy(raw)
            for (found, _), raw in sorted(self.objects.items())
            if found == kind and wanted <= raw["metadata"].get("labels", {}).items()
        ]

    def has(self, kind: str) -> bool:
        """See World.has."""
        return kind not in self.absent

    async def load(self, model: type[ResourceT], namespace: str, name: str) -> ResourceT | None:
        """See World.load."""
        raw = await self.get(model.definition.kind, namespace, name)
        return parse(model, raw) if raw is not None else None

    async def referrers(self, kind: str, namespace: str, name: str, by: str) -> Sequence[str]:
        """See World.referrers."""
        return referrers_in(self.objects.values(), kind, (namespace, name), by)

    async def warnings(self, namespace: str, uid: str) -> Sequence[RawObject]:
        """See World.warnings; no test of these objects has any."""
        return ()

    async def refusal(self, manifest: Mapping[str, Any]) -> str:
        """See World.refusal: what the API server says to an Approval in another's name."""
        self.used.add(("trainyard.dev", "approvals", "create"))
        return self.policy

    def do(self, action: Action) -> None:
        """Carry the action out; a write is counted where something changes.

        What the chart does not grant is refused.
        """
        self.used |= allow(action)
        match action:
            case Apply(manifest):
                self._put(_copy(manifest))
            case Create(manifest):
                if (manifest["kind"], manifest["metadata"]["name"]) not in self.objects:
                    self._put(_copy(manifest))
            case Patch(ref, changes):
                found = self.objects[ref.kind, ref.name]
                before = json.dumps(found)
                _merge(found, changes)
                self.writes += before != json.dumps(found)
            case Delete(ref):
                del self.objects[ref.kind, ref.name]
                self.writes += 1

    def _put(self, manifest: dict[str, Any]) -> None:
        key = manifest["kind"], manifest["metadata"]["name"]
        before = self.objects.get(key)
        if key[0] == "HTTPRoute":
            answered_before(manifest, before)
        if before is not None and "creationTimestamp" in before["metadata"]:
            manifest["metadata"]["creationTimestamp"] = before["metadata"]["creationTimestamp"]
        manifest["metadata"]["uid"] = f"uid-of-{key[0]}-{key[1]}"
        if key[0] == "Service" and "clusterIP" not in manifest["spec"]:
            manifest["spec"]["clusterIP"] = "10.96.0.7"
        if before != manifest:
            self.writes += 1
            self.objects[key] = manifest


def _copy(raw: RawObject) -> dict[str, Any]:
    """Return it as an API server would: it took and gives JSON."""
    copied: dict[str, Any] = from_json(to_json(raw))
    return copied


def _merge(found: dict[str, Any], changes: Mapping[str, Any]) -> None:
    for key, value in changes.items():
        if isinstance(value, Mapping):
            _merge(found.setdefault(key, {}), value)
        elif value is None:
            found.pop(key, None)
        else:
            found[key] = value
