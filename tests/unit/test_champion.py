"""Which version is the champion."""

from __future__ import annotations

import pytest
from builders_training import a_deployment, digest

from trainyard.api.gates import Gate
from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.champion import ChampionState, find_champion, followers

ABSOLUTE = Gate.model_validate({"name": "good", "metric": "accuracy", "min": "0.9"})
AGAINST = Gate.model_validate({"name": "g", "metric": "accuracy", "againstChampion": {}})
NAMED = Gate.model_validate(
    {
        "name": "g",
        "metric": "accuracy",
        "againstChampion": {"modelDeployment": {"name": "two"}},
    }
)
ONE, TWO, EMPTY = a_deployment("one", stable="1"), a_deployment("two", stable="2"), a_deployment()
OTHER = a_deployment(stable="3", spec={"model": {"trainingJob": {"name": "another"}}})


@pytest.mark.parametrize(
    ("gate", "deployments", "state", "bundle"),
    [
        pytest.param(ABSOLUTE, (ONE,), "NotNeeded", None, id="no gate compares"),
        pytest.param(AGAINST, (), "None", None, id="nothing is deployed"),
        pytest.param(AGAINST, (OTHER,), "None", None, id="another TrainingJob's deployment"),
        pytest.param(AGAINST, (EMPTY,), "None", None, id="nothing serves yet"),
        pytest.param(AGAINST, (ONE,), "Found", digest("1"), id="the only follower"),
        pytest.param(AGAINST, (ONE, TWO), "Ambiguous", None, id="two followers"),
        pytest.param(NAMED, (ONE, TWO), "Found", digest("2"), id="the named one of two"),
        pytest.param(NAMED, (ONE,), "None", None, id="the named one does not exist"),
    ],
)
def test_the_champion(
    gate: Gate, deployments: tuple[ModelDeployment, ...], state: str, bundle: str | None
) -> None:
    """It is the stable version of the deployment that counts."""
    found = find_champion("model", (gate,), deployments)
    assert (ChampionState(state), bundle) == (found.state, found.bundle_digest)


def test_followers_are_those_that_serve_what_the_training_job_makes() -> None:
    """A deployment of another TrainingJob is none."""
    assert followers("model", (ONE, OTHER)) == (ONE,)
