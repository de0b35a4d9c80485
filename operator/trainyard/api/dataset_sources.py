"""Where the files of a Dataset come from: what models share, and a container or a DVC pointer."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from trainyard.api.base import ApiModel, cel
from trainyard.api.pod_settings import EnvironmentVariable, ResourceAmounts
from trainyard.api.sources import FilePath, Source

Argument = Annotated[str, StringConstraints(max_length=4096)]
SECRET_PREFIX = "trainyard-source-"  # noqa: S105 — how names begin, not a secret


class ContainerSource(ApiModel):
    """A container of the user's that writes files to /trainyard/output: rows of a database, say.

    It runs before the data is read, in the same pod, without the store's keys. Exit codes 10 to 19
    say that only a person can put it right; after any other the refresh is tried again.
    """

    model_config = ConfigDict(
        json_schema_extra=cel(
            (
                "!has(self.env) || self.env.all(e, !e.name.startsWith('TRAINYARD_'))",
                "variables that begin with TRAINYARD_ are set by the operator",
            ),
            (
                f"!has(self.secretName) || self.secretName.startsWith('{SECRET_PREFIX}')",
                (
                    f"a container gets only a secret whose name begins with {SECRET_PREFIX}:"
                    " whoever made it allows that by the name"
                ),
            ),
        )
    )

    image: Annotated[str, StringConstraints(min_length=1, max_length=512)]
    """The image, best by digest: a tag's content may change."""
    command: Annotated[tuple[Argument, ...], Field(max_length=64)] = ()
    """Replaces the image's entry point."""
    args: Annotated[tuple[Argument, ...], Field(max_length=64)] = ()
    """Arguments of the entry point."""
    env: Annotated[tuple[EnvironmentVariable, ...], Field(max_length=64)] = ()
    """Further variables."""
    secret_name: Annotated[str, StringConstraints(min_length=1, max_length=253)] | None = None
    """Secret whose keys become variables of the container; its name begins with
    `trainyard-source-`."""
    resources: ResourceAmounts = ResourceAmounts()
    """Requests and limits; what is not named has the installation's defaults. Limit
    `ephemeral-storage` bounds what it may write."""
    path: FilePath = "**"
    """Which of the files that it wrote to read."""


class DvcSource(ApiModel):
    """What a pointer of DVC names: a `.dvc` file, or an entry of `dvc.lock`."""

    path: FilePath
    """The `path` of the pointer; its ending says how to read the file."""
    md5: Annotated[
        str,
        StringConstraints(max_length=36),
        Field(
            json_schema_extra=cel(
                (
                    "self.matches('^[0-9a-f]{32}([.]dir)?$')",
                    (
                        "give the md5 of the pointer: 32 hexadecimal digits, with .dir at the end"
                        " for a folder"
                    ),
                )
            )
        ),
    ]
    """The `md5` of the pointer. What the remote holds must have it; anything else is refused."""
    remote: Annotated[
        Source,
        Field(
            json_schema_extra=cel(("!has(self.configMap)", "a DVC remote is one of pvc, s3, http"))
        ),
    ]
    """The DVC remote: the folder, prefix or address below which `dvc push` keeps its files."""


class DatasetSource(Source):
    """Exactly one of the members says where the files are."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            (
                (
                    "[has(self.configMap),has(self.pvc),has(self.s3),has(self.http),"
                    "has(self.captures),has(self.container),has(self.dvc)].filter(x,x).size()==1"
                ),
                "give exactly one of configMap, pvc, s3, http, captures, container, dvc",
            )
        )
    )

    container: ContainerSource | None = None
    """A container that writes the files: from a database, a warehouse, a feature store."""
    dvc: DvcSource | None = None
    """Files that a DVC pointer names, verified by their hash."""
