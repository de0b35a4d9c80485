"""Labels that come later: which Dataset has them, and what they say of the revisions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from trainyard.api.base import ApiModel, DecimalString, Digest, Name, NameReference, Sentence
from trainyard.api.v1alpha1.task import ShortText, Task

ColumnName = Annotated[str, StringConstraints(min_length=1, max_length=253)]
Number = Annotated[str, StringConstraints(max_length=32)]


class LabelsSpec(ApiModel):
    """A Dataset of labels; each of its versions is joined with the captured requests by their ids.

    Needs `monitoring.capture`.
    """

    dataset: NameReference
    """The Dataset."""
    request_id_column: ColumnName = "request_id"
    """Its column with the ids of the requests; a row of a request of several is `<id>/<row>`."""
    label_column: ColumnName
    """Its column with what turned out to be true."""
    max_delay_seconds: Annotated[int, Field(ge=0, le=31536000)] = 0
    """How long after the prediction a label may come. Rows count once they are so old, or else
    outcomes that are known early would weigh more. Labels that come later still count."""
    window_rows: Annotated[int, Field(ge=50, le=1000000)] = 1000
    """Of each revision so many labelled rows are judged, the newest ones."""
    min_rows: Annotated[int, Field(ge=1, le=1000000)] = 100
    """With fewer there is no evidence."""


class LiveFairness(ApiModel):
    """The largest difference between two slices of a revision's labelled rows."""

    value: Number = ""
    low: Number = ""
    """By chance alone it is less in one of 2,000 joins."""
    high: Number = ""
    between: Annotated[tuple[ShortText, ...], Field(max_length=2)] = ()
    """The two slices."""
    why: Sentence = ""
    """Why there is no value."""


class LiveQuality(ApiModel):
    """What the labels say of one revision."""

    revision: Name
    rows: int = 0
    """Rows that were judged."""
    labelled: int = 0
    """Rows with a label, older ones included."""
    value: Number = ""
    """The metric over the rows that were judged."""
    low: Number = ""
    """By chance alone the true value is less in one of 2,000 joins."""
    high: Number = ""
    """By chance alone the true value is more in one of 2,000 joins."""
    why: Sentence = ""
    """Why there is no value."""
    fairness: LiveFairness | None = None


class LabelCounts(ApiModel):
    """What was found of labels and captured rows in the last join."""

    at: datetime
    """When it ended."""
    labels: int = 0
    """Labels of the version."""
    joined: int = 0
    """Captured rows with a label."""
    unknown: int = 0
    """Labels of predictions that were not captured, or are not kept any more."""
    empty: int = 0
    """Rows of labels that lack the id or the label."""
    doubled: int = 0
    """Rows of labels that say again what another says."""
    contradicting: int = 0
    """Predictions of which labels say different things; they are left out."""
    ambiguous: int = 0
    """Captured rows that share their id with others of their revision; they are left out."""
    awaited: int = 0
    """Captured rows whose label may still come in time."""
    missing: int = 0
    """Captured rows without a label that are older than maxDelaySeconds."""
    late: int = 0
    """Rows whose label came with this version, and later than maxDelaySeconds."""


class LabelJoin(Task):
    """The Job that joins a version of the labels with captured rows, and what came of the last."""

    dataset_digest: Digest
    """The version of the labels."""
    inputs: Annotated[str, StringConstraints(max_length=64)]
    """Names the version of the labels and what is asked of it."""
    last: Name = ""
    """The last join that ended well; its labelled rows are in the store."""
    folder: ShortText = ""
    """Where these lie, below the namespace's part of the store; absent: `labelled/<name>`, where
    they were before they went by the deployment's uid."""
    counts: LabelCounts | None = None
    """What that found; None: there was none."""
    metric: ShortText = ""
    """What was measured in it."""
    question: ShortText = ""
    """Names what it was asked, whatever the version of the labels; absent: it was not written
    down."""
    revisions: Annotated[tuple[LiveQuality, ...], Field(max_length=4)] = ()
    """By revision, the one that answered last first."""


class FairnessMonitor(ApiModel):
    """Answers of one slice beside those of another, from the rows that `quality.labels` joins."""

    column: ColumnName
    """A column of the labels, or of the captured inputs. Values with fewer than 50 labelled rows
    are left out."""
    measure: Literal["DemographicParityDifference", "EqualizedOddsDifference"] = (
        "DemographicParityDifference"
    )
    """DemographicParityDifference: how often a class is predicted. EqualizedOddsDifference: the
    same among the rows it is true of, and among the others."""
    max: DecimalString = "0.1"
    """The largest good difference between two slices."""
