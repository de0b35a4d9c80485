"""A small world for one ModelDeployment: pods, routers and Prometheus that do as they are told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from builders_serving import INSTALLATION, NAME, NAMESPACE, NOW, digest, raw_deployment
from envoy_pages import decision_page
from kept_pages import KeptPages
from prometheus_answers import one_number
from serving_pods import Behaviour, is_evicted, one_address, pod_status
from stored_objects import StoredObjects
from webhook_receivers import KeptNotifications, outbox_of

from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.clients.exposition import ScrapedSample
from trainyard.clients.predictions import PredictionAnswer
from trainyard.clients.prometheus import MOST_SERIES, PrometheusFault, QueryResult
from trainyard.clients.scraping import ScrapeFailed
from trainyard.installation import Installation
from trainyard.model_deployments.analysis.bin_counters import BinCounters
from trainyard.model_deployments.analysis.counters import CounterQuestion
from trainyard.model_deployments.analysis.error_windows import ErrorWindows
from trainyard.model_deployments.analysis.evidence import Counts, Interval, Reading
from trainyard.model_deployments.analysis.samples import APART, EXPLAIN_SUFFIX, MIRROR_SUFFIX
from trainyard.model_deployments.decide import decide_model_deployment
from trainyard.model_deployments.observe import ServingSources, observe_model_deployment
from trainyard.model_deployments.revision.identity import revision_name
from trainyard.model_deployments.traffic.carrier import GENERATION
from trainyard.model_deployments.traffic.envoy import CONNECTIONS, USERS
from trainyard.model_deployments.traffic.mode import SERVING_PORT
from trainyard.objects import RawObject
from trainyard.outbox import Outbox
from trainyard.ownership import REQUEST, ROLE
from trainyard.reconciling.plan import Plan

EDGES = ("1", "2", "5", "10", "20", "50", "+Inf")


@dataclass(slots=True)
class ServingYard(StoredObjects):
    """One namespace with one deployment: it keeps objects as an API server does, runs pods as
    they are told to behave, and answers as routers, pods and Prometheus do.
    """

    spec: dict[str, Any] = field(default_factory=dict)
    now: datetime = NOW
    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    per_second: int = 100
    matching: int = 0  # requests a second that rollout.matches means
    outage: float = 0.0
    blind: bool = False
    routers_stuck: bool = False
    router_behaviour: Behaviour = field(default_factory=Behaviour)
    deaf_to_grpc: bool = False  # no gRPC port is healthy in the eyes of the routers
    refusing: bool = False
    numbers: dict[str, float] = field(default_factory=dict)
    shown: list[ScrapedSample] = field(default_factory=list)
    events: list[tuple[str, str]] = field(default_factory=list)
    installation: Installation = INSTALLATION
    last_plan: Plan[Any] | None = None
    started_with: dict[str, int] = field(default_factory=dict)  # decisions that routers read
    bins: BinCounters = field(init=False)
    errors: ErrorWindows = field(init=False)
    outbox: Outbox[Any] = field(init=False)
    addresses: Callable[[str], str] = one_address
    pages: KeptPages = field(default_factory=KeptPages)
    webhooks: KeptNotifications = field(default_factory=KeptNotifications)
    asked: int = 0  # requests to pods, the Service and Prometheus

    def __post_init__(self) -> None:
        self.bins = BinCounters(self, None)
        self.errors = ErrorWindows(self)
        self.outbox = outbox_of(self.webhooks, lambda: self.now)
        self.objects["ModelDeployment", NAME] = raw_deployment(**self.spec)

    # what people do

    def publish(self, letter: str) -> None:
        """Make the version with this bundle the TrainingJob's current one."""
        current = {"name": f"recipe-{letter}", "bundleDigest": digest(letter)}
        self.objects["TrainingJob", "recipe"] = {
            "kind": "TrainingJob",
            "metadata": {"name": "recipe", "namespace": NAMESPACE},
            "status": {"current": current},
        }

    def ask(self, request: str) -> None:
        """Set the request annotation."""
        self.raw["metadata"]["annotations"][REQUEST] = request

    def name(self, letter: str) -> str:
        """Return the name of the revision that serves this bundle."""
        return revision_name(self.resource, digest(letter))

    # what can be seen

    @property
    def raw(self) -> dict[str, Any]:
        """The deployment as it is stored."""
        return self.objects["ModelDeployment", NAME]

    @property
    def resource(self) -> ModelDeployment:
        """The deployment, parsed."""
        return ModelDeployment.model_validate(self.raw)

    @property
    def weights(self) -> dict[str, int]:
        """Weights by letter of the bundle digest."""
        status = self.resource.status
        letters = {r.revision: r.bundle_digest[7] for r in (status.stable, status.canary) if r}
        return {letters[t.revision]: t.weight_percent for t in status.traffic}

    def replicas(self, letter: str) -> int | None:
        """Return how many pods the revision is told to have; None: it has no Deployment."""
        found = self.objects.get(("Deployment", self.name(letter)))
        return found["spec"]["replicas"] if found else None

    # how time passes

    async def once(self) -> Plan[Any]:
        """Let one pass happen now."""
        self._run_pods()
        resource = self.resource
        observed = await observe_model_deployment(resource, self, self._sources())
        plan = decide_model_deployment(resource, observed, self.now)
        self.last_plan = plan
        assert plan.status is not None
        status = plan.status.to_api()
        if status != self.raw["status"]:
            self.writes += 1
            self.raw["status"] = status
        for action in plan.actions:
            self.do(action)
        self.events += [(event.reason, event.message) for event in plan.events]
        self._run_pods()
        await asyncio.sleep(0)  # receivers of notifications get their turn
        return plan

    async def run(self, seconds: float) -> None:
        """Let time pass; passes happen when something changed and when they said they are due."""
        until = self.now + timedelta(seconds=seconds)
        while self.now < until:
            before = self.writes
            plan = await self.once()
            wait = plan.again_after if self.writes == before else timedelta(seconds=1)
            self.now = min(until, self.now + (wait or until - self.now))

    async def until(self, seconds: float, **wanted: Any) -> None:
        """Let time pass until the weights are as wanted, at most so long."""
        for _ in range(int(seconds)):
            if self.weights == wanted:
                return
            await self.run(1)
        assert wanted == self.weights, self.resource.status.why

    # the node

    def _run_pods(self) -> None:
        for key, raw in list(self.objects.items()):
            if key[0] == "Pod" and not (is_evicted(raw) or self._wanted_pod(raw)):
                del self.objects[key]
        for (kind, name), raw in list(self.objects.items()):
            if kind == "Deployment":
                for number in range(raw["spec"]["replicas"]):
                    self._run_pod(f"{name}-{number}", raw)

    def _wanted_pod(self, pod: dict[str, Any]) -> bool:
        if job := pod["metadata"]["labels"].get("batch.kubernetes.io/job-name"):
            return ("Job", job) in self.objects
        owner, _, number = pod["metadata"]["name"].rpartition("-")
        found = self.objects.get(("Deployment", owner))
        return found is not None and int(number) < found["spec"]["replicas"]

    def _run_pod(self, name: str, deployment: dict[str, Any]) -> None:
        template = deployment["spec"]["template"]
        before = self.objects.get(("Pod", name), {}).get("metadata", {})
        metadata = {
            "name": name,
            "namespace": NAMESPACE,
            "uid": f"uid-of-{name}",
            "labels": template["metadata"]["labels"],
            "annotations": before.get("annotations", {}),
        }
        if not before:
            configuration = self.objects.get(("ConfigMap", f"{NAME}-router"), {"metadata": {}})
            annotations = configuration["metadata"].get("annotations", {})
            self.started_with[name] = int(annotations.get(GENERATION, "0"))
        self.objects["Pod", name] = {
            "kind": "Pod",
            "metadata": metadata,
            "status": pod_status(
                self.addresses(name), template["metadata"]["labels"], self._behaviour
            ),
        }

    def _behaviour(self, revision: str) -> Behaviour:
        found = self.objects.get(("Deployment", revision))
        if found is None or not revision:
            return self.router_behaviour
        record = json.loads(found["metadata"]["annotations"]["trainyard.dev/record"])
        return self.behaviours.get(record["bundleDigest"][7], Behaviour())

    # routers, pods, Prometheus

    def _sources(self) -> ServingSources:
        return ServingSources(
            installation=self.installation,
            counters=self,
            bins=self.bins,
            answer_pages=self.pages,
            errors=self.errors,
            outbox=self.outbox,
            scraper=self,
            predictor=self,
            prometheus=self,
            clock=lambda: self.now,
        )

    async def warnings(self, namespace: str, uid: str) -> Sequence[RawObject]:
        """See World.warnings: what is said of pods that are not created."""
        told = {b.not_created for b in self.behaviours.values()} - {""}
        return [{"reason": "FailedAttachVolume", "message": message} for message in told]

    async def text(self, url: str) -> str:
        """See Scraper.text: the decision that is in force in a router."""
        self._meet_router(url)
        read = [
            max(int(raw["metadata"]["annotations"].get(GENERATION, "0")), self.started_with[name])
            for (kind, name), raw in self.objects.items()
            if kind == "Pod" and raw["metadata"]["labels"].get(ROLE) == "router"
        ]
        return decision_page(str(min(read)))

    async def samples(self, url: str, names: Sequence[str]) -> list[ScrapedSample]:
        """See Scraper.samples: live values of a model server, or whom a router reaches."""
        if url.endswith(f":{SERVING_PORT}/metrics"):
            return [sample for sample in self.shown if sample.name in names]
        self._meet_router(url)
        if CONNECTIONS in names:
            return [ScrapedSample(CONNECTIONS, USERS, 0.0)]
        services = {name: raw for (kind, name), raw in self.objects.items() if kind == "Service"}
        return [
            ScrapedSample(names[0], {"envoy_cluster_name": f"{name}{group}{suffix}"}, 2.0)
            for name, raw in services.items()
            for group in ("", *APART, EXPLAIN_SUFFIX)
            for suffix in ("", "-grpc")[: 1 if self.deaf_to_grpc else len(raw["spec"]["ports"])]
        ]

    def _meet_router(self, url: str) -> None:
        self.asked += 1
        if self.routers_stuck:
            raise ScrapeFailed(f"{url}: no answer")

    async def predict(self, address: str, model: str) -> PredictionAnswer:
        """See Predictor.predict: whoever has most of the requests answers."""
        self.asked += 1
        if self.refusing:
            return PredictionAnswer("", f"POST {address}: 503 no version")
        status = self.resource.status
        best = max(status.traffic, key=lambda share: share.weight_percent)
        found = {r.revision: r for r in (status.stable, status.canary) if r}[best.revision]
        return PredictionAnswer(found.bundle_digest)

    async def read(self, question: CounterQuestion) -> Reading:
        """See MetricSource.read: expected counts, so that a test says what it means."""
        self.asked += 1
        if self.blind:
            return Reading(None, None, "counters cannot be read")
        if question.since is None:
            return Reading(self.now, None, "counting begins")
        seconds = (self.now - question.since).total_seconds()
        status = self.resource.status
        shares = {t.revision: t.weight_percent for t in status.traffic}
        shares |= {f"{t.revision}{MIRROR_SUFFIX}": t.mirror_percent for t in status.traffic}
        arms = question.arms
        stable, canary = (self._counts(n, shares, seconds) for n in (arms.stable, arms.canary))
        matched = Counts(round(self.matching * seconds) if arms.matched else 0)
        return Reading(self.now, Interval(stable, canary, EDGES, matched))

    def _counts(self, revision: str, shares: Mapping[str, int], seconds: float) -> Counts:
        behaviour = self._behaviour(revision.removesuffix(MIRROR_SUFFIX))
        requests = round(self.per_second * seconds * shares[revision] / 100)
        failing = min(1.0, behaviour.failing + self.outage)
        quick = requests - round(requests * behaviour.slow)
        within = (quick // 2, quick, quick, quick, quick, requests, requests)
        return Counts(requests, round(requests * failing), within)

    async def query(self, promql: str, at: datetime, most: int = MOST_SERIES) -> QueryResult:
        """See Prometheus.query."""
        self.asked += 1
        if promql not in self.numbers:
            raise PrometheusFault("timeout")
        return one_number(self.numbers[promql], at)
