"""What may be said of the model server?"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from trainyard.api.base import ApiModel


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
