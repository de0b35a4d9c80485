"""A yard whose every write is followed by the question whether users would still be answered."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from builders_serving import NAME
from serving_yard import ServingYard

from trainyard.clients.exposition import ScrapedSample
from trainyard.model_deployments.decide import decide_model_deployment
from trainyard.model_deployments.observe import observe_model_deployment
from trainyard.model_deployments.traffic.carrier import GENERATION, TRAFFIC
from trainyard.model_deployments.traffic.envoy import CONNECTIONS, USERS
from trainyard.model_deployments.traffic.mode import NOBODY
from trainyard.ownership import REVISION, ROLE
from trainyard.reconciling.plan import Action, Plan

ROUTERS, ALL = "router", "all"
"""Where the Service leads when not to the pods of one revision."""
FOLLOWS_WITHIN = timedelta(seconds=9)
"""A node may lead new connections where the Service led before for so long."""


@dataclass
class WatchedYard(ServingYard):
    """As ServingYard, with users that meet whatever the Service leads to, and led to just now."""

    connected: int = 0
    """Users that hold a connection to each router."""
    dies_after_each_write: bool = False
    """True: the operator ends after every write that changes something, and starts again."""
    led: list[tuple[datetime, str]] = field(default_factory=list)
    """When the Service began to lead to routers, the pods of a revision, or of all."""
    split: dict[int, dict[str, int]] = field(default_factory=dict)
    """Weights by decision, of the routers' ConfigMap."""
    unanswered: list[str] = field(default_factory=list)
    """What users met in vain."""

    async def once(self) -> Plan[Any]:
        """See ServingYard; what a plan says is done one write at a time."""
        if not self.dies_after_each_write:
            return await ServingYard.once(self)
        self._run_pods()
        resource = self.resource
        observed = await observe_model_deployment(resource, self, self._sources())
        plan = decide_model_deployment(resource, observed, self.now)
        assert plan.status is not None
        if (status := plan.status.to_api()) != self.raw["status"]:
            self.writes += 1
            self.raw["status"] = status
            return plan
        before = self.writes
        for action in plan.actions:
            self.do(action)
            if self.writes != before:
                break
        self._run_pods()
        return plan

    def do(self, action: Action) -> None:
        """See StoredObjects; afterwards users ask."""
        ServingYard.do(self, action)
        self._run_pods()
        self.ask_as_users()

    async def samples(self, url: str, names: Sequence[str]) -> list[ScrapedSample]:
        """See ServingYard; routers know how many users are connected."""
        if CONNECTIONS in names:
            return [ScrapedSample(CONNECTIONS, USERS, float(self.connected))]
        return await ServingYard.samples(self, url, names)

    def ask_as_users(self) -> None:
        """Note whoever would not be answered now."""
        self._follow_service()
        if self.resource.status.stable is None:
            return
        kept = [at for at, _ in self.led if self.now - at >= FOLLOWS_WITHIN]
        since = kept[-1] if kept else self.led[0][0]
        for target in {target for at, target in self.led if at >= since}:
            self._meet(target)
        led_to_routers = ROUTERS in {target for _, target in self.led}
        if self.connected and led_to_routers and not self._ready(ROLE, ROUTERS):
            self._lost("a router went to which a user was connected")

    @property
    def leads_to(self) -> str:
        """The revision whose pods the Service selects, or `router`, or `all`."""
        return self.led[-1][1]

    def _follow_service(self) -> None:
        if configuration := self.objects.get(("ConfigMap", f"{NAME}-router")):
            said = configuration["metadata"]["annotations"]
            shares = json.loads(said[TRAFFIC])
            weights = {share["revision"]: share["weightPercent"] for share in shares}
            self.split[int(said[GENERATION])] = weights
        service = self.objects.get(("Service", NAME))
        selector = service["spec"]["selector"] if service else {}
        target = ROUTERS if selector.get(ROLE) == ROUTERS else selector.get(REVISION, ALL)
        if not self.led or self.led[-1][1] != target:
            self.led.append((self.now, target))

    def _meet(self, target: str) -> None:
        if target == NOBODY:
            return
        if target != ROUTERS:
            pods = self._ready("trainyard.dev/component", "server")
            revisions = {pod["metadata"]["labels"][REVISION] for pod in pods}
            if not revisions & ({target} if target != ALL else revisions):
                self._lost(f"no pod of {target} answers")
            return
        routers = self._ready(ROLE, ROUTERS)
        if not routers:
            self._lost("no router answers")
        for router in routers:
            said = router["metadata"].get("annotations", {}).get(GENERATION, "0")
            decision = max(int(said), self.started_with[router["metadata"]["name"]])
            for revision, weight in self.split.get(decision, {}).items():
                if weight and not self._ready(REVISION, revision):
                    self._lost(f"a router leads to {revision}, which has no pod")

    def _ready(self, label: str, value: str) -> list[dict[str, Any]]:
        return [
            raw
            for (kind, _), raw in self.objects.items()
            if kind == "Pod" and raw["metadata"]["labels"].get(label) == value
            and raw["status"]["conditions"][0]["status"] == "True"
        ]  # fmt: skip

    def _lost(self, what: str) -> None:
        self.unanswered.append(f"{(self.now - self.led[0][0]).total_seconds():.0f} s: {what}")
