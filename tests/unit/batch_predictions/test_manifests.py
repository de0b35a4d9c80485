"""The Job of a BatchPrediction."""

from __future__ import annotations

from typing import Any

from batch_stories import a_batch
from builders_training import NOW, an_installation, digest

from trainyard.api.v1alpha1.batch_prediction import BatchPrediction
from trainyard.batch_predictions.manifests import batch_document, batch_job
from trainyard.batch_predictions.model import Found
from trainyard.batch_predictions.triggers import SPEC, new_run
from trainyard.installation import BucketStore

BUCKET = an_installation(store=BucketStore("models"))


def job(batch: BatchPrediction) -> dict[str, Any]:
    """Return its Job, with a bucket as the store."""
    return batch_job(batch, new_run(batch, SPEC, Found(digest("b"), "v"), NOW), BUCKET)


def containers(made: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the containers by name."""
    spec = made["spec"]["template"]["spec"]
    return {c["name"]: c for c in (*spec["initContainers"], *spec["containers"])}


def test_what_loads_the_model_has_no_keys() -> None:
    """Neither of the store nor of the source; the others load no model."""
    source = {"s3": {"bucket": "data", "path": "a/", "secretName": "mine"}}
    found = containers(job(a_batch(source=source)))
    assert ["stage-in", "score", "stage-out"] == list(found)
    with_keys = {
        name
        for name, container in found.items()
        if any("secretKeyRef" in (v.get("valueFrom") or {}) for v in container["env"])
    }
    assert {"stage-in", "stage-out"} == with_keys
    assert not [m for m in found["score"]["volumeMounts"] if m["name"] == "store"]
    own = [v for v in found["stage-out"]["env"] if v["name"].startswith("TRAINYARD_SOURCE")]
    assert [] == own


def test_folders_are_bounded_and_written_by_one() -> None:
    """Each container may write what it hands on."""
    pod = {"resources": {"limits": {"ephemeral-storage": "1Gi", "memory": "512Mi"}}}
    made = job(a_batch(pod=pod))
    volumes = {v["name"]: v for v in made["spec"]["template"]["spec"]["volumes"]}
    for folder in ("input", "output", "predictions"):
        assert {"sizeLimit": "1Gi"} == volumes[folder]["emptyDir"]
        writers = [
            name
            for name, container in containers(made).items()
            for mount in container["volumeMounts"]
            if mount["name"] == folder and not mount.get("readOnly")
        ]
        assert ["score" if folder == "predictions" else "stage-in"] == writers
    assert all(c["resources"]["limits"]["memory"] == "512Mi" for c in containers(made).values())


def test_the_job_is_bounded() -> None:
    """In time, and in how many pods work at a time."""
    spec = job(a_batch(parts=5, parallelism=3, attempts={"deadlineSeconds": 77}))["spec"]
    assert (77, 5, 3) == (spec["activeDeadlineSeconds"], spec["completions"], spec["parallelism"])


def test_the_task_says_what_the_spec_says() -> None:
    """CSV options only where there are any."""
    batch = a_batch(csv={"delimiter": ";"}, format="csv", output={"columns": ["who"]})
    document = batch_document(batch, new_run(batch, SPEC, Found(digest("b"), "v"), NOW))
    assert ({"delimiter": ";"}, "csv", ["who"], digest("b"), 2) == tuple(
        document[key] for key in ("csv", "format", "columns", "bundle", "parts")
    )
    plain = a_batch()
    assert "csv" not in batch_document(plain, new_run(plain, SPEC, Found(digest("b"), "v"), NOW))
