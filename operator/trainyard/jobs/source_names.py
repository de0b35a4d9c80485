"""What is a source called in one line, in the lineage of a version?"""

from __future__ import annotations

import re

from trainyard.api.dataset_sources import DatasetSource
from trainyard.api.sources import BucketSource, Source
from trainyard.conditions import shorten

_LONGEST = 256
_USER = re.compile(r"(?<=:)//[^/?#]*@")
"""Of an address: a name, and often a password."""


def name_of_source(source: Source) -> str:
    """Return where the files came from.

    Neither whom an address names nor what it has behind its path: either may be a key to it.
    """
    return shorten(_name(source), _LONGEST)


def _name(source: Source) -> str:
    if source.config_map is not None:
        return f"ConfigMap {source.config_map.name}: {source.config_map.path}"
    if source.pvc is not None:
        return f"PersistentVolumeClaim {source.pvc.claim_name}: {source.pvc.path}"
    if source.s3 is not None:
        return _bucket(source.s3)
    if source.captures is not None:
        return f"labelled requests of ModelDeployment {source.captures.model_deployment.name}"
    if source.http is not None:
        return _USER.sub("//", source.http.url).partition("?")[0]
    return _own(source) if isinstance(source, DatasetSource) else ""


def _own(source: DatasetSource) -> str:
    if source.dvc is not None:
        return f"DVC {source.dvc.path}, md5 {source.dvc.md5}, in {_name(source.dvc.remote)}"
    return f"container {source.container.image}" if source.container is not None else ""


def _bucket(bucket: BucketSource) -> str:
    return f"s3://{bucket.bucket}/{bucket.path}" if bucket.bucket else f"store: {bucket.path}"
