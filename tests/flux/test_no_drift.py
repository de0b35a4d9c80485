"""A whole life under the real kustomize-controller of Flux: it applies, waits, and finds no drift.

Started by `make flux`. The API server and the operator are real, pods are played.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from cluster.flow_stage import stage
from cluster.main_flow import FIRST_ROWS, MORE_ROWS, Flow, manifests
from cluster_access import kubectl
from flux.controller import Flux, flux

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(1800)]
Raw = dict[str, Any]
DECLARED = ("Dataset/tumours", "TrainingJob/model", "ModelDeployment/tumours")
CREATED, UNCHANGED = dict.fromkeys(DECLARED, "created"), dict.fromkeys(DECLARED, "unchanged")
FLUX = "kustomize-controller"
SECONDS = len("2026-01-01T00:00:00")


async def test_a_life_of_retrains_and_releases_is_no_drift(tmp_path: Path) -> None:
    """Flux waits for the first version; then data grow, a run starts by itself, its version is
    released step by step, and no look of Flux finds anything to apply. What does differ is found.
    """
    async with stage() as place, place.flow() as flow, flux(flow.namespace, tmp_path) as found:
        flow.sources.rows[flow.namespace] = FIRST_ROWS
        await flow.cluster.create(flow.data())
        await flow.process.start()
        declared = manifests(flow.pod)
        await found.publish("first", declared)
        ready = await found.ready("first")
        assert (await serves_since(flow))[:SECONDS] <= ready["lastTransitionTime"][:SECONDS]
        await flow.settled(FIRST_ROWS)
        await lives_without_drift(flow, found)
        await what_differs_is_found(flow, found, declared)


async def serves_since(flow: Flow) -> str:
    """Return since when the service is Ready."""
    status = await flow.status("ModelDeployment", "tumours")
    (ready,) = (c for c in status["conditions"] if c["type"] == "Ready")
    assert ready["status"] == "True"
    return str(ready["lastTransitionTime"])


async def lives_without_drift(flow: Flow, found: Flux) -> None:
    """Data grow, a run is made, its version is released: Flux looks on and does nothing."""
    before = await declared_parts(flow)
    await flow.bring_more_data()
    await flow.settled(MORE_ROWS)
    await found.looks_again(2)
    first, *later = found.looks()
    assert CREATED == first.actions
    assert len(later) > 2
    assert [UNCHANGED] * len(later) == [look.actions for look in later]
    assert before == await declared_parts(flow)
    assert [] == found.faults()
    assert 2 == len((await flow.status("TrainingJob", "model"))["runs"])


async def what_differs_is_found(flow: Flow, found: Flux, declared: list[Raw]) -> None:
    """A field that somebody changed by hand is put back, and a new revision is applied once."""
    patch = json.dumps({"spec": {"analysis": {"minRequests": 41}}})
    where = ("-n", flow.namespace, "patch", "mdep", "tumours", "--type=merge", "-p", patch)
    kubectl(*where)
    one = UNCHANGED | {"ModelDeployment/tumours": "configured"}
    await found.sees(lambda: any(look.actions == one for look in found.looks()))
    changed = copy.deepcopy(declared)
    changed[-1]["spec"]["analysis"]["minRequests"] = 50
    await found.publish("second", changed)
    await found.ready("second")
    await found.looks_again(1)
    first, *later = [look.actions for look in found.looks() if look.revision == "second"]
    assert (one, [UNCHANGED] * len(later)) == (first, later)
    spec = (await flow.cluster.get("ModelDeployment", flow.namespace, "tumours") or {})["spec"]
    assert 50 == spec["analysis"]["minRequests"]


async def declared_parts(flow: Flow) -> dict[str, Any]:
    """Return what Git declares of each object, how often that changed, and when Flux wrote it."""
    found = {}
    for kind, name in (place.split("/") for place in DECLARED):
        raw = await flow.cluster.get(kind, flow.namespace, name) or {}
        metadata = raw["metadata"]
        written = [m["time"] for m in metadata["managedFields"] if m["manager"] == FLUX]
        labels, notes = metadata.get("labels"), metadata.get("annotations")
        found[kind] = (raw["spec"], metadata["generation"], labels, notes, written)
    return found
