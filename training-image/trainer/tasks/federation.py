"""What is a coordinator told of the rounds, and a participant of its coordinator?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trainer.tasks.task_parts import Digest, Document, Text

Strategy = Literal["FedAvg", "FedMedian", "FedTrimmedAvg", "Krum"]


class DifferentialPrivacy(Document):
    """Each party's change of a round is cut to a length, and noise is added to their mean."""

    noise_multiplier: Annotated[float, Field(gt=0, le=100)]
    clipping_norm: Annotated[float, Field(gt=0, le=1e6)]


class Federation(Document):
    """How the parties train together."""

    address: Text
    """Host by which participants reach the coordinator; its certificate is for it."""
    rounds: Annotated[int, Field(ge=1, le=1000)]
    local_iterations: Annotated[int, Field(ge=1, le=1000)]
    min_participants: Annotated[int, Field(ge=2, le=32)]
    participants: Annotated[tuple[Text, ...], Field(min_length=2, max_length=32)]
    """Namespace and name of each participant's Dataset: `ward-a/patients`."""
    strategy: Strategy = "FedAvg"
    enrol_seconds: Annotated[int, Field(ge=1)] = 600
    round_seconds: Annotated[int, Field(ge=1)] = 300
    differential_privacy: DifferentialPrivacy | None = None


class ParticipateTask(Document):
    """A participant of one run: with which data, and of which coordinator."""

    version: Literal[1]
    run: Text
    participant: Text
    dataset: Digest
    target: Text
    address: Text
    port: Annotated[int, Field(ge=1, le=65535)]
    certificate: Annotated[str, Field(max_length=4096)]
    """Of the coordinator, for this run alone; PEM."""
