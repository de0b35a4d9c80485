"""Approval: a person's yes or no to one version for one ModelDeployment."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, StringConstraints

from trainyard.api.base import (
    ApiModel,
    Digest,
    KindDefinition,
    KindStatus,
    NameReference,
    PrinterColumn,
    Resource,
    Text,
    cel,
)

Role = Annotated[str, StringConstraints(max_length=63, pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")]
"""In the name of what somebody approves, such as `risk`."""
UserName = Annotated[str, StringConstraints(min_length=1, max_length=253)]


class ApprovalSpec(ApiModel):
    """Who says what of which version; it never changes."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            ("self == oldSelf", "an Approval is never edited: delete it and make another one")
        )
    )

    model_deployment: NameReference
    """Whose rollout it is about."""
    bundle_digest: Digest
    """Which version: the digest of its bundle, as the ModelVersion names it."""
    decision: Literal["Approve", "Reject"]
    """Reject: the version is taken back and quarantined. The newest word of a person counts."""
    approver: UserName
    """The user name of who says it, as the API server knows them: the policy of the chart lets
    nobody write another one."""
    roles: Annotated[tuple[Role, ...], Field(max_length=8)] = ()
    """In which roles; the policy asks for the verb `approve` on approvals of that name."""
    comment: Text = ""
    """What they have to say."""


class Approval(Resource):
    """A person's yes or no to one version for one ModelDeployment."""

    definition: ClassVar[KindDefinition] = KindDefinition(
        kind="Approval",
        plural="approvals",
        singular="approval",
        short_name="apv",
        columns=(
            PrinterColumn(name="Model Deployment", json_path=".spec.modelDeployment.name"),
            PrinterColumn(name="Decision", json_path=".spec.decision"),
            PrinterColumn(name="Approver", json_path=".spec.approver"),
            PrinterColumn(name="Roles", json_path=".spec.roles"),
            PrinterColumn(name="Version", json_path=".spec.bundleDigest", priority=1),
            PrinterColumn(name="Comment", json_path=".spec.comment"),
            PrinterColumn(name="Age", json_path=".metadata.creationTimestamp", type="date"),
        ),
    )

    spec: ApprovalSpec
    status: KindStatus = KindStatus()


class ApprovalsSpec(ApiModel):
    """Whose yes a new version needs."""

    required: Annotated[int, Field(ge=1, le=20)] = 1
    """How many people must approve the version; each counts once."""
    roles: Annotated[tuple[Role, ...], Field(max_length=8)] = ()
    """Each of these roles must be among those in which they approve."""
    before: Literal["FirstRequest", "Promotion"] = "Promotion"
    """Promotion: the version goes through its steps and then waits. FirstRequest: it gets no
    request and no copy of one before; one whose approval goes is withdrawn."""
    valid_for_seconds: Annotated[int, Field(ge=60, le=31536000)] = 604800
    """How long an approval counts."""
    author_may_approve: bool = False
    """Whether the author of the recipe, whom the annotation `trainyard.dev/author` of the
    TrainingJob names, counts as an approver."""
