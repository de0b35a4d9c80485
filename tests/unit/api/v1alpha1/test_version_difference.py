"""How far data may be from the version before."""

from __future__ import annotations

from trainyard.api.v1alpha1.dataset import DatasetChecks
from trainyard.api.v1alpha1.version_difference import AgainstPrevious


def test_no_bound_is_the_default_and_changes_no_spec() -> None:
    """A Dataset without the field is the same Dataset as before there was one."""
    assert DatasetChecks().model_dump(mode="json", by_alias=True, exclude_defaults=True) == {}
    assert AgainstPrevious().to_api() == {"minEffect": "0.2"}


def test_percentages_are_numbers_or_texts() -> None:
    """As everywhere in the API."""
    for percent in (5, "0.5"):
        found = AgainstPrevious.model_validate({"maxRowsLostPercent": percent})
        assert percent == found.max_rows_lost_percent
