"""A notebook's way to a cluster and back, as the page tells it, with the real operator.

Proves: trainyardclient/yard.py
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
import pytest_asyncio
from cluster.flow_stage import stage
from cluster.main_flow import FIRST_ROWS, Flow
from cluster_access import PATIENCE, kubeconfig
from notebook_page import blocks
from sklearn.linear_model import Ridge

from trainyard.clients.faults import Conflict
from trainyardclient import Outcome, Yard, manifest_of, training_job
from trainyardclient.manifests import ConfigMap, Declared, declared

pytestmark = [pytest.mark.cluster, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def flow() -> AsyncIterator[Flow]:
    """Give a namespace with an operator; pods are played, and answer as the contract says."""
    async with stage() as place, place.flow() as found:
        found.sources.rows[found.namespace] = FIRST_ROWS
        await found.process.start()
        yield found


def page(flow: Flow) -> Sequence[str]:
    """Return the blocks of the page for this namespace, and for the metric of played pods."""
    changes = {'namespace="models"': f'namespace="{flow.namespace}"', "accuracy": "roc_auc"}
    found = blocks()
    for before, after in changes.items():
        assert any(before in text for text in found)
        found = [text.replace(before, after) for text in found]
    return found


def played(flow: Flow, objects: Sequence[Declared]) -> Sequence[Declared]:
    """Return the objects, their pods steered to where they are played."""
    return [
        one
        if isinstance(one, ConfigMap)
        else declared(type(one), one.metadata.name, {**manifest_of(one)["spec"], "pod": flow.pod})
        for one in objects
    ]


async def typed(text: str, names: dict[str, Any]) -> None:
    """Run the block as a notebook does, where a loop runs already."""
    await asyncio.to_thread(exec, compile(text, "a block of the page", "exec"), names)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def names(flow: Flow) -> dict[str, Any]:
    """Give the names that the whole page leaves behind: applied, judged, and read again."""
    found: dict[str, Any] = {}
    first, second = page(flow)
    await typed(first, found)
    found["objects"] = played(flow, found["objects"])
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("KUBECONFIG", kubeconfig())
        await typed(second, found)
    return found


async def test_the_page_leads_to_an_accepted_version_and_back(names: dict[str, Any]) -> None:
    """Its runs are a data frame, with the verdict of the gates and numbers."""
    assert Outcome.SETTLED is names["verdict"].outcome
    newest = names["runs"].iloc[0]
    assert ("Succeeded", "accepted", "200", 0.97) == (
        newest["phase"],
        newest["verdict"],
        newest["params.n_estimators"],
        newest["metrics.roc_auc"],
    )


async def test_a_verdict_may_be_a_refusal(flow: Flow, names: dict[str, Any]) -> None:
    """It ends the wait, with what the gate found."""
    gate = {"name": "high", "metric": "roc_auc", "min": "0.99"}
    strict = played(flow, [training_job("strict", Ridge(), names["data"], gates=[gate])])
    yard = Yard(namespace=flow.namespace, kubeconfig=kubeconfig())
    await asyncio.to_thread(yard.apply, *strict)
    stand = await asyncio.to_thread(yard.wait, "tj/strict", timeout=PATIENCE)
    assert Outcome.FAILED is stand.outcome, stand
    assert "VersionRefused" in stand.why
    (run,) = await asyncio.to_thread(yard.runs, "strict")
    assert ("refused", 0.97) == (run["verdict"], run["metrics.roc_auc"])


async def test_a_field_of_somebody_else_is_not_taken(flow: Flow) -> None:
    """Whose it is, and which, is said."""
    yard = Yard(namespace=flow.namespace, kubeconfig=kubeconfig())
    raw = manifest_of(training_job("theirs", Ridge(), "nobody", seed=5))
    metadata = {**raw["metadata"], "namespace": flow.namespace}
    await flow.cluster.apply({**raw, "metadata": metadata})
    with pytest.raises(Conflict, match=r"spec\.seed"):
        await asyncio.to_thread(yard.apply, training_job("theirs", Ridge(), "nobody", seed=7))
