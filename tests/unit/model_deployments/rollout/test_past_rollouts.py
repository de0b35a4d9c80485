"""What becomes of the result of each arm of a rollout."""

from __future__ import annotations

from release_stories import serving
from serving_pods import Behaviour
from serving_yard import ServingYard

BETA = {"matches": [{"headers": [{"name": "x-cohort", "value": "beta"}]}]}


def arms(yard: ServingYard) -> dict[str, int]:
    """Return the requests of each arm of the rollout under way."""
    rollout = yard.resource.status.rollout
    return {arm.name: arm.requests for arm in rollout.arms} if rollout is not None else {}


async def test_matched_requests_are_told_and_judged_by_nobody() -> None:
    """They go to the new version from its first step on; the verdict rests on the others."""
    yard = await serving("a", rollout=BETA | {"steps": [{"weightPercent": 5, "minSeconds": 900}]})
    yard.matching = 2
    yard.publish("b")
    await yard.run(180)
    found = arms(yard)
    assert {"Stable", "Canary", "Matched"} == set(found)
    assert 200 < found["Matched"] < 360
    rollout = yard.resource.status.rollout
    assert rollout is not None
    assert rollout.canary_requests == found["Canary"]
    (share,) = (s for s in yard.resource.status.traffic if s.role == "canary")
    assert 1 == len(share.matches)


async def test_the_result_outlasts_the_rollout() -> None:
    """Promoted or rolled back; at rest nobody is matched any more."""
    for behaviour in (Behaviour(), Behaviour(failing=0.5)):
        yard = await serving("a", rollout=BETA)
        yard.matching, yard.behaviours["b"] = 2, behaviour
        yard.publish("b")
        await yard.run(900)
        status = yard.resource.status
        assert status.rollout is None
        assert {"Stable", "Canary", "Matched"} == {arm.name for arm in status.last_arms}
        assert [()] == [share.matches for share in status.traffic]
