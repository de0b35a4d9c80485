"""What every act works with: the cluster, the narrator, and the state of the release."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import yaml

from demo.kubectl import Kubectl
from demo.live_line import LiveLine
from demo.narration import Narrator
from demo.real_data import Chapter
from demo.setting import Images
from demo.traffic import Count, read_count
from demo.waiting import wait_for

T = TypeVar("T")
NAME = "tumours"


@dataclass(slots=True)
class Stage:
    """The cluster as the acts see it."""

    kubectl: Kubectl
    operator: Kubectl
    """kubectl bound to the operator's namespace."""
    narrator: Narrator
    live: LiveLine
    images: Images
    requests: int = field(default=0)

    def release(self) -> dict[str, Any]:
        """Return the ModelDeployment's status, empty while there is none."""
        return self._status("modeldeployment")

    def training(self) -> dict[str, Any]:
        """Return the TrainingJob's status, empty while there is none."""
        return self._status("trainingjob")

    def dataset(self) -> dict[str, Any]:
        """Return the Dataset's status, empty while there is none."""
        return self._status("dataset")

    def _status(self, kind: str) -> dict[str, Any]:
        status: dict[str, Any] = (self.kubectl.get(kind, NAME) or {}).get("status") or {}
        return status

    def stable_bundle(self) -> str:
        """Return the digest that users are served, empty before the first."""
        return str((self.release().get("stable") or {}).get("bundleDigest", ""))

    def expect(self, what: str, look: Callable[[], T | None]) -> T:
        """Return what `look` finds, showing the live line meanwhile."""
        return wait_for(what, look, self.show_live)

    def expect_new_stable(self, before: str) -> str:
        """Return the digest that replaced `before` as the stable one, once it serves alone."""

        def promoted() -> str | None:
            status = self.release()
            bundle = str((status.get("stable") or {}).get("bundleDigest", ""))
            return bundle if bundle not in ("", before) and not status.get("rollout") else None

        return self.expect("the new version is promoted", promoted)

    def expect_canary_weight(self, weight: int) -> None:
        """Wait until the canary has at least that share of the requests."""
        self.expect(
            f"the canary has {weight} % of the requests",
            lambda: self.canary_weight() >= weight,
        )

    def canary_weight(self) -> int:
        """Return the canary's share of the requests."""
        shares = self.release().get("traffic") or []
        return next((int(s["weightPercent"]) for s in shares if s["role"] == "canary"), 0)

    def show_live(self) -> None:
        """Renew the live line of weights, requests and failures."""
        self.live.show(self.release(), self.count())

    def count(self) -> Count:
        """Return what the client has counted so far."""
        return read_count(self.kubectl)

    def put_data(self, chapter: Chapter, dataset: str = NAME) -> None:
        """Replace the CSV that a Dataset reads."""
        config = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": f"{dataset}-csv"},
            "data": {f"{dataset}.csv": chapter.csv},
        }
        self.kubectl.apply(json.dumps(config))

    def ask(self, kind: str, request: str, name: str = NAME) -> None:
        """Make a request of a person: one annotation."""
        self.requests += 1
        text = f"trainyard.dev/request={request}#{int(time.time())}-{self.requests}"
        self.kubectl.run("annotate", "--overwrite", kind, name, text)

    def change_spec(self, kind: str, change: dict[str, Any]) -> None:
        """Change the object's spec by a merge patch, and show it."""
        self.narrator.say(f"kubectl patch {kind} {NAME} --type=merge -p …")
        self.narrator.applied(yaml.safe_dump({"spec": change}, sort_keys=False))
        patch = json.dumps({"spec": change})
        self.kubectl.run("patch", kind, NAME, "--type=merge", "-p", patch)

    def change_recipe(self, estimator: dict[str, Any]) -> None:
        """Give the TrainingJob another estimator."""
        change = json.dumps([{"op": "replace", "path": "/spec/estimator", "value": estimator}])
        self.kubectl.run("patch", "trainingjob", NAME, "--type=json", "-p", change)

    def decisions(self, kind: str, *, newest: int = 3) -> list[str]:
        """Return the newest entries of the object's own history."""
        entries = self._status(kind).get("history") or []
        return [f"{e['reason']}: {e['message']}" for e in entries[-newest:]]

    def events(self, *, newest: int = 4) -> list[str]:
        """Return the newest Events that the operator wrote about the ModelDeployment."""
        template = "jsonpath={range .items[*]}{.reason}: {.message}{'\\n'}{end}"
        text = self.kubectl.run(
            "get", "events", "--sort-by=.lastTimestamp", "-o", template,
            "--field-selector", f"involvedObject.kind=ModelDeployment,involvedObject.name={NAME}",
        )  # fmt: skip
        return text.strip().splitlines()[-newest:]
