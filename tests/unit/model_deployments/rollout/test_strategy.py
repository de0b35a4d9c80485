"""What strategies answer."""

from __future__ import annotations

import pytest
from builders_serving import INSTALLATION, NOW, a_model_deployment, digest

from trainyard.model_deployments.observed import Observed
from trainyard.model_deployments.rollout.moves import moved
from trainyard.model_deployments.rollout.strategy import Act, Move
from trainyard.model_deployments.source import Wanted
from trainyard.model_deployments.traffic.decision import all_to
from trainyard.model_deployments.view import View


@pytest.mark.parametrize("act", list(Act))
def test_whatever_a_strategy_answers_can_be_carried_out(act: Act) -> None:
    """And the split that comes with it is the one from now on."""
    stable = {"revision": "s", "bundleDigest": digest("a")}
    resource = a_model_deployment(status={"stable": stable})
    view = View(resource, Observed(INSTALLATION, Wanted("", "")), NOW)
    status = moved(view, view.begin(), Move(act, "because", traffic=all_to("s"))).status
    assert [("s", 100)] == [(t.revision, t.weight_percent) for t in status.traffic]
