"""What every monitor must do."""

from __future__ import annotations

from builders_serving import NOW, a_model_deployment

from trainyard.api.v1alpha1.monitoring import MonitoringSpec
from trainyard.api.v1alpha1.signals import MonitorState
from trainyard.model_deployments.analysis.queries import QueryAnswer
from trainyard.model_deployments.monitoring.monitor import Level
from trainyard.model_deployments.monitoring.monitors import declared_monitors

QUERY = {"prometheus": {"query": "up", "min": "1"}}
BY_LABELS = {
    "quality": {"labels": {"dataset": {"name": "d"}, "labelColumn": "y"}, "min": "1"},
    "fairness": {"column": "site"},
    "capture": {},
}


def test_no_evidence_moves_no_level() -> None:
    """However often there is none, of whatever kind the monitor is."""
    every = dict.fromkeys(MonitoringSpec.model_fields, QUERY) | {"drift": {}} | BY_LABELS
    resource = a_model_deployment(monitoring=every)
    for monitor in declared_monitors(resource):
        state = MonitorState(kind=monitor.signal, revision="r", asked_at=NOW)
        for _ in range(10):
            state = monitor.folded(state, QueryAnswer(None, "timeout"), NOW)
        assert Level.STAY is monitor.level(state)
