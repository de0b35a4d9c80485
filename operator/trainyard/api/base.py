"""Pieces that every kind of the API is made of."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel

DIGEST_PATTERN = r"^sha256:[0-9a-f]{64}$"
DECIMAL_PATTERN = r"^-?[0-9]+(\.[0-9]+)?([eE]-?[0-9]+)?$"

Digest = Annotated[str, StringConstraints(pattern=DIGEST_PATTERN, max_length=71)]
"""`sha256:` and 64 hex digits."""
DecimalString = Annotated[str, StringConstraints(pattern=DECIMAL_PATTERN, max_length=32)]
"""A number written as a string, because JSON numbers lose digits."""
PERCENT_PATTERN = r"^(100(\.0+)?|[0-9]{1,2}(\.[0-9]+)?)$"
Percent = (
    Annotated[int, Field(ge=0, le=100)]
    | Annotated[str, StringConstraints(pattern=PERCENT_PATTERN, max_length=16)]
)
"""0 to 100, as an integer or as a string with decimals ("99.5")."""
QUANTITY_PATTERN = r"^[0-9]+(\.[0-9]+)?([eE][0-9]+|[numkMGTPE]|[KMGTPE]i)?$"
Quantity = Annotated[
    str,
    BeforeValidator(lambda found: str(found) if isinstance(found, int) else found),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 0},
                {"type": "string", "maxLength": 32, "pattern": QUANTITY_PATTERN},
            ]
        }
    ),
]
"""An amount in Kubernetes' notation (`500m`, `2`, `1Gi`); a bare integer is taken as text."""
LabelValue = Annotated[str, StringConstraints(max_length=63)]
Name = Annotated[str, StringConstraints(max_length=63)]
Sentence = Annotated[str, StringConstraints(max_length=512)]
ObjectName = Annotated[str, StringConstraints(min_length=1, max_length=253)]
Text = Annotated[str, StringConstraints(max_length=1024)]


class ApiModel(BaseModel):
    """Frozen, camelCase outside; unknown fields are the API server's business to refuse."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        frozen=True,
        extra="ignore",
        use_attribute_docstrings=True,
    )

    def to_api(self) -> dict[str, Any]:
        """Return the JSON shape the API server stores: aliases, nothing unset."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        """Return itself: it never changes, and defaults are copied for every object."""
        return self


class PrinterColumn(BaseModel):
    """One column of `kubectl get`."""

    model_config = ConfigDict(frozen=True)

    name: str
    json_path: str
    type: Literal["string", "integer", "date"] = "string"
    priority: int = 0
    description: str = ""


class KindDefinition(BaseModel):
    """What the CRD of a kind says beside its schema."""

    model_config = ConfigDict(frozen=True)

    kind: str
    plural: str
    singular: str
    short_name: str
    columns: tuple[PrinterColumn, ...] = ()
    scale: bool = False
    """Whether HPA may target it: `.spec.replicas`, `.status.replicas`, `.status.selector`."""
    rules: tuple[tuple[str, str], ...] = ()
    """CEL rules on the root as (rule, message); rules on parts stand in the parts' models."""


def cel(*rules: tuple[str, str]) -> dict[str, Any]:
    """Return the schema extension that makes the API server enforce (rule, message) pairs."""
    return {"x-kubernetes-validations": [{"rule": rule, "message": text} for rule, text in rules]}


class ObjectMeta(ApiModel):
    """The part of metadata that decisions need."""

    name: str
    namespace: str = ""
    uid: str = ""
    generation: int = 0
    resource_version: str = ""
    labels: dict[str, str] = Field(default_factory=dict)
    annotations: dict[str, str] = Field(default_factory=dict)
    creation_timestamp: datetime | None = None
    deletion_timestamp: datetime | None = None


class Resource(ApiModel):
    """A custom resource of ours; each kind sets `definition` and types `spec` and `status`."""

    definition: ClassVar[KindDefinition]

    metadata: ObjectMeta


class NameReference(ApiModel):
    """An object of the same namespace, by name."""

    name: ObjectName
    """Its name."""


class Condition(ApiModel):
    """One fact about the object, in the form every Kubernetes tool reads."""

    type: Annotated[str, StringConstraints(max_length=64)]
    """Which question this condition answers."""
    status: Literal["True", "False", "Unknown"]
    """The answer."""
    reason: Annotated[str, StringConstraints(max_length=128)]
    """One word for why."""
    message: Annotated[str, StringConstraints(max_length=2048)] = ""
    """What was found, why, and what to do."""
    observed_generation: int = 0
    """The generation of the spec that was looked at."""
    last_transition_time: datetime | None = None
    """When the answer last changed."""


class HistoryEntry(ApiModel):
    """One decision that was taken, with its numbers."""

    at: datetime
    reason: Annotated[str, StringConstraints(max_length=128)]
    message: Text
    number: int = 0
    """Counts the object's decisions, so that each can be told once; 0: before they were counted."""


class RequestOutcome(ApiModel):
    """What came of one `trainyard.dev/request` annotation."""

    request: Annotated[str, StringConstraints(max_length=256)]
    """The annotation's value, word for word."""
    at: datetime
    outcome: Literal["Done", "Refused"]
    message: Text = ""


class KindStatus(ApiModel):
    """What the status of every kind has."""

    observed_generation: int = 0
    """The generation of the spec that this status speaks of."""
    conditions: Annotated[
        tuple[Condition, ...],
        Field(
            max_length=16,
            json_schema_extra={
                "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["type"],
            },
        ),
    ] = ()
    """The state of the object as standard conditions."""
    last_request: Annotated[str, StringConstraints(max_length=256)] = ""
    """The last request that was acted on; the same one acts only once."""
    requests: Annotated[tuple[RequestOutcome, ...], Field(max_length=10)] = ()
    """The last ten requests and what came of them."""
    history: Annotated[tuple[HistoryEntry, ...], Field(max_length=20)] = ()
    """The last decisions, newest last."""
