"""Copies of requests, and a person's last word."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from builders_serving import a_model_deployment
from kept_pages import KeptPages
from release_stories import serving
from serving_pods import Behaviour, address_of
from serving_yard import ServingYard
from standings import rollout, standing

from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.model_deployments.analysis.evidence import Answer
from trainyard.model_deployments.rollout.strategies import next_move
from trainyard.model_deployments.rollout.strategy import Act, Standing
from trainyard.ownership import REVISION

SHADOW = {"strategy": "Shadow"}
TWO = {"strategy": "Shadow", "steps": [{"mirrorPercent": 10}, {"mirrorPercent": 50}]}


class AnswersOf(KeptPages):
    """Pods that answered a hundred requests in each window, all of a version the same."""

    def __init__(self, yard: ServingYard, says: dict[str, str]) -> None:
        super().__init__()
        self.yard, self.says = yard, says
        yard.addresses = address_of
        self.windows: list[str] = []

    async def read(self, address: str, window: str, seconds: int) -> bytes:
        """See KeptPages.read."""
        if window not in self.windows:
            self.windows.append(window)
        for (kind, name), raw in self.yard.objects.items():
            if kind == "Pod" and address_of(name) in address:
                said = self.says[raw["metadata"]["labels"][REVISION]]
                self.answers[address_of(name)] = {str(number): said for number in range(100)}
        return await super().read(address, window, seconds)


@pytest.mark.parametrize(
    ("at", "act"),
    [
        pytest.param(standing(rollout(0), **SHADOW), Act.ENTER, id="ready pods get copies"),
        pytest.param(standing(rollout(1), **TWO), Act.ENTER, id="then more of them"),
        pytest.param(standing(rollout(1), **SHADOW), Act.PAUSE, id="behind them waits a person"),
        pytest.param(
            standing(rollout(1, finishing=True), **SHADOW), Act.PROMOTE, id="who promotes"
        ),
        pytest.param(
            replace(standing(rollout(1), **SHADOW), verdict=Answer.FAIL),
            Act.ROLL_BACK,
            id="copies that fail end it",
        ),
        pytest.param(
            replace(standing(rollout(1), **SHADOW), verdict=Answer.NO_EVIDENCE),
            Act.STAY,
            id="no evidence moves nothing",
        ),
    ],
)
def test_the_next_move(at: Standing, act: Act) -> None:
    """Answers that are there and quick need not be right."""
    assert act is next_move(at).act


def test_who_has_the_last_word_is_told_how_to_say_it() -> None:
    """And what the checks said."""
    why = "all steps passed and it waits: promote@c or abort@c; all checks pass"
    found = next_move(standing(rollout(1), **SHADOW))
    assert (Act.PAUSE, why, Reason.PAUSED) == (found.act, found.why, found.reason)


def test_the_check_agreement_has_the_last_word_where_there_is_one() -> None:
    """A dry run decides nothing, and so leaves it to a person."""
    check: dict[str, Any] = {"name": "answers", "agreement": {}}
    for dry_run, act in ((False, Act.FINISH), (True, Act.PAUSE)):
        analysis = {"rehearsal": {}, "checks": [check | {"dryRun": dry_run}]}
        spec = a_model_deployment(replicas=2, rollout=SHADOW, analysis=analysis).spec
        assert act is next_move(replace(standing(rollout(1), **SHADOW), spec=spec)).act


async def test_users_are_answered_by_the_stable_version_until_somebody_promotes() -> None:
    """The status shows who gets copies."""
    yard = await serving("a", rollout=SHADOW)
    yard.publish("b")
    await yard.run(120)
    shares = yard.resource.status.traffic
    assert [(100, 0), (0, 100)] == [(s.weight_percent, s.mirror_percent) for s in shares]
    rollout = yard.resource.status.rollout
    assert rollout is not None
    assert "Paused" == rollout.phase
    yard.ask(f"promote@{yard.name('b')}")
    await yard.until(30, b=100)
    assert [0] == [s.mirror_percent for s in yard.resource.status.traffic]


async def test_copies_that_fail_roll_back() -> None:
    """Without one user having met it."""
    yard = await serving("a", rollout=SHADOW)
    yard.behaviours["b"] = Behaviour(failing=0.3)
    yard.publish("b")
    await yard.run(120)
    assert {"a": 100} == yard.weights
    assert [yard.name("b")] == [e.revision for e in yard.resource.status.quarantine]


PAIRED = {
    "rollout": SHADOW,
    "analysis": {"checks": [{"name": "answers", "agreement": {}}]},
}


@pytest.mark.parametrize("alike", [True, False])
async def test_pairs_of_live_answers_have_the_last_word(*, alike: bool) -> None:
    """No rehearsal, no person: what both versions answered to the same requests decides."""
    yard = await serving("a", **PAIRED)
    yard.publish("b")
    stable, canary = yard.name("a"), yard.name("b")
    yard.pages = AnswersOf(yard, {stable: "yes", canary: "yes" if alike else "no"})
    await yard.run(180)
    if alike:
        assert {"b": 100} == yard.weights
        *_, promoted = [message for reason, message in yard.events if reason == "Promoted"]
        assert "live answers agree" in promoted
    else:
        assert {"a": 100} == yard.weights
        (entry,) = yard.resource.status.quarantine
        assert (canary, True) == (entry.revision, "answers: 0 of" in entry.message)


async def test_what_was_stored_is_not_counted_again() -> None:
    """Each window once; a person sees how alike they are where no check decides."""
    yard = await serving("a", rollout=SHADOW)
    yard.publish("b")
    pages = AnswersOf(yard, {yard.name("a"): "yes", yard.name("b"): "yes"})
    yard.pages = pages
    await yard.run(120)
    rollout = yard.resource.status.rollout
    assert rollout is not None
    assert rollout.pairs is not None
    assert len(pages.windows) > 3
    # The last window that was read may not be stored yet.
    assert rollout.pairs.pairs in (100 * len(pages.windows), 100 * (len(pages.windows) - 1))
    assert rollout.pairs.pairs == rollout.pairs.agreed
