"""A cluster in memory: kinds of training are reconciled, kubelet and Jobs do what a test says."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from applied import apply_to
from builders_training import NAMESPACE, NOW, Raw, an_installation
from job_pods import a_pod_being_made, a_refusal, ended, pod_of
from operator_account import Permission, allow
from related import referrers_in

from trainyard.api.base import Resource
from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.model_version import ModelVersion
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.clients.coordinator_doors import CoordinatorDoors
from trainyard.datasets.decide import decide_dataset
from trainyard.datasets.observe import observe_dataset
from trainyard.model_versions.decide import decide_model_version
from trainyard.model_versions.observe import observe_model_version
from trainyard.objects import RawObject
from trainyard.outbox import Outbox
from trainyard.reconciling.parsing import ResourceT, parse
from trainyard.reconciling.plan import Apply, Create, Delete, Plan
from trainyard.training_jobs.decide import decide_training_job
from trainyard.training_jobs.observe import observe_training_job

Decide = Callable[[Any, Any, datetime], Plan[Any]]
Observe = Callable[..., Coroutine[Any, Any, Any]]
ROWS: tuple[tuple[type[Resource], Observe, Decide], ...] = (
    (Dataset, observe_dataset, decide_dataset),
    (TrainingJob, observe_training_job, decide_training_job),
    (ModelVersion, observe_model_version, decide_model_version),
)
MOST_ROUNDS = 12


class Crash(Exception):
    """The operator died instead of writing."""


class TrainingWorld:
    """Objects by kind and name; `now` is turned on by hand."""

    def __init__(self, *objects: Raw) -> None:
        self.now = NOW
        self.installation = an_installation()
        self.events: list[str] = []
        self.created: list[str] = []
        self.writes = 0
        self.used: set[Permission] = set()
        """What the plans so far took; what the chart does not grant is refused."""
        self.tracking: Outbox[Any] | None = None  # objects offer it what is to be recorded
        self.doors: CoordinatorDoors | None = None  # TrainingJobs ask coordinators through it
        self.crash_at = 0  # the operator dies instead of its write of that number; 0: it lives
        self._objects: dict[tuple[str, str], Raw] = {}
        self._versions = 1
        for raw in objects:
            self.put(raw)

    async def get(self, kind: str, namespace: str, name: str) -> RawObject | None:
        """Return the object, or None."""
        return self._objects.get((kind, name)) if namespace == NAMESPACE else None

    async def list(
        self, kind: str, namespace: str, labels: Mapping[str, str] | None = None
    ) -> Sequence[RawObject]:
        """Return the objects of the kind that carry all labels."""
        wanted = (labels or {}).items()
        return [
            raw
            for (kind_of, _), raw in sorted(self._objects.items())
            if kind_of == kind
            and namespace == NAMESPACE
            and wanted <= raw["metadata"].get("labels", {}).items()
        ]

    def has(self, kind: str) -> bool:
        """See World.has; nobody asks it of training."""
        return True

    async def load(self, model: type[ResourceT], namespace: str, name: str) -> ResourceT | None:
        """See World.load."""
        raw = await self.get(model.definition.kind, namespace, name)
        return parse(model, raw) if raw is not None else None

    async def referrers(self, kind: str, namespace: str, name: str, by: str) -> Sequence[str]:
        """See World.referrers."""
        return referrers_in(self._objects.values(), kind, (namespace, name), by)

    async def warnings(self, namespace: str, uid: str) -> Sequence[RawObject]:
        """See World.warnings."""
        events = await self.list("Event", namespace)
        return [event for event in events if event["involvedObject"]["uid"] == uid]

    async def refusal(self, manifest: RawObject) -> str:
        """See World.refusal; nobody asks it of training."""
        return ""

    def put(self, raw: Raw) -> None:
        """Store the object, as JSON does."""
        self._versions += 1
        stored = json.loads(json.dumps(raw, default=str))
        stored["metadata"]["resourceVersion"] = str(self._versions)
        self._objects[raw["kind"], raw["metadata"]["name"]] = stored

    def change(self, kind: str, name: str, **spec: Any) -> None:
        """Edit the spec, as a user would."""
        raw = self.raw(kind, name)
        raw["metadata"]["generation"] += 1
        self.put({**raw, "spec": {**raw["spec"], **spec}})

    def ask(self, kind: str, name: str, request: str) -> None:
        """Annotate the object with a request."""
        raw = self.raw(kind, name)
        annotations = {"trainyard.dev/request": request}
        self.put({**raw, "metadata": {**raw["metadata"], "annotations": annotations}})

    def raw(self, kind: str, name: str) -> Raw:
        """Return the stored object; it must be there."""
        return self._objects[kind, name]

    def status(self, kind: str, name: str) -> Raw:
        """Return the stored status."""
        found: Raw = self.raw(kind, name)["status"]
        return found

    def condition(self, kind: str, name: str, type_: str) -> tuple[str, str] | None:
        """Return status and reason of the condition, or None."""
        conditions = self.status(kind, name)["conditions"]
        return {c["type"]: (c["status"], c["reason"]) for c in conditions}.get(type_)

    def names(self, kind: str) -> Sequence[str]:
        """Return the names of all objects of the kind."""
        return sorted(name for kind_of, name in self._objects if kind_of == kind)

    def objects(self) -> Sequence[tuple[tuple[str, str], Raw]]:
        """Return everything by kind and name."""
        return sorted(self._objects.items())

    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)

    def settle(self) -> None:
        """Reconcile everything until a whole round changes nothing."""
        for _ in range(MOST_ROUNDS):
            before = json.dumps(sorted(self._objects.items()), sort_keys=True)
            self._round()
            if before == json.dumps(sorted(self._objects.items()), sort_keys=True):
                return
        raise AssertionError(f"not settled after {MOST_ROUNDS} rounds: {self.events[-5:]}")

    def plans(self) -> dict[str, Plan[Any]]:
        """Return what would be decided now, by kind and name, and carry nothing out."""
        found = {}
        for model, observe, decide in ROWS:
            kind = model.definition.kind
            for name in self.names(kind):
                found[f"{kind}/{name}"] = self._plan(model, observe, decide, name)[0]
        return found

    def _round(self) -> None:
        for model, observe, decide in ROWS:
            for name in self.names(model.definition.kind):
                plan, raw = self._plan(model, observe, decide, name)
                self._carry_out(plan, raw)

    def _plan(
        self, model: type[Resource], observe: Observe, decide: Decide, name: str
    ) -> tuple[Plan[Any], Raw]:
        raw = self.raw(model.definition.kind, name)
        resource = model.model_validate(raw)
        own: dict[str, Any] = {}
        if not isinstance(resource, ModelVersion):
            own["tracking"] = self.tracking
        if isinstance(resource, TrainingJob):
            own["doors"] = self.doors
        observed = _finished(observe(resource, self, installation=self.installation, **own))
        return decide(resource, observed, self.now), raw

    def _carry_out(self, plan: Plan[Any], raw: Raw) -> None:
        if plan.status is not None and plan.status.to_api() != raw["status"]:
            self._about_to_write()
            self.put({**raw, "status": plan.status.to_api()})
        for action in plan.actions:
            self._about_to_write()
            self.used |= allow(action)
            if isinstance(action, Create):
                self._create(action.manifest)
            elif isinstance(action, Apply):
                apply_to(self, action.manifest)
            elif isinstance(action, Delete):
                self._delete(action.ref.kind, action.ref.name)
        self.events += [f"{event.reason}: {event.message}" for event in plan.events]

    def _about_to_write(self) -> None:
        self.writes += 1
        if self.writes == self.crash_at:
            raise Crash

    def _create(self, manifest: Mapping[str, Any]) -> None:
        kind, name = manifest["kind"], manifest["metadata"]["name"]
        if (kind, name) in self._objects:
            return
        self.created.append(f"{kind}/{name}")
        found = {"uid": f"uid-{kind}-{name}", "creationTimestamp": self.now.isoformat()}
        meta = {**manifest["metadata"], **found, "generation": 1}
        self.put({**manifest, "metadata": meta, "status": {}})

    def _delete(self, kind: str, name: str) -> None:
        uid = self._objects.pop((kind, name))["metadata"]["uid"]
        for key, raw in list(self._objects.items()):
            owners = raw["metadata"].get("ownerReferences", ())
            if any(owner["uid"] == uid for owner in owners):
                del self._objects[key]

    def delete(self, kind: str, name: str) -> None:
        """Delete the object and its dependents, as somebody outside would."""
        self._delete(kind, name)

    def finish(self, job: str, result: Raw | None, container: str = "") -> None:
        """Have the Job succeed; its reporting container leaves `result` (None: nothing)."""
        reporter = container or self._main_container(job)
        message = json.dumps(result) if result is not None else ""
        self._end(job, "Complete", "", [ended(reporter, 0, message, self.now)])

    def fail(self, job: str, exit_code: int, message: str = "", container: str = "") -> None:
        """Have the Job fail by a container's exit code."""
        name = container or self._main_container(job)
        left = [ended(name, exit_code, message, self.now)]
        self._end(job, "Failed", "BackoffLimitExceeded", left)

    def lose(self, job: str, reason: str = "BackoffLimitExceeded") -> None:
        """Have the Job fail with no pod left to tell why."""
        self._end(job, "Failed", reason, [])

    def evict(self, job: str) -> None:
        """Have the node put the Job's pod out, which is kept as Failed; the Job goes on."""
        left = ended(self._main_container(job), 137, "", self.now)
        pod = pod_of(self.raw("Job", job), [left], self.now)
        evicted = {"phase": "Failed", "reason": "Evicted", "message": "The node was low on memory."}
        self.put(
            pod
            | {"metadata": pod["metadata"] | {"name": f"{job}-evicted"}}
            | {"status": pod["status"] | evicted}
        )
        self._objects.pop(("Pod", f"{job}-pod"), None)

    def begin(self, job: str) -> None:
        """Have the Job's first container begin."""
        name = self._main_container(job)
        running = {"name": name, "state": {"running": {"startedAt": self.now.isoformat()}}}
        self._pod(job, [running])

    def refuse_pod(self, job: str, message: str) -> None:
        """Have the Job controller fail to create the Job's pod."""
        raw = self.raw("Job", job)
        self.put({**raw, "status": {"startTime": self.now.isoformat()}})
        self.put(a_refusal(raw, message, self.now))

    def refuse_volume(self, job: str, message: str) -> None:
        """Have the kubelet fail to mount a volume of the Job's pod."""
        pod = a_pod_being_made(self.raw("Job", job), self.now)
        self.put(pod)
        self.put(a_refusal(pod, message, self.now, "FailedAttachVolume"))

    def _main_container(self, job: str) -> str:
        name: str = self.raw("Job", job)["spec"]["template"]["spec"]["containers"][0]["name"]
        return name

    def _end(self, job: str, type_: str, reason: str, statuses: Sequence[Raw]) -> None:
        raw = self.raw("Job", job)
        condition = {
            "type": type_,
            "status": "True",
            "reason": reason,
            "lastTransitionTime": self.now.isoformat(),
        }
        self.put({**raw, "status": {"conditions": [condition]}})
        if statuses:
            self._pod(job, statuses)
        else:
            self._objects.pop(("Pod", f"{job}-pod"), None)

    def _pod(self, job: str, statuses: Sequence[Raw]) -> None:
        self.put(pod_of(self.raw("Job", job), statuses, self.now))


def _finished(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Return the value of a coroutine that never waits: this world answers at once."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("an observer waited for something")
