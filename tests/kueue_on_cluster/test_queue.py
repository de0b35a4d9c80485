"""Runs wait in a queue of the real Kueue and make room in it, with real pods.

Started by `make kueue-on-cluster`. The tests are in the order of a life.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from cluster.bucket_yard import BucketYard, bucket_yard
from cluster.model_yard import ModelYard, Object, State, csv_of, dataset, training_job, tumours
from cluster_access import kubectl
from kueue_on_cluster.kueue_process import LABEL, kueue

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(2400)]

QUEUE = "team-a"
QUOTA = {"cpu": "300m", "memory": "16Gi", "ephemeral-storage": "100Gi"}
"""Room for one run at a time."""
SLOW = {
    "class": "sklearn.linear_model.SGDClassifier",
    "parameters": {"loss": "log_loss", "max_iter": 1_500_000, "tol": {"$none": True}},
}
"""Half a minute, and a minute beside other work."""
QUICK = {"class": "sklearn.linear_model.LogisticRegression"}
DEAF = "import time; time.sleep(1200)"
"""As the first process of a container, so SIGTERM does not end it."""
FORCED_AFTER = 30
"""Seconds after which a container is killed that does not end by itself."""


@dataclass(frozen=True, slots=True)
class Queue:
    """A namespace whose queue has room for one run, and what matters more there."""

    place: BucketYard
    priority: str

    @property
    def yard(self) -> ModelYard:
        """The namespace with its operator."""
        return self.place.yard

    def waits_for(self, name: str, status: str, reason: str) -> State:
        """The state in which the TrainingJob's condition Admitted says that."""

        def says(state: State) -> bool:
            said = state.condition("TrainingJob", name, "Admitted")
            return (said.status, said.reason) == (status, reason)

        return self.yard.until(f"{name}: Admitted {status} {reason}", says)

    def pods(self, name: str) -> list[str]:
        """Those of the TrainingJob that have not ended."""
        label = f"trainyard.dev/trainingjob={name}"
        running = "--field-selector=status.phase!=Succeeded,status.phase!=Failed"
        return self.yard.kubectl("get", "pods", "-l", label, running, "-o", "name").split()

    def trains(self, name: str) -> Object:
        """Wait until the container that trains is at work in a pod that stays; the run."""
        label = f"trainyard.dev/trainingjob={name}"

        def is_at_work() -> bool:
            text = self.yard.kubectl("get", "pods", "-l", label, "-o", "json")
            there = [p for p in json.loads(text)["items"] if _stays(p)]
            return any("running" in state for pod in there for state in _states(pod, "train"))

        return self.yard.until(f"{name} trains", lambda _: is_at_work()).runs(name)[0]


def _stays(pod: Object) -> bool:
    return "deletionTimestamp" not in pod["metadata"]


def _states(pod: Object, container: str) -> list[Object]:
    found = pod["status"].get("initContainerStatuses", ())
    return [status["state"] for status in found if status["name"] == container]


@pytest.fixture(scope="module")
def queue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Queue]:
    """Kueue is there, and its queue is held; the data has a version."""
    folder = tmp_path_factory.mktemp("queue")
    token = secrets.token_hex(3)
    priority = f"matters-more-{token}"
    with kueue(folder / "kueue"), bucket_yard(folder, "queue") as place:
        kubectl("label", "namespace", place.yard.namespace, f"{LABEL}=true")
        try:
            place.yard.apply(*_queue(token, priority))
            place.store.write("raw/tumours.csv", csv_of(tumours()).encode())
            place.yard.apply(dataset("tumours", {"s3": {"path": "raw/tumours.csv"}}))
            yield Queue(place, priority)
        finally:
            kubectl("delete", "priorityclass", priority, "--ignore-not-found")


def _queue(token: str, priority: str) -> Iterator[Object]:
    amounts = [{"name": name, "nominalQuota": amount} for name, amount in QUOTA.items()]
    flavors = [{"name": f"any-{token}", "resources": amounts}]
    yield _kueues("ResourceFlavor", f"any-{token}", {})
    spec = {
        "namespaceSelector": {"matchLabels": {LABEL: "true"}},
        "stopPolicy": "Hold",
        "queueingStrategy": "BestEffortFIFO",
        "preemption": {"withinClusterQueue": "LowerPriority"},
        "resourceGroups": [{"coveredResources": list(QUOTA), "flavors": flavors}],
    }
    yield _kueues("ClusterQueue", f"all-{token}", spec)
    yield _kueues("LocalQueue", QUEUE, {"clusterQueue": f"all-{token}"})
    yield {
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": {"name": priority},
        "value": 1000,
        "preemptionPolicy": "Never",  # of the node it takes nothing from the pods of other tests
    }


def _kueues(kind: str, name: str, spec: Object) -> Object:
    return {
        "apiVersion": "kueue.x-k8s.io/v1beta2",
        "kind": kind,
        "metadata": {"name": name},
        "spec": spec,
    }


def queued(name: str, priority: str = "", **recipe: object) -> Object:
    """A recipe whose run takes most of the quota."""
    amounts = {"cpu": "200m", "memory": "512Mi"}
    pod: Object = {"resources": {"requests": amounts, "limits": {"cpu": "2", "memory": "1Gi"}}}
    if priority:
        pod["priorityClassName"] = priority
    return training_job(name, "tumours", queueName=QUEUE, pod=pod, **recipe)


def test_a_run_waits_until_it_is_admitted(queue: Queue) -> None:
    """Its Job is suspended, and has no pod; what it waits for stands in its Workload."""
    queue.yard.apply(queued("usual", estimator=SLOW))
    state = queue.waits_for("usual", "False", "Queued")
    assert "Pending" == state.runs("usual")[0]["phase"]
    assert [] == queue.pods("usual")
    workloads = queue.yard.kubectl("get", "workloads", "-o", "jsonpath={.items[*].status}")
    assert "is inactive" in workloads
    held = queue.yard.kubectl("get", "clusterqueues", "-o", "name").strip()
    queue.yard.kubectl("patch", held, "--type=merge", "-p", '{"spec":{"stopPolicy":"None"}}')
    queue.waits_for("usual", "True", "Admitted")
    run = queue.trains("usual")
    assert 0 == run.get("preemptions", 0)


def test_it_makes_room_at_once_and_is_the_same_run_afterwards(queue: Queue) -> None:
    """Its pod ends by itself, nothing counts as failed, and both runs end with a version."""
    before = queue.trains("usual")
    queue.yard.apply(queued("urgent", queue.priority, estimator=QUICK))
    state = queue.waits_for("usual", "False", "Preempted")
    begun = time.monotonic()
    queue.waits_for("urgent", "True", "Admitted")
    assert time.monotonic() - begun < FORCED_AFTER
    run = state.runs("usual")[0]
    assert (before["name"], "Pending", 1) == (run["name"], run["phase"], run["preemptions"])
    assert [] == queue.pods("usual")
    queue.yard.until("urgent has a version", lambda s: s.current("urgent") != {})
    queue.waits_for("usual", "True", "Admitted")
    state = queue.yard.until("usual has a version", lambda s: s.current("usual") != {})
    (run,) = state.runs("usual")
    assert (before["name"], "Succeeded", 1) == (run["name"], run["phase"], run["preemptions"])
    assert 0 == run.get("infrastructureFailures", 0)
    told = queue.yard.kubectl("describe", "tj/usual")
    assert "the place of Job" in told
    assert "RunFailed" not in told


@pytest.mark.parametrize(
    ("urgent", "attempts"),
    [
        pytest.param(QUICK, {0}, id="admitted again before it is killed"),
        pytest.param(SLOW, {0, 1}, id="killed while it waits"),
    ],
)
def test_a_container_that_does_not_listen_is_killed_and_begins_anew(
    queue: Queue, urgent: Object, attempts: set[int]
) -> None:
    """That is no failure, either: nothing is counted but that it made room."""
    image = "docker.io/trainyard/training:dev"
    container = {"image": image, "command": ["python", "-c", DEAF]}
    deaf, first = (f"{name}-{max(attempts)}" for name in ("deaf", "first"))
    queue.yard.apply(queued(deaf, container=container, attempts={"maxRetries": 0}))
    queue.trains(deaf)
    queue.yard.apply(queued(first, queue.priority, estimator=urgent))
    queue.yard.until("it was urgent", lambda s: s.current(first) != {})
    queue.waits_for(deaf, "True", "Admitted")
    run = queue.trains(deaf)
    assert run.get("attempt", 0) in attempts
    assert 1 == run["preemptions"]
    assert 0 == run.get("infrastructureFailures", 0)
    assert "" == queue.yard.state().condition("TrainingJob", deaf, "Stalled").status
    queue.yard.kubectl("delete", f"tj/{deaf}")
