"""Live requests reach the store, labels that come later raise a signal: on the real node."""

from __future__ import annotations

import io
import json
import re
import urllib.request
from collections.abc import Iterator

import pyarrow.parquet as pq
import pytest
from cluster.bucket_yard import BucketYard, bucket_yard
from cluster.model_yard import (
    FEATURES,
    csv_of,
    dataset,
    deployment,
    training_job,
    tumours,
)

from modelbundle.store import Store

pytestmark = [pytest.mark.cluster]
REQUESTS = 120


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BucketYard]:
    """Every request is kept but for one column; labels are read from the store."""
    with bucket_yard(tmp_path_factory.mktemp("yard"), "bucket") as place:
        yard = place.yard
        place.store.write("raw/tumours/part-1.csv", csv_of(tumours()).encode())
        yard.apply(
            dataset("tumours", {"s3": {"path": "raw/tumours/"}}), training_job("m", "tumours")
        )
        state = yard.until("a version is accepted", lambda s: s.current("m") != {})
        serving = deployment("serving", state.current("m")["name"])
        labels = {"dataset": {"name": "truth"}, "labelColumn": "outcome", "minRows": 100}
        serving["spec"]["monitoring"] = {
            "capture": {"sampledPercent": "100", "exclude": [FEATURES[2]]},
            "quality": {"labels": labels, "min": "0.9"},
        }
        yard.apply(serving)
        yard.until(
            "it serves",
            lambda s: s.condition("ModelDeployment", "serving", "Ready").status == "True",
        )
        yield place


def test_labels_of_live_requests_raise_quality(place: BucketYard) -> None:
    """Requests with ids are asked, kept, joined with what turned out to be true, and judged."""
    yard = place.yard
    address = yard.kubectl("get", "svc", "serving", "-o", "jsonpath={.spec.clusterIP}")
    said = {f"q{n}": _asked(address, f"q{n}") for n in range(REQUESTS)}
    yard.until("the requests are stored", lambda _: len(_captured(place.store)) == REQUESTS)
    (row, *_) = _captured(place.store)
    assert f"input.{FEATURES[0]}" in row
    assert f"input.{FEATURES[2]}" not in row
    other = {"benign": "malignant", "malignant": "benign"}
    lines = [f"{name},{other[label]}" for name, label in said.items()]
    place.store.write("raw/truth/1.csv", "\n".join(["request_id,outcome", *lines]).encode())
    columns = [
        {"name": "request_id", "type": "Category", "role": "Id"},
        {"name": "outcome", "type": "Category"},
    ]
    truth = dataset("truth", {"s3": {"path": "raw/truth/"}})
    checks = {"targetLeakage": "Ignore"}
    truth["spec"] |= {"columns": columns, "target": "outcome", "checks": checks}
    yard.apply(truth)
    state = yard.until(
        "the signal is up", lambda s: bool(s.status("ModelDeployment", "serving").get("signals"))
    )
    status = state.status("ModelDeployment", "serving")
    assert ["Quality"] == [signal["kind"] for signal in status["signals"]]
    assert REQUESTS == status["labelJoin"]["counts"]["joined"]


def _asked(address: str, name: str) -> str:
    """Return the label that the model says."""
    data = [float(len(name)), 20.0, 0.1]
    tensor = {"name": "input", "datatype": "FP64", "shape": [1, 3], "data": data}
    request = urllib.request.Request(
        f"http://{address}/v2/models/serving/infer",
        json.dumps({"inputs": [tensor]}).encode(),
        {"x-request-id": name},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(json.load(answer)["outputs"][0]["data"][0])


def _captured(store: Store) -> list[dict[str, object]]:
    """Return the rows of the test's requests that are in the store; the operator asks, too."""
    parts = [entry.key for entry in store.list("captures") if entry.key.endswith(".parquet")]
    tables = (pq.read_table(io.BytesIO(store.read(key))) for key in parts)
    rows = [row for table in tables for row in table.to_pylist()]
    return [row for row in rows if re.fullmatch(r"q\d+", str(row["request_id"]))]
