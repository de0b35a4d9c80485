"""Live requests reach the store, labels that come later raise signals, and somebody is told of it:
on the real node.
"""

from __future__ import annotations

import io
import json
import re
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from queue import Queue
from typing import Any

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
from webhook_receivers import threaded_webhook

from modelbundle.store import Store

pytestmark = [pytest.mark.cluster]
REQUESTS = 120
RADII = {"north": 25.0, "south": 8.0}
"""Of the tumours that each site measures; to the model those of the north are all malignant."""


@dataclass(slots=True)
class Told:
    """What a receiver of notifications was sent."""

    posted: Queue[dict[str, Any]]
    events: list[dict[str, Any]] = field(default_factory=list)

    def has(self, reason: str) -> bool:
        """Tell whether such a decision was among it by now."""
        while not self.posted.empty():
            self.events.append(self.posted.get())
        return any(event["data"]["reason"] == reason for event in self.events)


@pytest.fixture(scope="module")
def receivers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, str], Told]]:
    """Settings of an installation with one receiver, and what that is told."""
    folder = tmp_path_factory.mktemp("receivers")
    with threaded_webhook() as (port, posted):
        (folder / "ops").write_text(f"http://127.0.0.1:{port}/")
        settings = {
            "TRAINYARD_RECEIVERS": '{"ops": {"format": "CloudEvents"}}',
            "TRAINYARD_RECEIVERS_FOLDER": str(folder),
        }
        yield settings, Told(posted)


@pytest.fixture(scope="module")
def place(
    tmp_path_factory: pytest.TempPathFactory, receivers: tuple[dict[str, str], Told]
) -> Iterator[BucketYard]:
    """Every request is kept but for one column; labels are read from the store."""
    with bucket_yard(tmp_path_factory.mktemp("yard"), "bucket", receivers[0]) as place:
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
            "fairness": {"column": "site", "max": "0.1"},
        }
        serving["spec"]["notify"] = [{"receiver": "ops", "on": ["Promoted", "SignalRaised"]}]
        yard.apply(serving)
        yard.until(
            "it serves",
            lambda s: s.condition("ModelDeployment", "serving", "Ready").status == "True",
        )
        yield place


def test_labels_of_live_requests_raise_signals(
    place: BucketYard, receivers: tuple[dict[str, str], Told]
) -> None:
    """Requests with ids are asked, kept, joined with what turned out to be true, and judged; the
    receiver is told what was decided, in the order of the history.
    """
    yard = place.yard
    address = yard.kubectl("get", "svc", "serving", "-o", "jsonpath={.spec.clusterIP}")
    sites = {f"q{n}": tuple(RADII)[n % 2] for n in range(REQUESTS)}
    said = {name: _asked(address, name, RADII[site]) for name, site in sites.items()}
    yard.until("the requests are stored", lambda _: len(_captured(place.store)) == REQUESTS)
    (row, *_) = _captured(place.store)
    assert f"input.{FEATURES[0]}" in row
    assert f"input.{FEATURES[2]}" not in row
    other = {"benign": "malignant", "malignant": "benign"}
    lines = [f"{name},{sites[name]},{other[label]}" for name, label in said.items()]
    place.store.write("raw/truth/1.csv", "\n".join(["request_id,site,outcome", *lines]).encode())
    columns = [
        {"name": "request_id", "type": "Category", "role": "Id"},
        {"name": "site", "type": "Category"},
        {"name": "outcome", "type": "Category"},
    ]
    truth = dataset("truth", {"s3": {"path": "raw/truth/"}})
    checks = {"targetLeakage": "Ignore"}
    truth["spec"] |= {"columns": columns, "target": "outcome", "checks": checks}
    yard.apply(truth)
    state = yard.until(
        "the signals are up", lambda s: bool(s.status("ModelDeployment", "serving").get("signals"))
    )
    status = state.status("ModelDeployment", "serving")
    assert {"Quality", "Fairness"} == {signal["kind"] for signal in status["signals"]}
    assert REQUESTS == status["labelJoin"]["counts"]["joined"]
    told = receivers[1]
    yard.until("the receiver is told of the signals", lambda _: told.has("SignalRaised"))
    assert "Promoted" == told.events[0]["data"]["reason"]
    numbers = [event["sequence"] for event in told.events]
    assert sorted(numbers) == numbers


def _asked(address: str, name: str, radius: float) -> str:
    """Return the label that the model says."""
    data = [radius, 20.0, 0.1]
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
