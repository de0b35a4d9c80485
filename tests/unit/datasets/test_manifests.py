"""What the Jobs of a Dataset look like."""

from __future__ import annotations

import json
from typing import Any

from builders_training import NOW, a_dataset, an_installation, digest
from golden_files import assert_golden

from trainyard.api.v1alpha1.dataset_status import Refresh
from trainyard.datasets.manifests import ingest_document, ingest_job, report_job_of
from trainyard.installation import BucketStore


def _refresh(**fields: Any) -> Refresh:
    values = {
        "name": "tumours-0123456789",
        "trigger": "spec",
        "spec_digest": digest("a"),
        "queued_at": NOW,
        "phase": "Pending",
    }
    return Refresh(**{**values, **fields})


def test_the_ingest_job_of_a_config_map() -> None:
    """One container with the store and the files; the whole manifest as it is created."""
    assert_golden(__file__, "ingest_job", ingest_job(a_dataset(), _refresh(), an_installation()))


def test_the_report_job() -> None:
    """One container that may only read the store."""
    job = report_job_of(a_dataset(), _refresh(), an_installation())
    assert_golden(__file__, "report_job", job)


def test_the_task_of_a_refresh() -> None:
    """Columns without defaults, percentages as they were written, the refresh's own time."""
    columns = [
        {"name": "diagnosis", "type": "Category", "allowed": ["benign", "malignant"]},
        {"name": "radius", "type": "Float", "min": "0", "maxMissingPercent": "0.5"},
    ]
    dataset = a_dataset(columns=columns, split={"testPercent": 25, "seed": 7}, format="csv")
    expected = {
        "version": 1,
        "dataset": "tumours",
        "source": {"kind": "files", "root": "/trainyard/source", "path": "*.csv"},
        "format": "csv",
        "target": "diagnosis",
        "columns": columns,
        "lockedSchema": None,
        "checks": {"minRows": 1, "targetLeakage": "Refuse"},
        "split": {"testPercent": 25, "by": "RowHash", "seed": 7},
        "now": "2026-05-04T12:00:00Z",
        "reader": "trainyard/training:dev",
    }
    assert expected == ingest_document(dataset, _refresh(), an_installation())


def test_a_check_that_older_images_do_not_know_is_sent_when_somebody_asks_for_it() -> None:
    """Such an image refuses the field, and says so."""
    dataset = a_dataset(checks={"splitLeakage": "Refuse"})
    document = ingest_document(dataset, _refresh(), an_installation())
    assert {"minRows": 1, "targetLeakage": "Refuse", "splitLeakage": "Refuse"} == document["checks"]


def test_credentials_of_a_bucket_come_from_the_users_secret() -> None:
    """The operator names the secret and never reads it; the store's own stay apart."""
    bucket = {"bucket": "raw", "path": "day/", "secretName": "mine", "endpoint": "http://s3:9000"}
    store = BucketStore("store", "prefix", "http://s3:9000", "eu")
    job = ingest_job(a_dataset(source={"s3": bucket}), _refresh(), an_installation(store=store))
    (container,) = job["spec"]["template"]["spec"]["containers"]
    secrets = {
        variable["name"]: variable["valueFrom"]["secretKeyRef"]["name"]
        for variable in container["env"]
        if "valueFrom" in variable
    }
    assert secrets == {
        "AWS_ACCESS_KEY_ID": "trainyard-store",
        "AWS_SECRET_ACCESS_KEY": "trainyard-store",
        "TRAINYARD_SOURCE_ACCESS_KEY_ID": "mine",
        "TRAINYARD_SOURCE_SECRET_ACCESS_KEY": "mine",
    }
    task = json.loads(container["env"][0]["value"])
    assert task["source"] == {
        "kind": "s3",
        "bucket": "raw",
        "path": "day/",
        "endpoint": "http://s3:9000",
    }


def test_how_csv_files_are_written_travels_only_where_it_is_declared() -> None:
    """An image of an earlier release need not know the field."""
    csv = {"decimal": ",", "nullValues": ["?"]}
    assert csv == ingest_document(a_dataset(csv=csv), _refresh(), an_installation())["csv"]
    assert "csv" not in ingest_document(a_dataset(), _refresh(), an_installation())
