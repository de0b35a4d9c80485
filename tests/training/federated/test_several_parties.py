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
Proves: training-image/trainer/federated/progress.py
"""

from __future__ import annotations

import http.client
import json
import ssl
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from federated_yard import PARTIES, Yard, container, finished, ports, skewed
from free_port import free_port
from training_pod import tumours

from trainer.federated.enrolment import key_digest


class Door:
    """What of the coordinator's pod others reach."""

    def __init__(self, yard: Yard, port: int) -> None:
        self._port = port
        certificate = yard.coordinator.mount / "keys" / "certificate.pem"
        self._trusted = ssl.create_default_context(cafile=str(certificate))

    def ask(self, method: str, path: str) -> tuple[int, bytes]:
        """Return status and body, by a connection of its own; the path goes out as it is."""
        connection = http.client.HTTPSConnection(
            "localhost", self._port, context=self._trusted, timeout=60
        )
        try:
            connection.request(method, path, body=b"" if method == "POST" else None)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def status(self, method: str, path: str) -> int:
        """Return the status alone."""
        return self.ask(method, path)[0]

    def await_round(self, number: int) -> None:
        """Return when the door says that so many rounds are over."""
        until = time.monotonic() + 900
        while True:
            try:
                told = json.loads(self.ask("GET", "/progress")[1])
            except ConnectionError:
                told = {}
            if told.get("round", 0) >= number:
                return
            assert time.monotonic() < until, told
            time.sleep(0.2)


CLOSED = (
    "/v1/control/start-run",
    "/v1/fleet/../control/start-run",
    "/v1/fleet/..%2Fcontrol%2Fstart-run",
    "/v1/fleet/..",
    "/api/v1/control/start-run",
    "/",
)
"""Parties may not start runs, stop them or enrol others, by whatever path."""
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
        door = Door(yard, outer)
        door.await_round(1)
        assert_calm(yard)
        assert {path: door.status("POST", path) for path in CLOSED} == dict.fromkeys(CLOSED, 404)
        assert door.status("GET", f"/enrolled/{key_digest(keys[PARTIES[0]])}") == 200
        assert door.status("GET", f"/enrolled/{key_digest('another')}") == 404
        code = coordinate.wait(timeout=1200)
        log = (yard.coordinator.root / "coordinate.log").read_text()
    assert code == 0, log
    assert_told(yard, log)
    told = json.loads((yard.coordinator.mount / "output" / "federation.json").read_text())
    assert (told["rounds"], told["strategy"]) == (3, "FedAvg")
    assert {p["name"]: p["rounds"] for p in told["participants"]} == dict.fromkeys(PARTIES, 3)
    yard.coordinator.run("predict", task)
    ended = yard.coordinator.run("publish", task)
    assert float(ended.document["metrics"]["accuracy"]) >= 0.94
    assert ended.document["trainRows"] == sum(len(t.frame) for t in yard.parties.values())


def assert_told(yard: Yard, log: str) -> None:
    """Fail unless the coordinator told of parties and rounds."""
    assert "round 3 of 3: 4 of 4 participants, loss 0." in log
    assert all(f"{name} is enrolled\n" in log for name in yard.parties)


def assert_calm(yard: Yard) -> None:
    """Fail where a party's SuperNode was refused before it was enrolled."""
    for name in yard.parties:
        said = (yard.pod(name).root / "participate.log").read_text()
        assert "begins anew" not in said, said
