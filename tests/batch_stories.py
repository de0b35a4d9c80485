"""BatchPredictions for tests, in a cluster in memory whose pods a test plays."""

from __future__ import annotations

import json
from typing import Any

from builders_training import Raw, judged, metadata, raw_model_version
from job_pods import ended, pod_of
from training_world import TrainingWorld

from trainyard.api.v1alpha1 import API_VERSION
from trainyard.api.v1alpha1.batch_prediction import BatchPrediction
from trainyard.batch_predictions.decide import decide_batch_prediction
from trainyard.batch_predictions.observe import observe_batch_prediction

NAME = "daily"
VERSION = "model-bbbbbbbbbb"


def raw_batch(**spec: Any) -> Raw:
    """Return a BatchPrediction with a pinned version as it is stored; two parts."""
    base = {
        "model": {"version": {"name": VERSION}},
        "source": {"s3": {"path": "incoming/"}},
        "parts": 2,
    }
    return {
        "apiVersion": API_VERSION,
        "kind": "BatchPrediction",
        "metadata": metadata(NAME),
        "spec": {key: value for key, value in {**base, **spec}.items() if value is not None},
        "status": {},
    }


def a_batch(**spec: Any) -> BatchPrediction:
    """Return a BatchPrediction."""
    return BatchPrediction.model_validate(raw_batch(**spec))


class BatchWorld(TrainingWorld):
    """One BatchPrediction beside an accepted version."""

    def __init__(self, *others: Raw, **spec: Any) -> None:
        version = raw_model_version("b", status=judged(True))
        super().__init__(version, raw_batch(**spec), *others)

    def _round(self) -> None:
        """Nobody but the BatchPrediction acts: what it reads stands as it is."""
        plan, raw = self._plan(
            BatchPrediction, observe_batch_prediction, decide_batch_prediction, NAME
        )
        self._carry_out(plan, raw)

    @property
    def batch(self) -> Raw:
        """Its stored status."""
        return self.status("BatchPrediction", NAME)

    @property
    def job(self) -> str:
        """The Job of the run at work."""
        name: str = self.batch["run"]["name"]
        return name

    def told(self, type_: str) -> tuple[str, str] | None:
        """Return status and reason of a condition."""
        return self.condition("BatchPrediction", NAME, type_)

    def request(self, text: str) -> None:
        """Annotate it, and reconcile."""
        self.ask("BatchPrediction", NAME, text)
        self.settle()

    def edit(self, **spec: Any) -> None:
        """Change the spec, and reconcile."""
        self.change("BatchPrediction", NAME, **spec)
        self.settle()

    def write_part(self, part: int, rows: int = 10, set_aside: int = 0) -> None:
        """Have the pod of a part succeed."""
        examples = [{"file": "a.csv", "row": 3, "reason": "age old is no Integer"}]
        document = {
            "verb": "stage-out",
            "outcome": "Scored",
            "part": part,
            "rows": rows,
            "scored": rows - set_aside,
            "setAside": set_aside,
            "examples": examples if set_aside else [],
        }
        pod = pod_of(
            self.raw("Job", self.job),
            [ended("stage-out", 0, json.dumps(document), self.now)],
            self.now,
        )
        index = {"batch.kubernetes.io/job-completion-index": str(part)}
        named = {"name": f"{self.job}-{part}", "annotations": index}
        self.put(pod | {"metadata": pod["metadata"] | named})
        self.settle()

    def complete(self) -> None:
        """Have the Job controller find that every part is there."""
        done = {"type": "Complete", "status": "True", "lastTransitionTime": self.now.isoformat()}
        self.put({**self.raw("Job", self.job), "status": {"conditions": [done]}})
        self.settle()

    def whole_run(self, **counts: int) -> None:
        """Have both parts end well."""
        self.write_part(0, **counts)
        self.write_part(1)
        self.complete()
