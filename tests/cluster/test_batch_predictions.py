"""Files scored in real pods with an accepted version, by the chart's own account, part by part."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from cluster.bucket_yard import BucketYard, bucket_yard
from cluster.model_yard import csv_of, dataset, training_job, tumours

pytestmark = [pytest.mark.cluster]
FILES, ROWS = 3, 100
BATCH: dict[str, Any] = {
    "apiVersion": "trainyard.dev/v1alpha1",
    "kind": "BatchPrediction",
    "metadata": {"name": "daily"},
    "spec": {
        "model": {"trainingJob": {"name": "tumours"}},
        "source": {"s3": {"path": "incoming/"}},
        "output": {"columns": ["patient"]},
        "parts": 2,
    },
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BucketYard]:
    """Three files of patients, one with a row that no model reads, and a model to be trained."""
    with bucket_yard(tmp_path_factory.mktemp("yard"), "batch") as place:
        place.store.write("raw/tumours.csv", csv_of(tumours()).encode())
        for number in range(FILES):
            frame = tumours().iloc[number * ROWS : (number + 1) * ROWS].drop(columns="diagnosis")
            frame.insert(0, "patient", [f"{number}-{n}" for n in range(len(frame))])
            text = csv_of(frame)
            if number == 1:
                text = text.replace("\n1-5,", "\n1-5,large ", 1)
            place.store.write(f"incoming/{number}.csv", text.encode())
        place.yard.apply(
            dataset("tumours", {"s3": {"path": "raw/tumours.csv"}}),
            training_job("tumours", "tumours"),
            BATCH,
        )
        yield place


def status(place: BucketYard) -> dict[str, Any]:
    """The status of the BatchPrediction."""
    found: dict[str, Any] = json.loads(place.yard.kubectl("get", "bp", "daily", "-o", "json"))
    return dict(found.get("status") or {})


def finished(place: BucketYard, after: str = "") -> dict[str, Any]:
    """The last run, once it is another one than `after` and none is at work."""

    def is_over(_: object) -> bool:
        found = status(place)
        last = found.get("lastRun", {})
        return bool(last) and last["run"] != after and "run" not in found

    place.yard.until("the files are scored", is_over)
    last: dict[str, Any] = status(place)["lastRun"]
    assert "Succeeded" == last["phase"], last
    return last


def predictions(place: BucketYard, output: str) -> pd.DataFrame:
    """All that the run left."""
    parts = [
        pd.read_parquet(io.BytesIO(place.store.read(f"{output}/part-{part:05}.parquet")))
        for part in range(2)
    ]
    return pd.concat(parts)


def test_every_row_is_scored_or_set_aside(place: BucketYard) -> None:
    """With the version that was accepted; it waited for that."""
    last = finished(place)
    written = last["written"]
    assert (2, FILES * ROWS, FILES * ROWS - 1, 1) == tuple(
        written[name] for name in ("parts", "rows", "scored", "setAside")
    )
    assert [("incoming/1.csv", 6)] == [(e["file"], e["row"]) for e in written["examples"]]
    current = place.yard.state().current("tumours")
    assert current["bundleDigest"] == last["bundleDigest"]
    found = predictions(place, last["output"])
    assert {last["bundleDigest"]} == set(found["bundle_digest"])
    assert FILES * ROWS - 1 == found["patient"].nunique()
    assert {"benign", "malignant"} == set(found["prediction"])
    manifest = json.loads(place.store.read(f"{last['output']}/_manifest.json"))
    assert (FILES, FILES * ROWS) == (len(manifest["files"]), manifest["rows"])


def test_the_same_files_and_model_give_the_same_answers(place: BucketYard) -> None:
    """In a folder of another run; although its first pods are deleted while they work."""
    first = finished(place)
    request = "trainyard.dev/request=run@now#again"
    place.yard.kubectl("annotate", "bp", "daily", request)

    def has_begun(_: object) -> bool:
        found = status(place)
        return "run" in found or found["lastRun"]["run"] != first["run"]

    place.yard.until("another run has begun", has_begun)
    label = "trainyard.dev/batchprediction=daily"
    place.yard.kubectl("delete", "pods", "-l", label, "--grace-period=0", "--force")
    second = finished(place, after=first["run"])
    one, other = (
        predictions(place, run["output"]).sort_values("patient", ignore_index=True)
        for run in (first, second)
    )
    pd.testing.assert_frame_equal(one, other)
