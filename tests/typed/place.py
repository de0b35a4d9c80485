"""Where documented commands are typed: the cluster of a promotion, with what the pages speak of.

A real API server, the real operator, the containers of Jobs as processes; pods that serve are
played, and answer every request alike.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from promotion.clusters import Cluster, Raw
from typed.prompt import Prompt

PATIENCE = 300
API = "trainyard.dev/v1alpha1"
NAMESPACES = ("trainyard-demo", "team-a", "team-b")
STEPS = {
    "steps": [{"weightPercent": 20, "pause": "Manual", "minSeconds": 1}],
    "scaleDownDelaySeconds": 600,
    "onNewVersion": "Supersede",
}
WATCHED = {"rollout": STEPS, "analysis": {"intervalSeconds": 5, "minRequests": 10}}
ADOPTED = (
    ("label", "app.kubernetes.io/managed-by=Helm"),
    ("annotate", "meta.helm.sh/release-name=trainyard"),
    ("annotate", "meta.helm.sh/release-namespace=trainyard-system"),
)


@dataclass(slots=True)
class Place:
    """The cluster, the folder in which a reader sits, and what was released so far."""

    cluster: Cluster
    folder: Path
    prompt: Prompt
    releases: Iterator[int] = field(default_factory=lambda: iter(range(100, 200)))

    def filled_in(self, text: str) -> str:
        """Return the command with what its placeholders stand for here."""
        text = text.replace("mv/NAME", "mv/wine-0123456789")
        for name in ("loans", "wine"):
            if f"{name}-0123456789" in text:
                text = text.replace(f"{name}-0123456789", self.version(name))
        for pattern, here in (
            (r"\bNAMESPACE\b", "models"),
            (r"\bNAME\b", "wine"),
            (r"\bKIND\b", "mdep"),
            (r"\bFILE\b", "headers.txt"),
            (r"-n (staging|team-a) (hand-over|data affected)", r"-n models \2"),
            (r"s3://(artifacts\S*|…)", self.cluster.store),
            (r"--column patient --value 4711", "--column magnesium --value 127"),
            (r"^(kubectl .* -w)$", r"timeout 3 \1 || test $? = 124"),
        ):
            text = re.sub(pattern, here, text)
        return text

    def version(self, job: str) -> str:
        """Return the name of the current version of a TrainingJob."""
        return str(self.status("tj", job)["current"]["name"])

    def status(self, kind: str, name: str) -> Raw:
        """Return the status of an object."""
        found: Raw = self.cluster.found(kind, name)[0].get("status") or {}
        return found

    def until(self, what: str, check: Callable[[], Any]) -> Any:
        """Return what the check gives, once that is anything."""
        end = time.monotonic() + PATIENCE
        while not (found := check()):
            assert time.monotonic() < end, f"never: {what}\n{self._told()}"
            time.sleep(1)
        return found

    def helped(self, *words: str) -> str:
        """Return what kubectl prints; this is no command of a page."""
        return self.cluster.kubectl(*words).stdout

    # ── what pages take for granted ─────────────────────────────────────────────────────

    def is_at_rest(self) -> None:
        """A version of wine serves and nothing is under way; a canary that waits is promoted."""
        if self._is_paused():
            assert 0 == self.prompt.types("trainyard -n models promote wine")[0]
        self._patch(WATCHED | {"server": {"grpc": False}})  # played routers know no gRPC
        self.serves("wine")

    def serves(self, name: str) -> None:
        """A version of the deployment serves, and nothing of it is under way."""
        self.until(f"{name} is at rest", lambda: self._stable_alone(name))

    def keeps_the_headers_of_an_answer(self) -> None:
        """The file that `curl -D` writes is there: what the stable version's pods say."""
        stable = self.status("mdep", "wine")["stable"]
        named = {"revision": stable["revision"], "bundle": stable["bundleDigest"]}
        lines = [f"trainyard-{name}: {value}\n" for name, value in named.items()]
        (self.folder / "headers.txt").write_text("".join(lines))

    def canary_waits(self) -> None:
        """A canary waits in its first step for a person; it was released by another template."""
        if self._is_paused():
            return
        self._patch(WATCHED | {"server": {"maxBatchRows": next(self.releases), "grpc": False}})
        self.until("the canary waits", self._is_paused)

    def two_of_each(self) -> None:
        """Data and recipe have two versions and runs to compare; a canary waits."""
        rows = self.cluster.config_map("models", "wine-csv")["wine.csv"].splitlines(True)
        less = json.dumps({"data": {"wine.csv": "".join(rows[:-1])}})
        self.helped("-n", "models", "patch", "configmap", "wine-csv", "--type=merge", "-p", less)
        found = len(rows) - 2  # without the header, and one row less
        self.until("new data", lambda: self.status("dset", "wine")["current"]["rows"] == found)
        assert 0 == self.prompt.types("trainyard -n models run tj/wine")[0]
        ended = self.prompt.types("trainyard -n models status tj/wine --wait --timeout 600")
        assert 0 == ended[0], ended
        self.canary_waits()

    def quarantine_and_canary(self) -> None:
        """A canary was aborted; the next one waits."""
        self.canary_waits()
        assert 0 == self.prompt.types("trainyard -n models abort wine")[0]
        self.until("it is in quarantine", lambda: self.status("mdep", "wine").get("quarantine"))
        self.canary_waits()

    def other_objects(self) -> None:
        """What how-to pages call loans and churn-nightly is there as well."""
        if self.cluster.found("bp", "churn-nightly"):
            return
        raw = self.cluster.found("dset", "wine")[0]["spec"]
        gates = [{"name": "good", "metric": "accuracy", "min": "0.5"}]
        estimator = {"class": "sklearn.tree.DecisionTreeClassifier"}
        recipe = {"dataset": {"name": "loans"}, "estimator": estimator, "gates": gates}
        for kind, name, spec in (
            ("Dataset", "loans", {"source": raw["source"], "target": raw["target"]}),
            ("TrainingJob", "loans", recipe),
            ("ModelDeployment", "loans", {"model": {"trainingJob": {"name": "loans"}}}),
        ):
            metadata = {"name": name}
            manifest = {"apiVersion": API, "kind": kind, "metadata": metadata, "spec": spec}
            self.cluster.apply(manifest, who="somebody")
        self.serves("loans")
        batch = {
            "model": {"trainingJob": {"name": "wine"}},
            "source": raw["source"],
            "schedule": {"cron": "0 3 1 1 *"},
        }
        for name in ("wine", "churn-nightly"):
            metadata = {"name": name}
            manifest = {"apiVersion": API, "kind": "BatchPrediction", "metadata": metadata}
            self.cluster.apply(manifest | {"spec": batch}, who="somebody")

    def helm_owns_the_kinds(self) -> None:
        """A release may take the kinds over that are there already; none is installed."""
        for verb, what in ADOPTED:
            self.helped(verb, "crd", "--all", "--overwrite", what)
        self.prompt.types("helm uninstall trainyard -n trainyard-system")

    def released(self) -> None:
        """The chart is installed."""
        if self.prompt.types("helm status trainyard -n trainyard-system")[0]:
            self.helm_owns_the_kinds()
            installed = "helm install trainyard charts/trainyard -n trainyard-system"
            code, shown = self.prompt.types(installed)
            assert 0 == code, shown

    # ── what becomes of a request ───────────────────────────────────────────────────────

    def outcome(self, text: str) -> Raw | None:
        """Return what became of the request that the command wrote; None: it wrote none."""
        found = re.search(r"\b(dset|tj|mdep|bp) (\S+)\s.*trainyard\.dev/request=", text, re.DOTALL)
        if not found:
            return None
        kind, name = found[1], found[2]
        metadata = self.cluster.found(kind, name)[0]["metadata"]
        wanted = metadata["annotations"]["trainyard.dev/request"]

        def answered() -> Raw | None:
            requests = self.status(kind, name).get("requests") or ()
            return next((one for one in requests if one["request"] == wanted), None)

        answer: Raw = self.until(f"{wanted} is answered", answered)
        if kind == "mdep":
            self.until("it goes on", lambda: self._is_paused() or self._stable_alone())
        return answer

    def _patch(self, spec: Raw) -> None:
        where = ("-n", "models", "patch", "mdep", "wine", "--type=merge")
        self.helped(*where, "-p", yaml.safe_dump({"spec": spec}))

    def _is_paused(self) -> bool:
        rollout = self.status("mdep", "wine").get("rollout") or {}
        return rollout.get("phase") == "Paused"

    def _stable_alone(self, name: str = "wine") -> bool:
        status = self.status("mdep", name)
        under_way = any(status.get(key) for key in ("canary", "rollout", "leaving"))
        return bool(status.get("stable")) and not under_way

    def _told(self) -> str:
        return self.helped("-n", "models", "get", "dset,tj,mv,mdep,bp,job,pod", "-o", "wide")
