"""A version that staging accepted becomes one of production, in another cluster, by Git alone.

Started by `make promotion`: two real API servers with an operator each, a real S3 server, the
containers of runs as processes. Nothing but files and bytes of the bucket gets across.

Proves: trainyardctl/hand_over.py
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import training_pod
import yaml
from chart_rendering import render
from cluster_access import ROOT
from promotion.clusters import Cluster, Raw, cluster
from s3_server import s3_server

from benchmarks.control_plane.isolation import answer_for_all

pytestmark = [pytest.mark.timeout(1200), pytest.mark.asyncio(loop_scope="module")]
PATIENCE = 600
API = "trainyard.dev/v1alpha1"
GIT, PERSON = "gitops", "bob"


@dataclass(frozen=True, slots=True)
class Both:
    """The two clusters, and what Git has of production."""

    staging: Cluster
    production: Cluster
    git: Path


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Both]:
    """Staging has data and a recipe; production has data, gates and people of its own."""
    if [index for _, index in socket.if_nameindex()] != ["lo"]:
        pytest.skip("takes ports and addresses: `make promotion` runs it in a network of its own")
    answer_for_all()
    folder = tmp_path_factory.mktemp("promotion")
    async with AsyncExitStack() as running:
        for name in ("staging", "production"):
            (folder / name).mkdir()
        s3 = running.enter_context(s3_server(folder / "s3"))
        keys = s3.keys
        own = {"accessKeyId": keys.access_key_id, "secretAccessKey": keys.secret_access_key}
        known = {"trainyard-store": own, "staging-reader": own}
        there = [
            await running.enter_async_context(cluster(name, number, folder / name, s3, known))
            for number, name in enumerate(("staging", "production"))
        ]
        found = Both(there[0], there[1], folder / "git")
        try:
            yield found
        finally:
            for name in ("staging", "production"):
                for log in ("operator.log", "pods.log"):
                    sys.stdout.write(
                        f"── {name} {log}\n{(folder / name / log).read_text()[-4000:]}"
                    )


def rows(first: int) -> bytes:
    """Every second row of the tumours from the first or second on."""
    frame = training_pod.tumours().frame.iloc[first::2]
    return str(frame.to_csv(index=False)).encode()


def ours(kind: str, **spec: Any) -> Raw:
    """An object called tumours."""
    return {"apiVersion": API, "kind": kind, "metadata": {"name": "tumours"}, "spec": spec}


def dataset(place: Cluster, first: int) -> Raw:
    """Its data, with the file in its store."""
    prefix = f"{place.namespace}/default/{place.namespace}"
    place.s3.store(prefix).write("raw/tumours.csv", rows(first))
    return ours("Dataset", source={"s3": {"path": "raw/tumours.csv"}}, target="diagnosis")


def trains(least: str, **parameters: Any) -> Raw:
    """A recipe of staging with its gate."""
    estimator = {"class": "sklearn.linear_model.LogisticRegression", "parameters": parameters}
    gates = [{"name": "good", "metric": "accuracy", "min": least}]
    return ours("TrainingJob", dataset={"name": "tumours"}, estimator=estimator, gates=gates)


def comes(what: str, look: Callable[[], Any]) -> Any:
    """What the look gives, once that is anything."""
    until = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < until, what
        time.sleep(0.5)
    return found


def judged(place: Cluster, count: int) -> Raw:
    """The newest of so many versions, once its gates said something."""

    def newest() -> Raw | None:
        versions = place.found("mv")
        if len(versions) < count:
            return None
        return versions[-1] if accepted(versions[-1]) else None

    found: Raw = comes(f"{place.namespace}: a judged version {count}", newest)
    return found


def accepted(version: Raw) -> str:
    """True, False, or empty while nothing is said."""
    conditions = (version.get("status") or {}).get("conditions") or ()
    said = {c["type"]: c["status"] for c in conditions}
    return said.get("Accepted", "") if said.get("Accepted") != "Unknown" else ""


def hand_over(both: Both, version: str) -> Raw:
    """What Git has afterwards of the import, by the command that people type."""
    both.git.mkdir(exist_ok=True)
    s3 = both.staging.s3
    environment = os.environ | {
        "AWS_ACCESS_KEY_ID": s3.keys.access_key_id,
        "AWS_SECRET_ACCESS_KEY": s3.keys.secret_access_key,
        "TRAINYARD_STORE_ENDPOINT": s3.endpoint,
        "TRAINYARD_STORE_REGION": s3.region,
    }
    command = [
        *(sys.executable, "-m", "trainyardctl", "-n", both.staging.namespace),
        *("--kubeconfig", str(both.staging.server.kubeconfig())),
        *("hand-over", f"mv/{version}", "--into", str(both.git), "--store", both.staging.store),
        *("--secret", "staging-reader"),
    ]
    done = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    found: Raw = yaml.safe_load((both.git / "import.yaml").read_text())
    return found


def synced(both: Both) -> None:
    """Production is as Git says: its own manifests, with what was handed over on top."""
    gates = [{"name": "good-here", "metric": "accuracy", "min": "0.8"}]
    job = ours("TrainingJob", dataset={"name": "tumours"}, gates=gates)
    job["metadata"]["annotations"] = {"trainyard.dev/author": GIT}
    resources = [job, yaml.safe_load((both.git / "origin.yaml").read_text())]
    job["spec"] |= yaml.safe_load((both.git / "import.yaml").read_text())["spec"]
    serving = ours(
        "ModelDeployment",
        model={"trainingJob": {"name": "tumours"}},
        rollout={"strategy": "Immediate", "approvals": {"required": 1}},
    )
    both.production.apply(*resources, serving, who=GIT)


def policies(namespace: str) -> list[Raw]:
    """The chart's policies on approvals and authors."""
    selector = {"matchLabels": {"kubernetes.io/metadata.name": namespace}}
    values = {"policies": {"enabled": True, "approvals": True, "namespaceSelector": selector}}
    return [
        m
        for m in render(values)
        if m["kind"].startswith("ValidatingAdmission")
        and m["metadata"]["name"].rpartition("-")[2] in ("approvals", "authors")
    ]


def approval(place: str, digest: str) -> Raw:
    """A yes of the person."""
    spec = {
        "modelDeployment": {"name": "tumours"},
        "bundleDigest": digest,
        "decision": "Approve",
        "approver": PERSON,
    }
    metadata = {"name": f"{place}s"}
    return {"apiVersion": API, "kind": "Approval", "metadata": metadata, "spec": spec}


async def test_staging_accepts_and_production_decides_again(both: Both) -> None:
    """By its own data, gates and people; the bytes are the same, and the record proves itself."""
    staging, production = both.staging, both.production
    await asyncio.to_thread(_staging_begins, staging)
    made = await asyncio.to_thread(judged, staging, 1)
    digest = made["spec"]["bundleDigest"]
    staging.apply(approval("staging", digest), who=PERSON)
    patch = await asyncio.to_thread(hand_over, both, made["metadata"]["name"])
    await asyncio.to_thread(_production_begins, both)
    imported = await asyncio.to_thread(judged, production, 1)

    assert ("True", "True") == (accepted(made), accepted(imported))
    assert imported["spec"]["bundleDigest"] != digest
    assert imported["spec"]["datasetDigest"] != made["spec"]["datasetDigest"]
    gates = imported["status"]["evaluations"][-1]["gates"]
    assert ["good-here"] == [gate["name"] for gate in gates]
    bundle = imported["spec"]["bundleDigest"].removeprefix("sha256:")
    model = production.s3.store(f"production/default/production/models/sha256/{bundle}")
    assert patch["spec"]["import"]["digest"] == _sha256(model.read("model.onnx"))

    (origin,) = production.found("configmap", "tumours-origin")
    (subject,) = json.loads(origin["data"]["statement.json"])["subject"]
    assert digest == f"sha256:{subject['digest']['sha256']}"
    assert digest == _sha256(origin["data"]["manifest.json"].encode())
    assert "| bob | Approve |" in origin["data"]["card.md"]
    assert "What columns are worth to it" in origin["data"]["card.md"]

    waiting = await asyncio.to_thread(comes, "it waits for people", lambda: _waits(production))
    assert f"0 of 1 approvals of {imported['spec']['bundleDigest'][:19]}" in waiting
    production.apply(approval("staging", digest), who=PERSON)  # what staging said, copied
    words = await asyncio.to_thread(
        comes, "the copied yes is told", lambda: "is of sha256" in _waits(production) and "told"
    )
    assert "told" == words
    production.apply(approval("production", imported["spec"]["bundleDigest"]), who=PERSON)
    await asyncio.to_thread(comes, "it serves", lambda: _serves(production, imported))


async def test_what_staging_takes_production_may_refuse(both: Both) -> None:
    """The next one is worse: accepted over there, refused here, and no request goes elsewhere."""
    staging, production = both.staging, both.production
    (serving,) = production.found("mdep", "tumours")
    worse = trains("0.5", C={"$float": "0.0000000001"})
    staging.apply(worse, who=GIT)
    made = await asyncio.to_thread(judged, staging, 2)
    assert "True" == accepted(made)
    await asyncio.to_thread(hand_over, both, made["metadata"]["name"])
    await asyncio.to_thread(synced, both)
    imported = await asyncio.to_thread(judged, production, 2)
    assert "False" == accepted(imported)
    assert "good-here" in json.dumps(imported["status"]["conditions"])
    (now,) = production.found("mdep", "tumours")
    assert serving["status"]["stable"] == now["status"]["stable"]
    assert serving["status"]["traffic"] == now["status"]["traffic"]


def _staging_begins(staging: Cluster) -> None:
    staging.apply(dataset(staging, 0), trains("0.5", max_iter=5000), who=GIT)


def _production_begins(both: Both) -> None:
    text = yaml.safe_dump_all(policies(both.production.namespace))
    both.production.kubectl("apply", "-f", "-", stdin=text)
    both.production.apply(dataset(both.production, 1), who=GIT)
    synced(both)


def _waits(production: Cluster) -> str:
    """For whom the release waits; empty while it does not."""
    status = production.found("mdep", "tumours")[0].get("status") or {}
    suspended = [c for c in status.get("conditions") or () if c["type"] == "Suspended"]
    return str(suspended[0]["message"]) if suspended else ""


def _serves(production: Cluster, version: Raw) -> bool:
    status = production.found("mdep", "tumours")[0].get("status") or {}
    stable = status.get("stable") or {}
    return bool(stable.get("bundleDigest") == version["spec"]["bundleDigest"])


def _sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
