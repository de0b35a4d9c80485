"""Pods are kept to the `restricted` level."""

from trainyard.api.base import NameReference, PodSettings, ResourceAmounts, Toleration
from trainyard.pod_security import container_resources, hardened_container, hardened_pod


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
    assert expected == hardened_pod(PodSettings())


def test_placement_is_passed_on() -> None:
    """Each setting of the user lands in the pod spec; a named account gets its token."""
    settings = PodSettings(
        node_selector={"disk": "fast"},
        tolerations=(Toleration(key="gpu", operator="Exists"),),
        image_pull_secrets=(NameReference(name="registry"),),
        service_account_name="trainer",
        priority_class_name="low",
    )
    spec = hardened_pod(settings)
    assert {
        "automountServiceAccountToken": True,
        "nodeSelector": {"disk": "fast"},
        "tolerations": [{"key": "gpu", "operator": "Exists"}],
        "imagePullSecrets": [{"name": "registry"}],
        "serviceAccountName": "trainer",
        "priorityClassName": "low",
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


def test_resources_are_the_users_or_modest() -> None:
    """A limit alone is left alone: Kubernetes takes it as the request too."""
    limited = PodSettings(resources=ResourceAmounts(limits={"memory": "1Gi"}))
    assert {"limits": {"memory": "1Gi"}} == container_resources(limited)
    assert {"requests": {"cpu": "100m", "memory": "256Mi"}} == container_resources(PodSettings())
