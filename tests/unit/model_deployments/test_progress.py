"""What a pass tells."""

from __future__ import annotations

from builders_serving import INSTALLATION, NOW, a_model_deployment

from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.model_deployments.observed import Observed
from trainyard.model_deployments.progress import Progress, Scene
from trainyard.model_deployments.source import Wanted
from trainyard.reconciling.plan import EventType, PlannedEvent


def test_a_decision_is_one_event_and_one_history_entry() -> None:
    """The last twenty stay in the status, short enough for it."""
    resource = a_model_deployment()
    scene = Scene(resource, Observed(INSTALLATION, Wanted("", "")), NOW)
    progress = Progress(resource.status)
    for number in range(25):
        progress = progress.told(scene, Reason.PROMOTED, f"{number} " + "x" * 900, warning=True)
    assert 20 == len(progress.status.history)
    assert progress.status.history[-1].message.startswith("24 ")
    assert max(len(entry.message) for entry in progress.status.history) <= 500
    assert PlannedEvent(EventType.WARNING, "Promoted", "0 " + "x" * 900) == progress.events[0]
