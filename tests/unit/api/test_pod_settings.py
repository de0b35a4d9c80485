"""What users say of pods is part of a revision, and never of what a model is made of."""

from __future__ import annotations

from typing import Any

import pytest
from builders_serving import INSTALLATION, a_model_deployment, digest
from builders_training import a_training_job

from trainyard.api.pod_settings import SERVER_VARIABLES, ServingPodSettings, TrainingPodSettings
from trainyard.model_deployments.manifests import deployment
from trainyard.model_deployments.revision.identity import revision_of, template_digest
from trainyard.training_jobs.identity import recipe_digest

SETTINGS: dict[str, Any] = {
    "resources": {"limits": {"memory": "3Gi"}},
    "labels": {"cost-centre": "7"},
    "annotations": {"sidecar.istio.io/inject": "false"},
    "nodeSelector": {"disk": "fast"},
    "tolerations": [{"key": "gpu", "operator": "Exists"}],
    "affinity": {"podAffinity": {}},
    "imagePullSecrets": [{"name": "registry"}],
    "serviceAccountName": "trainer",
    "priorityClassName": "low",
    "runtimeClassName": "gvisor",
    "env": [{"name": "OMP_NUM_THREADS", "value": "2"}],
}
SPREAD = {"topologySpreadConstraints": [{"topologyKey": "zone"}]}


def test_every_setting_is_tried_here() -> None:
    """A new one belongs into the tables of this test."""
    names = {field.alias for field in TrainingPodSettings.model_fields.values()}
    assert names == set(SETTINGS)
    assert {f.alias for f in ServingPodSettings.model_fields.values()} == names | set(SPREAD)


@pytest.mark.parametrize("name", sorted(SETTINGS | SPREAD))
def test_a_pod_that_serves_otherwise_is_another_revision(name: str) -> None:
    """Any change of the template is a release."""
    pod = {name: (SETTINGS | SPREAD)[name]}
    assert template_digest(a_model_deployment(pod=pod).spec) != template_digest(
        a_model_deployment().spec
    )


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_a_pod_that_trains_otherwise_makes_the_same_model(name: str) -> None:
    """So that a label does not train everything again."""
    plain, said = a_training_job().spec, TrainingPodSettings.model_validate({name: SETTINGS[name]})
    assert recipe_digest(plain) == recipe_digest(plain.model_copy(update={"pod": said}))


def test_no_variable_of_the_server_can_be_said() -> None:
    """The list that the API refuses is what the container gets of ours, and nothing is ignored."""
    resource = a_model_deployment(server={"grpc": True, "explain": {}}, monitoring={"capture": {}})
    revision = revision_of(resource, digest("a"), "v", "image")
    manifest = deployment(resource, revision, 1, "stable", INSTALLATION)
    server, _ = manifest["spec"]["template"]["spec"]["containers"]
    assert sorted(SERVER_VARIABLES) == sorted(variable["name"] for variable in server["env"])
