"""Sources of a Dataset as users write them."""

from __future__ import annotations

from trainyard.api.dataset_sources import DatasetSource
from trainyard.api.sources import Source


def test_a_container_is_read_whole_by_default() -> None:
    """All files below its output."""
    source = DatasetSource.model_validate({"container": {"image": "psql@sha256:1"}})
    assert source.container is not None
    assert "**" == source.container.path


def test_models_are_not_imported_from_a_datasets_own_sources() -> None:
    """A model has a digest and comes from where it is kept."""
    assert {"container", "dvc"} == DatasetSource.model_fields.keys() - Source.model_fields.keys()
