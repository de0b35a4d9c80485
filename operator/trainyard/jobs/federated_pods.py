"""What do the pods of several parties look like: the coordinator's containers, a participant's Job?

Coordinator: fetch → certify (makes a key) → coordinate (no credentials) → predict → publish.
Participant: enrol (credentials, makes a key) → participate (no credentials, its rows).
"""

from __future__ import annotations

from typing import Any

from trainyard.api.base import Resource
from trainyard.jobs.job_manifest import (
    Document,
    PodParts,
    Work,
    job,
    store_parts,
    task_variable,
    trainer_container,
)
from trainyard.ownership import OWNER, OWNER_KIND, RUN, child_labels, child_name, owner_reference
from trainyard.pod_security import folder_volume

COORDINATOR_PORT = 9092
CERTIFY = "certify"
"""The container that leaves the coordinator's certificate."""
COORDINATE = "coordinate"
"""The container that carries out the rounds."""
ENROL = "enrol"
"""The container that leaves a participant's public key."""
KEYS_FILE = "participants.json"
_ROOT = "/trainyard"
_RESTARTS = 6
"""So often a participant's pod begins anew in one run."""


def coordinator_name(owner: Resource) -> str:
    """Return the name of Service and ConfigMap of the TrainingJob's runs."""
    return child_name(owner.metadata.name, "federation")


def coordinator_address(owner: Resource) -> str:
    """Return the host by which participants of any namespace reach the coordinator."""
    return f"{coordinator_name(owner)}.{owner.metadata.namespace}.svc"


def coordinator_containers(work: Work, task: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the init containers that stand where others have `train`."""
    keys = {"name": "keys", "mountPath": f"{_ROOT}/keys"}
    coordinate = _of_federation(
        work,
        COORDINATE,
        [task],
        [
            {"name": "output", "mountPath": f"{_ROOT}/output"},
            {"name": "data", "mountPath": f"{_ROOT}/data", "readOnly": True},
            {"name": "participants", "mountPath": f"{_ROOT}/participants", "readOnly": True},
            {**keys, "readOnly": True},
        ],
    )
    ports = [{"name": "federation", "containerPort": COORDINATOR_PORT}]
    return [_of_federation(work, CERTIFY, [task], [keys]), {**coordinate, "ports": ports}]


def coordinator_volumes(owner: Resource) -> list[dict[str, Any]]:
    """Return the volumes of these containers: keys in memory, and what participants are known."""
    name = coordinator_name(owner)
    return [
        _keys_volume(),
        {"name": "participants", "configMap": {"name": name, "optional": True}},
    ]


def coordinator_service(owner: Resource, run: str) -> dict[str, Any]:
    """Return the Service that names the pod of the run, which is never Ready: it is a Job's.

    Of its Job alone: the pod that reports a long result has the same labels, and parties that
    connect anew would knock there.
    """
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _metadata(owner),
        "spec": {
            "clusterIP": "None",
            "publishNotReadyAddresses": True,
            "selector": {
                OWNER_KIND: owner.definition.singular,
                OWNER: owner.metadata.name,
                RUN: run,
                "batch.kubernetes.io/job-name": run,
            },
            "ports": [{"name": "federation", "port": COORDINATOR_PORT, "protocol": "TCP"}],
        },
    }


def participants_config_map(owner: Resource, document: str) -> dict[str, Any]:
    """Return the ConfigMap with the public keys of the run's participants."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": _metadata(owner),
        "data": {KEYS_FILE: document},
    }


def participation_job(work: Work, document: Document, **labels: str) -> dict[str, Any]:
    """Return the Job of a participant, in its own namespace; it runs until it is deleted."""
    task = task_variable(document)
    environment, mounts = store_parts(work, read_only=True)
    data = {"name": "data", "mountPath": f"{_ROOT}/data"}
    keys = {"name": "keys", "mountPath": f"{_ROOT}/keys"}
    enrol = _of_federation(work, ENROL, [task, *environment], [data, keys, *mounts])
    read_only = [{**mount, "readOnly": True} for mount in (data, keys)]
    participate = _of_federation(work, "participate", [task], read_only)
    volumes = [folder_volume("data", work.resources), _keys_volume()]
    manifest = job(work, PodParts([participate], [enrol], volumes), **labels)
    return {**manifest, "spec": {**manifest["spec"], "backoffLimit": _RESTARTS}}


def _of_federation(
    work: Work, verb: str, environment: list[dict[str, Any]], mounts: list[dict[str, Any]]
) -> dict[str, Any]:
    container = trainer_container(work, verb, environment=environment, mounts=mounts)
    return {**container, "image": work.installation.federated_image}


def _keys_volume() -> dict[str, Any]:
    return {"name": "keys", "emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}}


def _metadata(owner: Resource) -> dict[str, Any]:
    return {
        "name": coordinator_name(owner),
        "namespace": owner.metadata.namespace,
        "labels": child_labels(owner),
        "ownerReferences": [owner_reference(owner)],
    }
