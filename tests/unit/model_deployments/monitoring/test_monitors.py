"""Which monitors are declared, and what they ask now."""

from __future__ import annotations

from datetime import timedelta

from builders_serving import NOW, a_model_deployment
from serving_yard import ServingYard

from trainyard.api.v1alpha1.monitoring import MonitoringSpec
from trainyard.api.v1alpha1.signals import SignalKind
from trainyard.model_deployments.monitoring.monitors import (
    declared_monitors,
    questions_due,
    state_of,
)

QUERY = {"prometheus": {"query": "up", "min": "1"}}
BY_LABELS = {
    "quality": {"labels": {"dataset": {"name": "d"}, "labelColumn": "y"}, "min": "1"},
    "fairness": {"column": "site"},
    "capture": {},
}


def test_each_member_of_the_spec_raises_a_signal_of_its_own() -> None:
    """And each kind of signal has one."""
    every = dict.fromkeys(MonitoringSpec.model_fields, QUERY) | {"drift": {}} | BY_LABELS
    resource = a_model_deployment(monitoring=every)
    assert list(SignalKind) == [monitor.signal for monitor in declared_monitors(resource)]


async def test_a_monitor_asks_when_its_interval_is_over() -> None:
    """And at once about a new stable version."""
    yard = ServingYard(spec={"monitoring": {"errors": QUERY}})
    assert {} == questions_due(yard.resource, NOW)
    yard.publish("a")
    yard.numbers = {"up": 1.0}
    await yard.run(20)
    asked = yard.resource.status.monitors[0].asked_at
    assert {} == questions_due(yard.resource, asked + timedelta(seconds=59))
    assert {"Errors": "up"} == questions_due(yard.resource, asked + timedelta(seconds=60))
    (monitor,) = declared_monitors(yard.resource)
    assert yard.resource.status.monitors[0] == state_of(yard.resource.status, monitor)
    other = {"stable": {"revision": "new", "bundleDigest": "sha256:" + "b" * 64}}
    yard.raw["status"] |= other
    assert state_of(yard.resource.status, monitor) is None
    assert {"Errors": "up"} == questions_due(yard.resource, asked + timedelta(seconds=1))
