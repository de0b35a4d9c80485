"""Four parties train one model by Flower's own programs, each on rows that stay with it.

Proves: training-image/trainer/certify.py, training-image/trainer/coordinate.py
Proves: training-image/trainer/enrol.py, training-image/trainer/participate.py
Proves: training-image/trainer/federated/client_app.py
Proves: training-image/trainer/federated/server_app.py, training-image/trainer/federated/rounds.py
Proves: training-image/trainer/federated/credentials.py
Proves: training-image/trainer/federated/enrolment.py, training-image/trainer/federated/flower.py
Proves: training-image/trainer/federated/fleet_door.py
Proves: training-image/trainer/federated/outcome.py, training-image/trainer/federated/recipes.py
Proves: training-image/trainer/tasks/federation.py
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from federated_yard import PARTIES, Yard, container, finished, ports, skewed
from free_port import free_port
from training_pod import tumours

RECIPE = {"class": "sklearn.linear_model.LogisticRegression"}


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    """A coordinator with rows to test on, and four parties with other shares of the classes."""
    table = tumours()
    train = replace(table, frame=table.frame.iloc[: len(table.frame) * 3 // 4])
    found = Yard(tmp_path, table, dict(zip(PARTIES, skewed(train, 4, seed=0), strict=True)))
    for pod in (found.coordinator, *map(found.pod, PARTIES)):
        pod.root.mkdir()
    return found


@pytest.mark.timeout(1500)
def test_a_model_comes_of_rows_that_stay_where_they_are(yard: Yard) -> None:
    """Keys of this run, TLS, only what SuperNodes need is reachable, and the result is graded like
    any other: by predict and publish, on the coordinator's rows.
    """
    task = yard.task(RECIPE, rounds=3)
    finished(yard.coordinator, "fetch", task)
    certificate = finished(yard.coordinator, "certify", task)["certificate"]
    inner, outer = ports()
    tasks = {name: yard.participation(name, certificate, outer) for name in PARTIES}
    keys = {name: finished(yard.pod(name), "enrol", tasks[name])["publicKey"] for name in PARTIES}
    folder = yard.coordinator.mount / "participants"
    folder.mkdir()
    (folder / "participants.json").write_text(json.dumps(keys))
    with ExitStack() as pods:
        coordinate = pods.enter_context(
            container(yard.coordinator, "coordinate", task, TRAINYARD_PORTS=f"{inner},{outer}")
        )
        for name in PARTIES:
            node = str(free_port())
            pods.enter_context(
                container(yard.pod(name), "participate", tasks[name], TRAINYARD_NODE_PORT=node)
            )
        code = coordinate.wait(timeout=1200)
        log = (yard.coordinator.root / "coordinate.log").read_text()
    assert code == 0, log
    told = json.loads((yard.coordinator.mount / "output" / "federation.json").read_text())
    assert (told["rounds"], told["strategy"]) == (3, "FedAvg")
    assert {p["name"]: p["rounds"] for p in told["participants"]} == dict.fromkeys(PARTIES, 3)
    yard.coordinator.run("predict", task)
    ended = yard.coordinator.run("publish", task)
    assert float(ended.document["metrics"]["accuracy"]) >= 0.94
    assert ended.document["trainRows"] == sum(len(t.frame) for t in yard.parties.values())
