"""What sources are called."""

from __future__ import annotations

import pytest
from builders_training import Raw, ingest_result, raw_dataset
from dataset_stories import DATASET, refresh_job
from training_world import TrainingWorld

from trainyard.api.dataset_sources import DatasetSource
from trainyard.jobs.source_names import name_of_source

MD5 = "a304afb96060aad90176268345e10355"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ({"configMap": {"name": "files", "path": "*.csv"}}, "ConfigMap files: *.csv"),
        ({"pvc": {"claimName": "raw", "path": "a/"}}, "PersistentVolumeClaim raw: a/"),
        ({"s3": {"bucket": "raw", "path": "a/"}}, "s3://raw/a/"),
        ({"s3": {"path": "a/"}}, "store: a/"),
        ({"http": {"url": "https://h/a.csv?X-Amz-Signature=key"}}, "https://h/a.csv"),
        ({"http": {"url": "https://me:word@h:8443/a@b.csv"}}, "https://h:8443/a@b.csv"),
        ({"http": {"url": "https://h/a.csv?of=//me@h"}}, "https://h/a.csv"),
        ({"container": {"image": "psql@sha256:1"}}, "container psql@sha256:1"),
        (
            {
                "dvc": {
                    "path": "data/raw.csv",
                    "md5": MD5,
                    "remote": {"s3": {"bucket": "dvc", "path": "team/"}},
                }
            },
            f"DVC data/raw.csv, md5 {MD5}, in s3://dvc/team/",
        ),
    ],
)
def test_every_source_has_a_name(source: Raw, name: str) -> None:
    """Without what may be a key."""
    assert name == name_of_source(DatasetSource.model_validate(source))


def test_a_version_says_where_it_was_read_from() -> None:
    """The pointer's hash, for instance: that is its lineage."""
    source = {
        "dvc": {
            "path": "raw.csv",
            "md5": MD5,
            "remote": {"pvc": {"claimName": "dvc", "path": "*"}},
        }
    }
    world = TrainingWorld(raw_dataset(source=source))
    world.settle()
    world.finish(refresh_job(world), ingest_result())
    world.settle()
    expected = f"DVC raw.csv, md5 {MD5}, in PersistentVolumeClaim dvc: *"
    assert expected == world.status(*DATASET)["current"]["source"]
