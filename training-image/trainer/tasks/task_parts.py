"""What do all task documents share? Scalars with their bounds, and where a source lies."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel


def _exact(value: Any) -> Any:
    """A Decimal from a decimal string or an integer; a JSON float is taken by its shortest text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError('expected a decimal string such as "0.5"')  # noqa: TRY004 pydantic's way
    try:
        number = Decimal(str(value).removesuffix("%"))
    except InvalidOperation as error:
        raise ValueError(f'{value!r} is not a decimal number such as "0.5"') from error
    if not number.is_finite():
        raise ValueError(f"{value!r} is not a finite number")
    return number


Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
Exact = Annotated[Decimal, BeforeValidator(_exact)]
Percent = Annotated[Exact, Field(ge=0, le=100)]
Count = Annotated[int, Field(ge=0)]
Text = Annotated[str, StringConstraints(min_length=1)]


class Document(BaseModel):
    """Base of all documents: camelCase, frozen, and a field that nobody knows is an error."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        alias_generator=to_camel,
        populate_by_name=True,
        defer_build=True,
    )


class FilesSource(Document):
    """Files below a mounted folder; `path` may hold the wildcards * ? and **."""

    kind: Literal["files"]
    root: Text = "/trainyard/source"
    path: Text = "*"


class HttpSource(Document):
    """One file behind an http or https URL."""

    kind: Literal["http"]
    url: Text


class S3Source(Document):
    """Objects of a bucket; `path` is a key, a prefix ending in /, or holds wildcards."""

    kind: Literal["s3"]
    bucket: Text
    path: str = ""
    endpoint: str | None = None
    region: str | None = None


class StoreSource(Document):
    """Objects of the artifact store, below this namespace's own part of it."""

    kind: Literal["store"]
    path: str


class DvcSource(Document):
    """What a DVC pointer names, by its md5, in a remote; `path` is how the pointer calls it."""

    kind: Literal["dvc"]
    path: Text
    md5: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}(\.dir)?$")]
    remote: Annotated[
        FilesSource | HttpSource | S3Source | StoreSource, Field(discriminator="kind")
    ]


Source = Annotated[
    FilesSource | HttpSource | S3Source | StoreSource | DvcSource, Field(discriminator="kind")
]
