"""What may the operator ask of a rehearsal?"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from trainer.tasks.task_parts import Digest, Document, Text
from trainer.tasks.train_task import DatasetReference


class RehearsedRevision(Document):
    """A revision that answers predictions."""

    host: Text
    port: Annotated[int, Field(ge=1, le=65535)]


class StableRevision(RehearsedRevision):
    """The revision whose clients ask in the form of its own bundle."""

    digest: Digest


class RehearseTask(Document):
    """Ask both revisions for the same test rows of a dataset version."""

    version: Literal[1]
    run: Text
    dataset: DatasetReference
    model: Text
    rows: Annotated[int, Field(ge=1, le=10000)]
    slower_percent: Annotated[int, Field(ge=0)]
    tolerance_percent: Annotated[Decimal, Field(ge=0, le=100)] = Decimal("0.1")
    """Numbers agree that differ by no more of themselves."""
    stable: StableRevision
    canary: RehearsedRevision
