"""What does a fit on several pods need beside its own Job? Workers, a name, and a fence.

The scheduler is in the container `train`, so it begins and ends with the fit. A headless Service
names it; a NetworkPolicy lets nobody but the pods of the run reach them, because whoever reaches a
worker may run code in it. Workers have the train rows, and no keys.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from trainyard.api.v1alpha1.distributed import Distributed
from trainyard.jobs.indexed_job import indexed
from trainyard.jobs.job_manifest import (
    PodParts,
    Work,
    job,
    store_parts,
    task_variable,
    trainer_container,
    variable,
)
from trainyard.jobs.training_pod import Training
from trainyard.ownership import MANAGED_BY, MANAGER, OWNER, RUN, child_labels, owner_reference
from trainyard.pod_security import environment, folder_volume

WORKER = "work"
"""The container that shares the work."""
SCHEDULER_PORT = 8786
_ROOT = "/trainyard"
_FETCHED = ("data", "questions", "answers", "champion", "output")
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Sums of several threads have other last digits on other nodes."""


def gathering(
    work: Work, training: Training, distributed: Distributed, run: str
) -> tuple[dict[str, Any], ...]:
    """Return Service, NetworkPolicy and workers' Job of the run; all have the name of `work`."""
    return (
        _service(work, run),
        _policy(work, run),
        _workers(work, training, distributed, run),
    )


def scheduler_address(work: Work) -> str:
    """Return where the workers of that name find the scheduler."""
    return f"tcp://{work.name}.{work.owner.metadata.namespace}.svc:{SCHEDULER_PORT}"


def _of_run(work: Work, run: str) -> dict[str, str]:
    return {MANAGED_BY: MANAGER, OWNER: work.owner.metadata.name, RUN: run}


def _metadata(work: Work, run: str) -> dict[str, Any]:
    return {
        "name": work.name,
        "namespace": work.owner.metadata.namespace,
        "labels": child_labels(work.owner, run=run),
        "ownerReferences": [owner_reference(work.owner)],
    }


def _service(work: Work, run: str) -> dict[str, Any]:
    """Init containers train, so the pod is never ready while it is asked."""
    selector = {**_of_run(work, run), "batch.kubernetes.io/job-name": run}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _metadata(work, run),
        "spec": {
            "clusterIP": "None",
            "publishNotReadyAddresses": True,
            "selector": selector,
            "ports": [{"name": "scheduler", "port": SCHEDULER_PORT}],
        },
    }


def _policy(work: Work, run: str) -> dict[str, Any]:
    """Any port: XGBoost and LightGBM open ports of their own between workers."""
    pods = {"matchLabels": _of_run(work, run)}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": _metadata(work, run),
        "spec": {
            "podSelector": pods,
            "policyTypes": ["Ingress"],
            "ingress": [{"from": [{"podSelector": pods}]}],
        },
    }


def _workers(work: Work, training: Training, distributed: Distributed, run: str) -> dict[str, Any]:
    work = replace(
        work, settings=work.settings.model_copy(update={"resources": distributed.resources})
    )
    task = task_variable(training.document)
    keys, mounts = store_parts(work, read_only=True)
    fetched = [{"name": folder, "mountPath": f"{_ROOT}/{folder}"} for folder in _FETCHED]
    fetch = trainer_container(work, "fetch", environment=[task, *keys], mounts=[*fetched, *mounts])
    ours = [
        variable("TRAINYARD_SCHEDULER", scheduler_address(work)),
        *(variable(name, "1") for name in _ONE_THREAD),
    ]
    worker = trainer_container(
        work,
        WORKER,
        environment=environment(training.env, ours),
        mounts=[{"name": "data", "mountPath": f"{_ROOT}/data", "readOnly": True}],
    )
    volumes = [folder_volume(folder, work.resources) for folder in _FETCHED]
    parts = PodParts(containers=[worker], init_containers=[fetch], volumes=volumes)
    count = distributed.workers
    return indexed(job(work, parts, run=run), completions=count, parallelism=count)
