"""What may the operator ask of a sweep of the store, and what may be erased from it?"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from trainer.tasks.task_parts import Digest, Document, Text

Fingerprint = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
"""The first 16 hex digits of a digest; two that begin alike only keep more."""


class References(Document):
    """What living objects of the namespace refer to.

    `owners`: uids of all of them. `deployments`: names of ModelDeployments. `digests`: of data
    versions and bundles. `runs`: of the sha256 of the names of runs. `atWork`: paths of the results
    of runs that are under way; what those name is referred to as well.
    """

    owners: tuple[Text, ...]
    deployments: tuple[Text, ...] = ()
    digests: tuple[Fingerprint, ...] = ()
    runs: tuple[Fingerprint, ...] = ()
    at_work: tuple[Text, ...] = ()


class SweepTask(Document):
    """Remove what nothing has referred to for `keepDays`; `dryRun`: only tell what would go.

    `namespaceUid`: of the namespace whose objects refer; empty: it is not looked whether another
    one has the same part of the store.
    """

    version: Literal[1]
    now: datetime
    keep_days: Annotated[int, Field(ge=1)]
    namespace_uid: Annotated[str, StringConstraints(pattern=r"^[0-9a-zA-Z-]{0,64}$")] = ""
    references: References
    dry_run: bool = True


class EraseTask(Document):
    """Remove one data version, or the captured rows of requests; `dryRun`: only count them."""

    version: Literal[1]
    dataset: Digest | None = None
    request_ids: Annotated[tuple[Text, ...], Field(max_length=1000)] = ()
    dry_run: bool = True

    @model_validator(mode="after")
    def _names_one_thing(self) -> Self:
        if (self.dataset is None) == (not self.request_ids):
            raise ValueError("give either dataset or requestIds")
        return self
