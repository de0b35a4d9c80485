"""What may the operator ask of a join of labels with captured rows?"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from trainer.tasks.task_parts import Count, Document, Text
from trainer.tasks.train_task import DatasetReference


class Labels(Document):
    """A version of a Dataset that says what turned out to be true."""

    dataset: DatasetReference
    request_id_column: Text
    label_column: Text
    max_delay_seconds: Count = 0


class Fairness(Document):
    """Which slices are compared, by which measure."""

    column: Text
    measure: Literal["DemographicParityDifference", "EqualizedOddsDifference"]


class JoinTask(Document):
    """Join the labels with the rows below `captures`, and measure each revision by them.

    `folder`: where the labelled rows go, under the name of the run. `previous`: the run of the
    join before, which wrote to `previous_folder`.
    """

    version: Literal[1]
    run: Text
    captures: Text
    folder: Text
    labels: Labels
    metric: Text
    window_rows: Annotated[int, Field(ge=50, le=1_000_000)]
    fairness: Fairness | None = None
    previous: str | None = None
    previous_folder: str | None = None
    now: datetime
