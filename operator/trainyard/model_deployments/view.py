"""What a pass looks at, and the status as it grows by what is decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus
from trainyard.model_deployments.observed import Observed
from trainyard.reconciling import turn

Turn = turn.Turn[ModelDeploymentStatus]


@dataclass(frozen=True, slots=True)
class View:
    """What a pass looks at; it does not change during the pass."""

    resource: ModelDeployment
    observed: Observed
    now: datetime

    def begin(self) -> Turn:
        """Return the decision at its beginning: the status as it is stored."""
        return turn.Turn(self.resource.status, self.now)
