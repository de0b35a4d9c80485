"""What may be said of the model server?"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from trainyard.api.base import ApiModel


class ExplainSpec(ApiModel):
    """Explanations: what each column contributed to an answer, against the model's typical row.

    Predictions come first: explanations have a thread and a limit of their own.
    """

    max_rows: Annotated[int, Field(ge=1, le=100)] = 16
    """How many rows one request may have explained."""
    max_evaluations: Annotated[int, Field(ge=64, le=16384)] = 4096
    """How many rows the model is asked about to explain one. With up to 12 columns that differ
    from the typical row 4096 give exact contributions, with more the errors that they state."""


class ServerSpec(ApiModel):
    """The model server."""

    image: Annotated[str, StringConstraints(max_length=512)] = ""
    """Image of the server; empty: the one that the operator was installed with."""
    max_batch_rows: Annotated[int, Field(ge=1, le=4096)] = 512
    """How many rows the server predicts at once."""
    max_connection_age_seconds: Annotated[int, Field(ge=10, le=86400)] = 60
    """After so many seconds, up to a tenth more or less, an HTTP connection ends with its next
    answer, so that clients come to new pods, and follow the Service. A change is a new revision."""
    grpc: bool = False
    """True: the server speaks the protocol over gRPC too, on port 9000 of the Service. A change
    is a new revision, released like any other."""
    explain: ExplainSpec | None = None
    """Answers are explained at `/v2/models/<name>/explain`, over HTTP; absent: they are not. A
    change is a new revision."""
