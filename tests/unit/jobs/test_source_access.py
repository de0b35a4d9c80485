"""How a pod reaches a source."""

from __future__ import annotations

import pytest
from builders_training import Raw

from trainyard.api.dataset_sources import DatasetSource
from trainyard.api.sources import Source
from trainyard.jobs.source_access import source_access, with_source_named

FILES = {"kind": "files", "root": "/trainyard/source"}


@pytest.mark.parametrize(
    ("source", "document"),
    [
        pytest.param(
            {"configMap": {"name": "files"}}, {**FILES, "path": "*"}, id="keys of a ConfigMap"
        ),
        pytest.param(
            {"pvc": {"claimName": "raw", "path": "a/*.csv"}},
            {**FILES, "path": "a/*.csv"},
            id="files of a claim",
        ),
        pytest.param(
            {"http": {"url": "http://a/b.csv"}},
            {"kind": "http", "url": "http://a/b.csv"},
            id="an address",
        ),
        pytest.param(
            {"s3": {"path": "raw/"}},
            {"kind": "store", "path": "raw/"},
            id="a bucket that is not named is the store",
        ),
        pytest.param(
            {"captures": {"modelDeployment": {"name": "wine"}}},
            {"kind": "store", "path": "labelled/wine/rows.parquet"},
            id="labelled requests of a deployment",
        ),
        pytest.param(
            {"s3": {"path": "raw/", "bucket": "raw", "region": "eu"}},
            {"kind": "s3", "bucket": "raw", "path": "raw/", "region": "eu"},
            id="a bucket of its own",
        ),
        pytest.param({"container": {"image": "x"}}, {**FILES, "path": "**"}, id="a container"),
        pytest.param(
            {"dvc": {"path": "a.csv", "md5": "0" * 32, "remote": {"s3": {"path": "dvc/"}}}},
            {
                "kind": "dvc",
                "path": "a.csv",
                "md5": "0" * 32,
                "remote": {"kind": "store", "path": "dvc/"},
            },
            id="a pointer",
        ),
    ],
)
def test_the_words_of_the_task(source: Raw, document: Raw) -> None:
    """As the training image reads them."""
    assert document == source_access(DatasetSource.model_validate(source)).document


def test_a_missing_config_map_is_an_empty_folder() -> None:
    """The pod starts and says what it misses instead of hanging."""
    access = source_access(Source.model_validate({"configMap": {"name": "files"}}))
    assert access.volumes == ({"name": "source", "configMap": {"name": "files", "optional": True}},)
    assert access.mounts == (
        {"name": "source", "mountPath": "/trainyard/source", "readOnly": True},
    )


def test_a_claim_is_mounted_read_only() -> None:
    """Sources are never written."""
    access = source_access(Source.model_validate({"pvc": {"claimName": "raw", "path": "*"}}))
    (volume,) = access.volumes
    assert volume["persistentVolumeClaim"] == {"claimName": "raw", "readOnly": True}


def test_without_a_secret_a_bucket_is_read_anonymously() -> None:
    """No variable is set."""
    bucket = {"s3": {"path": "raw/", "bucket": "public"}}
    assert source_access(Source.model_validate(bucket)).environment == ()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        pytest.param({"configMap": {"name": "files"}}, "ConfigMap files", id="a ConfigMap"),
        pytest.param(
            {"pvc": {"claimName": "raw", "path": "*"}}, "PersistentVolumeClaim raw", id="a claim"
        ),
        pytest.param({"container": {"image": "x"}}, "the output of source.container", id="output"),
        pytest.param(
            {
                "dvc": {
                    "path": "a.csv",
                    "md5": "0" * 32,
                    "remote": {"pvc": {"claimName": "raw", "path": "*"}},
                }
            },
            "PersistentVolumeClaim raw",
            id="a remote",
        ),
    ],
)
def test_people_read_the_name_they_gave(source: Raw, said: str) -> None:
    """The folder in the pod says nothing to them."""
    text = "no file matches * below /trainyard/source"
    assert f"no file matches * below {said}" == with_source_named(
        DatasetSource.model_validate(source), text
    )
