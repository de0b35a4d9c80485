"""A preview without requests, and one switch."""

from __future__ import annotations

from dataclasses import replace

import pytest
from release_stories import serving
from serving_pods import Behaviour
from standings import DOWN, rollout, standing

from trainyard.api.v1alpha1.model_deployment import PrometheusCheck
from trainyard.model_deployments.analysis.evidence import Answer
from trainyard.model_deployments.rollout.strategies import next_move
from trainyard.model_deployments.rollout.strategy import Act, Standing

BLUE_GREEN = {"strategy": "BlueGreen", "steps": [{"minSeconds": 60, "pause": "Manual"}]}
AT_ONCE = {"strategy": "BlueGreen"}


@pytest.mark.parametrize(
    ("at", "act"),
    [
        pytest.param(standing(rollout(0), **AT_ONCE), Act.ENTER, id="ready pods begin the preview"),
        pytest.param(
            replace(standing(rollout(0), **AT_ONCE), routers_know=False),
            Act.STAY,
            id="which routers reach",
        ),
        pytest.param(standing(rollout(1, 59), **AT_ONCE), Act.STAY, id="it lasts a minute"),
        pytest.param(standing(rollout(1, 60), **AT_ONCE), Act.FINISH, id="then it ends"),
        pytest.param(
            standing(rollout(1, 60, finishing=True), **AT_ONCE), Act.PROMOTE, id="with the switch"
        ),
        pytest.param(standing(rollout(1, 60), **BLUE_GREEN), Act.PAUSE, id="unless people decide"),
        pytest.param(
            replace(standing(rollout(1, 60), **AT_ONCE), verdict=Answer.FAIL),
            Act.ROLL_BACK,
            id="a failed query ends it",
        ),
        pytest.param(
            replace(standing(rollout(1, 60), **AT_ONCE), canary=DOWN),
            Act.WITHDRAW,
            id="pods that go down begin again",
        ),
    ],
)
def test_the_next_move(at: Standing, act: Act) -> None:
    """No live request is awaited."""
    assert act is next_move(at).act


async def test_all_requests_move_at_once_and_the_preview_leads_to_the_new_version() -> None:
    """Before, nobody's request meets it; afterwards the old one is warm."""
    yard = await serving("a", rollout={"strategy": "BlueGreen", "scaleDownDelaySeconds": 600})
    preview = yard.objects["Service", "tumours-preview"]["spec"]["selector"]
    assert {"trainyard.dev/revision": yard.name("a")} == preview
    yard.publish("b")
    await yard.run(30)
    preview = yard.objects["Service", "tumours-preview"]["spec"]["selector"]
    assert {"trainyard.dev/revision": yard.name("b")} == preview
    assert {"a": 100, "b": 0} == yard.weights
    assert "NoEvidence" != yard.resource.status.rollout.verdict  # type: ignore[union-attr]
    await yard.until(60, b=100)
    assert {"a": 2, "b": 2} == {letter: yard.replicas(letter) for letter in "ab"}


async def test_the_way_back_needs_no_new_pods() -> None:
    """undo@ switches as soon as the routers reach the old ones."""
    yard = await serving("a", rollout={"strategy": "BlueGreen", "scaleDownDelaySeconds": 600})
    yard.publish("b")
    await yard.until(120, b=100)
    yard.ask(f"undo@{yard.name('b')}")
    await yard.until(10, a=100)


async def test_the_preview_goes_with_the_strategy() -> None:
    """Another strategy has none."""
    yard = await serving("a", rollout={"strategy": "BlueGreen"})
    yard.raw["spec"]["rollout"] = {"strategy": "Immediate"}
    await yard.run(5)
    assert ("Service", "tumours-preview") not in yard.objects


async def test_a_query_is_asked_in_the_preview() -> None:
    """Tests of one's own may run against the preview Service and show their result."""
    query = PrometheusCheck(query="failed_tests", max="0", failure_limit=1).to_api()
    analysis = {"checks": [{"name": "tests", "prometheus": query}], "intervalSeconds": 5}
    yard = await serving("a", rollout={"strategy": "BlueGreen"}, analysis=analysis)
    yard.numbers["failed_tests"] = 3
    yard.behaviours["b"] = Behaviour()
    yard.publish("b")
    await yard.run(60)
    assert {"a": 100} == yard.weights
    assert [yard.name("b")] == [e.revision for e in yard.resource.status.quarantine]
