"""How a version of the data differs from the one before, and how far it may."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trainyard.api.base import ApiModel, DecimalString, Digest, Percent, cel
from trainyard.api.v1alpha1.task import ShortText

Names = Annotated[tuple[ShortText, ...], Field(max_length=10)]


class AgainstPrevious(ApiModel):
    """How far the data may be from the current version; each field absent: any distance."""

    max_rows_lost_percent: Percent | None = None
    """How many of its rows may be gone: by their ids where columns have role Id, else by the number
    of rows."""
    max_drifted_columns: Annotated[int, Field(ge=0, le=512)] | None = None
    """How many columns may be distributed otherwise; those with role Id, Time and Ignore do not
    count."""
    min_effect: Annotated[
        DecimalString,
        Field(
            json_schema_extra=cel(
                ("quantity(self).compareTo(quantity('0')) > 0", "must be above 0")
            )
        ),
    ] = "0.2"
    """From which population stability index on a column counts as drifted; what chance explains
    never counts. Below 0.1 little has moved, from 0.2 on much."""


class ColumnDrift(ApiModel):
    """One column that is distributed otherwise than in the version before."""

    column: ShortText
    """Which column."""
    effect: ShortText
    """Its population stability index."""
    moved: ShortText
    """The values whose share moved most, with their shares before and now."""


class VersionDifference(ApiModel):
    """What differs between the data of a refresh and the version that was current before."""

    previous: Digest
    """The version that it is compared with."""
    previous_rows: int
    """How many rows that has."""
    rows_added: int | None = None
    """Rows that came; absent, as the next two: the columns differ, so rows cannot be compared."""
    rows_removed: int | None = None
    """Rows that are gone."""
    rows_changed: int | None = None
    """Rows of the same id that hold other values; absent without a column of role Id, where they
    count as gone and as new."""
    columns_added: Names = ()
    """Columns that came."""
    columns_removed: Names = ()
    """Columns that are gone."""
    columns_retyped: Names = ()
    """Columns that have another type."""
    drifted_columns: int = 0
    """How many columns are distributed otherwise."""
    drifts: Annotated[tuple[ColumnDrift, ...], Field(max_length=5)] = ()
    """The five that moved most."""
