"""What does the pod look like that trains, predicts and grades without trusting user code?

fetch (credentials) → train (train rows only) → predict (no credentials, no answers) → publish
(credentials and answers, never loads a model).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trainyard.api.pod_settings import EnvironmentVariable
from trainyard.api.sources import Source
from trainyard.api.v1alpha1.recipe import TrainingContainer
from trainyard.jobs.federated_pods import coordinator_containers, coordinator_volumes
from trainyard.jobs.job_manifest import (
    Document,
    PodParts,
    Work,
    job,
    scratch_name,
    store_parts,
    task_variable,
    trainer_container,
    variable,
)
from trainyard.jobs.source_access import SourceAccess, source_access
from trainyard.pod_defaults import amounts
from trainyard.pod_security import environment, folder_volume, hardened_container
from trainyard.store_access import RESULT

_ROOT = "/trainyard"
_FOLDERS = ("data", "questions", "answers", "champion", "output", "predictions")
_READ_WRITE: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # container: (folders it may write, folders it may only read)
    "fetch": (("data", "questions", "answers", "champion", "output"), ()),
    "train": (("output",), ("data",)),
    "predict": (("predictions",), ("output", "questions", "data", "champion")),
    "publish": ((), ("answers", "questions", "data", "output", "predictions")),
}


@dataclass(frozen=True, slots=True)
class Training:
    """What is to be done in the pod."""

    document: Document
    train: bool = True
    """False: fetch brings the model (imports, evaluations)."""
    coordinates: bool = False
    """True: several parties train, and this pod coordinates them."""
    container: TrainingContainer | None = None
    """The user's container; None: the built-in trainer."""
    source: Source | None = None
    """Where an imported model is fetched from."""
    env: tuple[EnvironmentVariable, ...] = ()
    """Further variables of the containers without keys."""


def training_job_manifest(work: Work, training: Training, **labels: str) -> dict[str, Any]:
    """Return the Job whose container `publish` leaves the result."""
    task = task_variable(training.document)
    access = source_access(training.source) if training.source else SourceAccess({})
    keys, mounts = store_parts(work, read_only=True)
    init = [
        trainer_container(
            work,
            "fetch",
            environment=[task, *keys, *access.environment],
            mounts=[*_mounts("fetch"), *mounts, *access.mounts],
        ),
        *_trains(work, training, task),
        trainer_container(
            work,
            "predict",
            environment=environment(training.env, [task]),
            mounts=[*_mounts("predict"), *_behaviour_mounts(training)],
        ),
    ]
    keys, mounts = store_parts(work, read_only=False)
    publish = trainer_container(
        work,
        "publish",
        environment=[task, variable(RESULT, work.result), *keys],
        mounts=[*_mounts("publish"), *mounts],
    )
    volumes = [folder_volume(folder, work.resources) for folder in _FOLDERS]
    parts = PodParts(
        containers=[publish],
        init_containers=init,
        volumes=[
            *volumes,
            *access.volumes,
            *_behaviour_volumes(training),
            *(coordinator_volumes(work.owner) if training.coordinates else []),
        ],
    )
    return job(work, parts, **labels)


def _trains(work: Work, training: Training, task: dict[str, Any]) -> list[dict[str, Any]]:
    if training.coordinates:
        return coordinator_containers(work, task)
    return [_train(work, training, task)] if training.train else []


def _behaviours(training: Training) -> list[str]:
    """The ConfigMaps whose behaviours are measured, as the task names them."""
    asked = (measure.get("configMap") for measure in training.document.get("measures", ()))
    return list(dict.fromkeys(str(name) for name in asked if name))


def _behaviour_mounts(training: Training) -> list[dict[str, Any]]:
    return [
        {"name": f"behaviours-{n}", "mountPath": f"{_ROOT}/behaviours/{name}", "readOnly": True}
        for n, name in enumerate(_behaviours(training))
    ]


def _behaviour_volumes(training: Training) -> list[dict[str, Any]]:
    """A ConfigMap that is not there must not keep the pod waiting: the gate says so."""
    return [
        {"name": f"behaviours-{n}", "configMap": {"name": name, "optional": True}}
        for n, name in enumerate(_behaviours(training))
    ]


def _train(work: Work, training: Training, task: dict[str, Any]) -> dict[str, Any]:
    if training.container is None:
        found = environment(training.env, [task])
        return trainer_container(work, "train", environment=found, mounts=_mounts("train"))
    container: dict[str, Any] = {
        "name": "train",
        "image": training.container.image,
        "env": environment(training.env, _user_environment(training)),
        "resources": amounts(work.resources),
        "volumeMounts": _mounts("train"),
    }
    if training.container.command:
        container["command"] = list(training.container.command)
    if training.container.args:
        container["args"] = list(training.container.args)
    # Programs that know nothing of termination messages still say why they failed.
    return hardened_container(container, scratch=scratch_name("train")) | {
        "terminationMessagePolicy": "FallbackToLogsOnError"
    }


def _user_environment(training: Training) -> list[dict[str, Any]]:
    document = training.document
    parameters = {v.name: v.value for v in training.container.env} if training.container else {}
    ours = {
        "TRAINYARD_DATA": f"{_ROOT}/data",
        "TRAINYARD_OUTPUT": f"{_ROOT}/output",
        "TRAINYARD_PARAMETERS": json.dumps(parameters, sort_keys=True),
        "TRAINYARD_SEED": str(document["seed"]),
        "TRAINYARD_RUN": str(document["run"]),
        "TRAINYARD_TARGET": str(document["target"]),
        **{f"TRAINYARD_PARAMETER_{name}": value for name, value in parameters.items()},
    }
    return [variable(name, value) for name, value in {**ours, **parameters}.items()]


def _mounts(container: str) -> list[dict[str, Any]]:
    written, read = _READ_WRITE[container]
    return [
        *({"name": folder, "mountPath": f"{_ROOT}/{folder}"} for folder in written),
        *({"name": folder, "mountPath": f"{_ROOT}/{folder}", "readOnly": True} for folder in read),
    ]
