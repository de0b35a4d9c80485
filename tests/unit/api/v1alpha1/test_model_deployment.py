"""What six lines of YAML mean."""

from __future__ import annotations

from builders_serving import a_model_deployment

from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.model_deployments.rollout.steps import steps_of


def test_six_lines_make_a_sensible_deployment() -> None:
    """A canary at 5 and 50 percent, judged by errors and latency."""
    spec = a_model_deployment().spec
    assert [5, 50] == [step.weight_percent for step in steps_of(spec)]
    assert ["errors", "latency"] == [check.name for check in spec.analysis.checks]
    assert ("Router", 1, False) == (spec.traffic.mode, spec.replicas, spec.suspend)


def test_the_columns_answer_what_people_ask() -> None:
    """In this order."""
    assert ["Ready", "Stable", "Canary", "Weight", "Step", "Verdict", "Why", "Age"] == [
        column.name for column in ModelDeployment.definition.columns
    ]
    assert ModelDeployment.definition.scale


def test_a_spec_survives_being_written_and_read() -> None:
    """Names outside are camelCase."""
    resource = a_model_deployment(
        analysis={"checks": [{"name": "q", "prometheus": {"query": "x"}}]}
    )
    assert resource == ModelDeployment.model_validate(resource.to_api())
