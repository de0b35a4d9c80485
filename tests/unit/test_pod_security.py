"""Pods are kept to the `restricted` level."""

import pytest

from trainyard.api.base import NameReference
from trainyard.api.pod_settings import EnvironmentVariable, PodSettings, Toleration
from trainyard.pod_defaults import PodDefaults
from trainyard.pod_security import (
    environment,
    folder_volume,
    hardened_container,
    hardened_pod,
    pod_metadata,
    resources_of,
)


def test_a_pod_without_settings_gets_no_token_and_runs_as_nobody() -> None:
    """Nothing is mounted or granted that nobody asked for."""
    expected = {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 65532,
            "runAsGroup": 65532,
            "fsGroup": 65532,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }
    assert expected == hardened_pod(PodSettings(), PodDefaults())


def test_placement_is_passed_on() -> None:
    """Each setting of the user lands in the pod spec; a named account gets its token."""
    settings = PodSettings(
        node_selector={"disk": "fast"},
        tolerations=(Toleration(key="gpu", operator="Exists"),),
        image_pull_secrets=(NameReference(name="registry"),),
        service_account_name="trainer",
        priority_class_name="low",
        runtime_class_name="gvisor",
    )
    spec = hardened_pod(settings, PodDefaults())
    assert {
        "automountServiceAccountToken": True,
        "nodeSelector": {"disk": "fast"},
        "tolerations": [{"key": "gpu", "operator": "Exists"}],
        "imagePullSecrets": [{"name": "registry"}],
        "serviceAccountName": "trainer",
        "priorityClassName": "low",
        "runtimeClassName": "gvisor",
    } == {k: v for k, v in spec.items() if k not in {"securityContext", "enableServiceLinks"}}


def test_a_container_keeps_its_mounts_beside_the_scratch_folder() -> None:
    """The root is read-only, so every container gets a place to write."""
    mount = {"name": "data", "mountPath": "/data"}
    container = hardened_container({"name": "train", "volumeMounts": [mount]})
    assert {
        "name": "train",
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "terminationMessagePolicy": "File",
        "volumeMounts": [mount, {"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108,
    } == container


@pytest.mark.parametrize(
    "name",
    [pytest.param("run_as_user", id="user"), pytest.param("fs_group", id="group of the volumes")],
)
def test_what_the_platform_assigns_is_left_to_it(name: str) -> None:
    """OpenShift refuses a pod that names a user of its own choice."""
    context = hardened_pod(PodSettings(), PodDefaults(**{name: None}))["securityContext"]
    assert {"run_as_user": "runAsUser", "fs_group": "fsGroup"}[name] not in context
    assert context["runAsNonRoot"]


def test_secrets_of_the_installation_come_first_and_once() -> None:
    """Whoever names one of them again gets it once."""
    both = tuple(NameReference(name=name) for name in ("all", "own"))
    settings = PodSettings(image_pull_secrets=both)
    spec = hardened_pod(settings, PodDefaults(image_pull_secrets=both[:1]))
    assert [{"name": "all"}, {"name": "own"}] == spec["imagePullSecrets"]


def test_labels_of_the_operator_win() -> None:
    """Its selectors rest on them."""
    settings = PodSettings(labels={"team": "a", "trainyard.dev/owner": "somebody"})
    metadata = pod_metadata(settings, {"trainyard.dev/owner": "tumours"})
    assert {"labels": {"team": "a", "trainyard.dev/owner": "tumours"}} == metadata


def test_variables_of_the_operator_win_and_stand_once() -> None:
    """A list with one name twice is refused by the API server."""
    given = [EnvironmentVariable(name="A", value="1"), EnvironmentVariable(name="B", value="2")]
    ours = [{"name": "B", "value": "ours"}]
    assert [{"name": "A", "value": "1"}, *ours] == environment(given, ours)


def test_a_folder_holds_no_more_than_a_container_may_write() -> None:
    """What is written without end fills a folder, not the node."""
    resources = resources_of(PodSettings(), PodDefaults())
    assert {"name": "tmp", "emptyDir": {"sizeLimit": "10Gi"}} == folder_volume("tmp", resources)
