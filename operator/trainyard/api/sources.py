"""Where files come from: the sources that a Dataset and an imported model share."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from trainyard.api.base import ApiModel, NameReference, ObjectName, cel

FilePath = Annotated[
    str,
    StringConstraints(min_length=1, max_length=512, pattern=r"^[^/].*$"),
    Field(
        json_schema_extra=cel(
            ("!self.split('/').exists(part, part == '..')", "a path must not contain `..`")
        )
    ),
]
"""Relative; `*` stands for any characters of one segment."""


class ConfigMapSource(ApiModel):
    """Keys of a ConfigMap of this namespace; for small files."""

    name: ObjectName
    """The ConfigMap."""
    path: FilePath = "*"
    """Which keys to read, e.g. `data.csv` or `*.csv`."""


class ClaimSource(ApiModel):
    """Files of a PersistentVolumeClaim of this namespace, mounted read-only."""

    claim_name: ObjectName
    """The PersistentVolumeClaim."""
    path: FilePath
    """Which files to read, e.g. `raw/*.parquet`."""


class BucketSource(ApiModel):
    """Objects of an S3 bucket."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            (
                (
                    "has(self.bucket) || !(has(self.endpoint) || has(self.region)"
                    " || has(self.secretName))"
                ),
                (
                    "endpoint, region and secretName belong to a bucket: name the bucket,"
                    " or leave all four out to read from the artifact store's bucket"
                ),
            )
        )
    )

    path: FilePath
    """Which objects to read: a key, a prefix ending in `/`, or a pattern."""
    bucket: Annotated[str, StringConstraints(min_length=3, max_length=63)] | None = None
    """The bucket; absent: this namespace's part of the artifact store."""
    endpoint: Annotated[str, StringConstraints(max_length=512, pattern=r"^https?://")] | None = None
    """Address of the S3 service; absent: Amazon's."""
    region: Annotated[str, StringConstraints(max_length=64)] | None = None
    """Region of the bucket."""
    secret_name: ObjectName | None = None
    """Secret with the keys `accessKeyId` and `secretAccessKey`; absent: anonymous."""


class WebSource(ApiModel):
    """One file behind an address."""

    url: Annotated[str, StringConstraints(max_length=2048, pattern=r"^https?://")]
    """The address, http or https."""


class CapturesSource(ApiModel):
    """Live requests whose labels are known by now."""

    model_deployment: NameReference
    """The ModelDeployment that answered; its `monitoring.quality.labels` says which labels.
    Columns are the inputs that the version takes which answered last, under their own names, and
    the label under the name of its column."""


class Source(ApiModel):
    """Exactly one of the members says where the files are."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            (
                (
                    "[has(self.configMap),has(self.pvc),has(self.s3),has(self.http),"
                    "has(self.captures)].filter(x,x).size()==1"
                ),
                "give exactly one of configMap, pvc, s3, http, captures",
            )
        )
    )

    config_map: ConfigMapSource | None = None
    """Keys of a ConfigMap; for small files."""
    pvc: ClaimSource | None = None
    """Files of a PersistentVolumeClaim."""
    s3: BucketSource | None = None
    """Objects of a bucket."""
    http: WebSource | None = None
    """A file behind an http or https address."""
    captures: CapturesSource | None = None
    """Captured requests of a ModelDeployment with labels that came later; for Datasets."""
