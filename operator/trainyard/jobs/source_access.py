"""How a pod reaches a source: the task's words, credentials, volume and mount."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from trainyard.api.dataset_sources import DatasetSource, DvcSource
from trainyard.api.sources import BucketSource, Source
from trainyard.jobs.labelled_rows import former_folder, labelled_rows

MOUNT_PATH = "/trainyard/source"
VOLUME = "source"
_LABELLED = re.compile(r"labelled/[^/\s]+/rows\.parquet")
_SECRET_KEYS = (
    ("TRAINYARD_SOURCE_ACCESS_KEY_ID", "accessKeyId"),
    ("TRAINYARD_SOURCE_SECRET_ACCESS_KEY", "secretAccessKey"),
)


@dataclass(frozen=True, slots=True)
class SourceAccess:
    """What the pod and the task say about a source."""

    document: dict[str, Any]
    environment: tuple[dict[str, Any], ...] = ()
    volumes: tuple[dict[str, Any], ...] = ()
    mounts: tuple[dict[str, Any], ...] = ()


def source_access(source: Source, labelled: str = "") -> SourceAccess:
    """Return how to reach the source; exactly one of its members is set.

    `labelled`: the folder of the labelled rows of `captures`; empty: the former one, by name. A
    ConfigMap that does not exist is mounted as an empty folder, so that the pod starts and says
    what it misses instead of hanging.
    """
    if source.config_map is not None:
        volume = {"configMap": {"name": source.config_map.name, "optional": True}}
        return _mounted(volume, source.config_map.path)
    if source.pvc is not None:
        claim = {"claimName": source.pvc.claim_name, "readOnly": True}
        return _mounted({"persistentVolumeClaim": claim}, source.pvc.path)
    if source.s3 is not None:
        return _bucket(source.s3)
    if source.captures is not None:
        folder = labelled or former_folder(source.captures.model_deployment.name)
        return SourceAccess({"kind": "store", "path": labelled_rows(folder)})
    if isinstance(source, DatasetSource) and source.container is not None:
        return _mounted(None, source.container.path)
    return _elsewhere(source)


def _elsewhere(source: Source) -> SourceAccess:
    if isinstance(source, DatasetSource) and source.dvc is not None:
        return _pointer(source.dvc)
    url = source.http.url if source.http is not None else ""
    return SourceAccess({"kind": "http", "url": url})


def with_source_named(source: Source, text: str) -> str:
    """Return the words of a pod with what people know in place of the folder it was mounted at."""
    if source.config_map is not None:
        return text.replace(MOUNT_PATH, f"ConfigMap {source.config_map.name}")
    if source.pvc is not None:
        return text.replace(MOUNT_PATH, f"PersistentVolumeClaim {source.pvc.claim_name}")
    if source.captures is not None:
        name = source.captures.model_deployment.name
        return _LABELLED.sub(f"the labelled requests of ModelDeployment {name}", text)
    if isinstance(source, DatasetSource):
        if source.container is not None:
            return text.replace(MOUNT_PATH, "the output of source.container")
        if source.dvc is not None:
            return with_source_named(source.dvc.remote, text)
    return text


def _pointer(pointer: DvcSource) -> SourceAccess:
    remote = source_access(pointer.remote)
    document = {"kind": "dvc", "path": pointer.path, "md5": pointer.md5, "remote": remote.document}
    return replace(remote, document=document)


def _mounted(volume: dict[str, Any] | None, path: str) -> SourceAccess:
    """The files of the volume; None: of a folder of the pod, which whoever writes it brings."""
    return SourceAccess(
        document={"kind": "files", "root": MOUNT_PATH, "path": path},
        volumes=({"name": VOLUME, **volume},) if volume is not None else (),
        mounts=({"name": VOLUME, "mountPath": MOUNT_PATH, "readOnly": True},),
    )


def _bucket(bucket: BucketSource) -> SourceAccess:
    if bucket.bucket is None:
        return SourceAccess({"kind": "store", "path": bucket.path})
    document = {
        "kind": "s3",
        "bucket": bucket.bucket,
        "path": bucket.path,
        "endpoint": bucket.endpoint,
        "region": bucket.region,
    }
    return SourceAccess(
        document={key: value for key, value in document.items() if value is not None},
        environment=tuple(_from_secret(bucket.secret_name)) if bucket.secret_name else (),
    )


def _from_secret(name: str) -> list[dict[str, Any]]:
    return [
        {
            "name": variable,
            "valueFrom": {"secretKeyRef": {"name": name, "key": key, "optional": True}},
        }
        for variable, key in _SECRET_KEYS
    ]
