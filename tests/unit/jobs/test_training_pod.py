"""The pod that trains without trusting user code."""

from __future__ import annotations

from typing import Any

import pytest
from builders_training import a_training_job, an_installation

from trainyard.api.pod_settings import PodSettings
from trainyard.api.v1alpha1.recipe import TrainingContainer
from trainyard.jobs.job_manifest import Work
from trainyard.jobs.training_pod import Training, training_job_manifest

DOCUMENT = {"seed": 1, "run": "r", "target": "t"}


def _pod(**training: Any) -> dict[str, Any]:
    work = Work(a_training_job(), "model-0123456789", an_installation(), PodSettings(), 60)
    manifest = training_job_manifest(work, Training(DOCUMENT, **training))
    pod: dict[str, Any] = manifest["spec"]["template"]["spec"]
    return pod


@pytest.mark.parametrize(
    ("training", "expected"),
    [
        pytest.param({}, ["fetch", "train", "predict"], id="a run trains"),
        pytest.param({"train": False}, ["fetch", "predict"], id="an evaluation does not"),
    ],
)
def test_the_order_of_the_containers(training: dict[str, Any], expected: list[str]) -> None:
    """Init containers run one after the other; publish is last."""
    pod = _pod(**training)
    assert expected == [container["name"] for container in pod["initContainers"]]
    assert [container["name"] for container in pod["containers"]] == ["publish"]


def test_user_code_is_hardened_like_ours() -> None:
    """The same read-only root, no privileges, no token, and no word of the task."""
    pod = _pod(container=TrainingContainer(image="team/trainer"))
    train = pod["initContainers"][1]
    assert train["securityContext"] == pod["initContainers"][0]["securityContext"]
    assert not pod["automountServiceAccountToken"]
    assert "TRAINYARD_TASK" not in {variable["name"] for variable in train["env"]}
    assert train["terminationMessagePolicy"] == "FallbackToLogsOnError"


def test_behaviours_are_mounted_where_the_model_is_asked() -> None:
    """Each ConfigMap once, and one that is missing keeps no pod waiting."""
    asked = [
        {"key": name, "kind": "Behaviour", "configMap": name} for name in ("sane", "kind", "sane")
    ]
    work = Work(a_training_job(), "model-0123456789", an_installation(), PodSettings(), 60)
    document = {**DOCUMENT, "measures": [*asked, {"key": "Size", "kind": "Size"}]}
    pod = training_job_manifest(work, Training(document))["spec"]["template"]["spec"]
    mounted = {
        container["name"]: [
            mount["mountPath"]
            for mount in container["volumeMounts"]
            if mount["name"].startswith("behaviours")
        ]
        for container in (*pod["initContainers"], *pod["containers"])
    }
    expected = [f"/trainyard/behaviours/{name}" for name in ("sane", "kind")]
    assert {"fetch": [], "train": [], "predict": expected, "publish": []} == mounted
    volumes = [v["configMap"] for v in pod["volumes"] if v["name"].startswith("behaviours")]
    assert [{"name": name, "optional": True} for name in ("sane", "kind")] == volumes
