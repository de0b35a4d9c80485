"""A small world in which Gateways take an HTTPRoute, refuse it, or say nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gateway_answers import answer
from serving_yard import ServingYard

from trainyard.clients.predictions import PredictionAnswer
from trainyard.model_deployments.manifests import RECORD
from trainyard.model_deployments.traffic.http_route import backends_of
from trainyard.objects import RawObject
from trainyard.ownership import REVISION
from trainyard.reconciling.plan import Plan


@dataclass(slots=True)
class GatewayYard(ServingYard):
    """A yard behind Gateways."""

    gateways_refuse: str = ""
    """Why they do not take the route."""
    gateways_silent: bool = False
    gateways_behind: timedelta = timedelta()
    """How old a Service is before they see it."""

    async def once(self) -> Plan[Any]:
        """See ServingYard.once."""
        self._gateways()
        plan = await ServingYard.once(self)
        self._gateways()
        return plan

    async def predict(self, address: str, model: str) -> PredictionAnswer:
        """See Predictor.predict: whoever stands behind the Service answers."""
        self.asked += 1
        revision = self.objects["Service", model]["spec"]["selector"][REVISION]
        record = self.objects["Deployment", revision]["metadata"]["annotations"][RECORD]
        return PredictionAnswer(json.loads(record)["bundleDigest"])

    def _seen(self, route: RawObject) -> bool:
        found = [self.objects.get(("Service", name)) for name in backends_of(route)]
        made = [service["metadata"]["creationTimestamp"] for service in found if service]
        ages = [self.now - datetime.fromisoformat(moment) for moment in made]
        return len(made) == len(found) and all(age >= self.gateways_behind for age in ages)

    def _gateways(self) -> None:
        for raw in self.objects.values():
            raw["metadata"].setdefault("creationTimestamp", self.now.isoformat())
        for (kind, _), raw in self.objects.items():
            if kind == "HTTPRoute" and not self.gateways_silent:
                answer(raw, self.gateways_refuse, resolved=self._seen(raw))
