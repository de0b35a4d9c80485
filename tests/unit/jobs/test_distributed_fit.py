"""What a fit on several pods needs beside its own Job."""

from __future__ import annotations

from builders_training import NAMESPACE, Raw, a_training_job, an_installation

from trainyard.api.pod_settings import PodSettings
from trainyard.api.v1alpha1.distributed import Distributed
from trainyard.jobs.distributed_fit import SCHEDULER_PORT, WORKER, gathering
from trainyard.jobs.job_manifest import Work
from trainyard.jobs.training_pod import Training
from trainyard.ownership import MANAGED_BY, MANAGER, OWNER, RUN


def made() -> dict[str, Raw]:
    """Everything, by kind."""
    work = Work(a_training_job("model"), "model-workers", an_installation(), PodSettings(), 60)
    wanted = Distributed.model_validate(
        {"workers": 3, "resources": {"limits": {"memory": "1Gi", "cpu": "2"}}}
    )
    found = gathering(work, Training({"seed": 0}), wanted, "model-run")
    assert {"model-workers"} == {manifest["metadata"]["name"] for manifest in found}
    assert all(manifest["metadata"]["ownerReferences"] for manifest in found)
    return {manifest["kind"]: manifest for manifest in found}


def test_the_service_names_the_pod_that_trains() -> None:
    """It trains in an init container: it is never ready meanwhile."""
    service = made()["Service"]["spec"]
    assert ("None", True) == (service["clusterIP"], service["publishNotReadyAddresses"])
    assert "model-run" == service["selector"]["batch.kubernetes.io/job-name"]
    assert [SCHEDULER_PORT] == [port["port"] for port in service["ports"]]


def test_nobody_but_the_pods_of_the_run_reaches_them() -> None:
    """Whoever reaches a worker may run code in it. Only who comes in is said: to go out, too,
    would take the store away from them.
    """
    policy = made()["NetworkPolicy"]["spec"]
    of_run = {"matchLabels": {MANAGED_BY: MANAGER, OWNER: "model", RUN: "model-run"}}
    assert {
        "podSelector": of_run,
        "policyTypes": ["Ingress"],
        "ingress": [{"from": [{"podSelector": of_run}]}],
    } == policy
    pod = made()["Job"]["spec"]["template"]["metadata"]["labels"]
    assert of_run["matchLabels"].items() <= pod.items()


def test_a_worker_has_the_train_rows_and_no_keys() -> None:
    """Like a trial; one that is lost is made anew, and does not end the others."""
    spec = made()["Job"]["spec"]
    assert ("Indexed", 3, 3) == (spec["completionMode"], spec["completions"], spec["parallelism"])
    pod = spec["template"]["spec"]
    (fetch,), (worker,) = pod["initContainers"], pod["containers"]
    assert ("fetch", WORKER) == (fetch["name"], worker["name"])
    mounts = {mount["name"]: mount.get("readOnly", False) for mount in worker["volumeMounts"]}
    assert {"data": True, "tmp-work": False} == mounts
    variables = {variable["name"]: variable.get("value") for variable in worker["env"]}
    assert not any("STORE" in name or "AWS" in name for name in variables)
    assert f"tcp://model-workers.{NAMESPACE}.svc:8786" == variables["TRAINYARD_SCHEDULER"]
    assert "1Gi" == worker["resources"]["limits"]["memory"]
