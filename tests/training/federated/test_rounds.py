"""Flower's own strategies over four parties: what does one that lies or dies do to the model?

Proves: training-image/trainer/federated/rounds.py, training-image/trainer/federated/server_app.py
"""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import pytest
from federated_yard import FLOWER
from training_pod import ROOT

from benchmarks.serving.locked_environments import python_of_locked
from trainer.federated.privacy import privacy_of
from trainer.tasks.federation import Federation

Scenes = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def scenes() -> Scenes:
    """What came of each scene, played in the environment of the image."""
    path = os.pathsep.join(str(ROOT / part) for part in ("training-image", "serving-image"))
    program = ROOT / "tests" / "federated_one_process.py"
    done = subprocess.run(
        [str(python_of_locked(FLOWER)), str(program)],
        env={**os.environ, "PYTHONPATH": path, "FLWR_TELEMETRY_ENABLED": "0"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: Scenes = json.loads(done.stdout[done.stdout.index('{"means"') :])
    return found


@pytest.mark.timeout(900)
@pytest.mark.parametrize("scene", ["means", "network", "trees"])
def test_parties_train_linear_models_networks_and_trees(scenes: Scenes, scene: str) -> None:
    """All parties count in all rounds, and nine of ten new rows are answered rightly, or more."""
    record = scenes[scene]["record"]
    assert scenes[scene]["accuracy"] >= 0.92, scenes[scene]
    assert {party["rounds"] for party in record["participants"]} == {record["rounds"]}
    assert record["strategy"] == ("FedXgbBagging" if scene == "trees" else "FedAvg")


@pytest.mark.timeout(900)
@pytest.mark.parametrize("strategy", ["FedMedian", "FedTrimmedAvg", "Krum"])
def test_a_robust_strategy_bounds_a_party_that_lies(scenes: Scenes, strategy: str) -> None:
    """The mean follows the liar to a model that is worse than a guess; these do not."""
    assert scenes["means, and one lies"]["accuracy"] < 0.7
    bounded = scenes[f"{strategy}, and one lies"]
    assert bounded["accuracy"] >= 0.9, bounded
    assert bounded["record"]["strategy"] == strategy


@pytest.mark.timeout(900)
def test_a_tree_that_lies_says_no_more_than_an_honest_one(scenes: Scenes) -> None:
    """Leaves of a million are cut, and the trees of the others correct what is left of them."""
    assert scenes["trees, and one lies"]["accuracy"] >= 0.88, scenes["trees, and one lies"]


@pytest.mark.timeout(900)
def test_rounds_outlive_one_party_of_four(scenes: Scenes) -> None:
    """The one that died counts in the rounds before; the others go on to the end."""
    found = scenes["means, and one dies"]
    rounds = {party["name"]: party["rounds"] for party in found["record"]["participants"]}
    assert rounds == {"ward-a": 8, "ward-b": 8, "ward-c": 8, "ward-d": 4}
    assert found["accuracy"] >= 0.92
    told = {"round": 8, "rounds": 8, "answered": 3, "participants": 4}
    assert told.items() <= found["progress"].items()
    assert found["progress"]["loss"] < 0.3


@pytest.mark.timeout(900)
def test_a_private_model_tells_no_loss_and_is_still_one(scenes: Scenes) -> None:
    """A loss would say something of one party; with little noise the model stays good."""
    assert scenes["private"]["accuracy"] >= 0.85, scenes["private"]
    assert scenes["private"]["progress"]["loss"] is None


@pytest.mark.timeout(900)
def test_nonsense_ends_no_private_round(scenes: Scenes) -> None:
    """Parameters of another model are left out, no change at all is one; the others go on."""
    found = scenes["private, and two send nonsense"]
    rounds = {party["name"]: party["rounds"] for party in found["record"]["participants"]}
    assert rounds == {"ward-a": 0, "ward-b": 8, "ward-c": 8, "ward-d": 8}
    assert found["accuracy"] >= 0.8, found


@pytest.mark.timeout(900)
def test_what_the_noise_comes_to_is_recorded(scenes: Scenes) -> None:
    """Where fewer answer, one party is a larger part of the mean, and the noise hides it less."""
    privacy = scenes["private"]["record"]["privacy"]
    assert (privacy["noiseMultiplier"], privacy["clippingNorm"]) == ("0.02", "5")
    told = Federation.model_validate(
        {
            "address": "here",
            "rounds": 8,
            "localIterations": 3,
            "minParticipants": 2,
            "participants": ("ward-a", "ward-b"),
            "differentialPrivacy": {"noiseMultiplier": 0.02, "clippingNorm": 5.0},
        }
    )
    assert privacy == privacy_of(told, [4] * 8, 4)
    fewer = scenes["private, and two send nonsense"]["record"]["privacy"]
    assert fewer == privacy_of(told, [3] * 8, 4)
    assert float(fewer["epsilon"]) > float(privacy["epsilon"])
    assert "FedAvg" in scenes["private medians"]["record"]["privacy"]["why"]
    assert scenes["means"]["record"]["privacy"] is None
