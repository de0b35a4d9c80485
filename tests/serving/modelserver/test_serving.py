"""Start, failure and end of a real server process."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import joblib
import pytest
import serving_bundles as bundles
from serving_bundles import ORIGIN, Sample
from serving_process import MODEL, Running, environment, run_to_end, running
from serving_slow_model import SlowClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import SplineTransformer

from modelbundle.packing import pack


@pytest.fixture(scope="module")
def brittle_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A model that raises on values outside of what it saw: good offline, failing live."""
    directory = tmp_path_factory.mktemp("brittle")
    model = make_pipeline(
        SplineTransformer(extrapolation="error"), LogisticRegression(max_iter=1000)
    )
    sample = bundles.packed(directory, model, bundles.iris())
    errors = tmp_path_factory.mktemp("errors") / "stderr"
    with running(environment(sample.directory, sample.digest), errors) as server:
        yield server


def _iris_row(change: float = 0.0) -> dict[str, Any]:
    row = [5.8 + change, 3.0, 4.3, 1.3]
    return {"inputs": [{"name": "input", "datatype": "FP64", "shape": [1, 4], "data": row}]}


def test_a_failing_model_is_500_and_the_server_lives(brittle_server: Running) -> None:
    """A sentence out, the stack in the log, the code in the metrics, the next row answered."""
    client = brittle_server.client
    reply = client.infer(_iris_row(1000.0))
    assert reply.status == 500
    expected = "the model failed on this request (ValueError);"
    assert reply.document["error"].startswith(expected)
    assert client.infer(_iris_row()).status == 200
    assert 'code="500"} 1\n' in client.get("/metrics").body.decode()
    (line,) = [x for x in brittle_server.error_lines() if x["event"] == "model-failed"]
    assert ("ValueError", True) == (
        line["fault"],
        "SplineTransformer" in line["stack"] or "_polynomial" in line["stack"],
    )


def test_peers_of_a_bad_row_are_answered(brittle_server: Running) -> None:
    """Fifty clients at once, every fifth with a row the model fails on."""
    found: dict[int, int] = {}

    def ask(number: int) -> None:
        change = 1000.0 if number % 5 == 0 else 0.0
        found[number] = brittle_server.client.infer(_iris_row(change)).status

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {number: 500 if number % 5 == 0 else 200 for number in range(50)} == found


def test_a_slow_model_does_not_block_the_probes(slow_sample: Sample, tmp_path: Path) -> None:
    """While a prediction of one second runs, readiness is answered again and again."""
    environ = environment(slow_sample.directory, slow_sample.digest)
    with running(environ, tmp_path / "stderr") as server:
        asking = threading.Thread(target=server.client.infer, args=(_iris_row(),))
        asking.start()
        time.sleep(0.2)
        answered = 0
        while asking.is_alive():
            assert server.client.get("/v2/health/ready").status == 200
            answered += 1
    assert answered > 3


def test_too_many_at_once_are_429(slow_sample: Sample, tmp_path: Path) -> None:
    """Beyond the limit nobody queues: 429 and when to come back; the others are answered."""
    environ = environment(slow_sample.directory, slow_sample.digest, TRAINYARD_MAX_CONCURRENCY="2")
    replies = []
    with running(environ, tmp_path / "stderr") as server:
        threads = [
            threading.Thread(target=lambda: replies.append(server.client.infer(_iris_row())))
            for _ in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        metrics = server.client.get("/metrics").body.decode()
    assert {200, 429} == {reply.status for reply in replies}
    assert {"1"} == {reply.headers["retry-after"] for reply in replies if reply.status == 429}
    refused = sum(reply.status == 429 for reply in replies)
    assert f'code="429"}} {refused}\n' in metrics


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        pytest.param(
            {"TRAINYARD_BUNDLE_DIGEST": "sha256:" + "0" * 64},
            14,
            "bundle file manifest.json: expected sha256:0000",
            id="a digest that is not the bundle's",
        ),
        pytest.param({"TRAINYARD_BUNDLE_DIR": "/nowhere"}, 14, "holds no manifest", id="no bundle"),
        pytest.param({"TRAINYARD_PORT": "x"}, 10, "TRAINYARD_PORT is 'x'", id="a wrong setting"),
    ],
)
def test_what_cannot_start_says_why(
    tumours_sample: Sample, change: dict[str, str], code: int, message: str
) -> None:
    """The exit code is the user's fault, the sentence says which."""
    environ = environment(tumours_sample.directory, tumours_sample.digest, **change)
    done = run_to_end(environ)
    assert code == done.returncode
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_an_untrusted_pickle_is_not_opened(slow_sample: Sample, tmp_path: Path) -> None:
    """A bundle that lost its trust cannot be packed, so nothing can serve it."""
    directory = tmp_path / "copy"
    directory.mkdir()
    for name in ("model.joblib", "profile.json", "example.json"):
        (directory / name).write_bytes((slow_sample.directory / name).read_bytes())
    with pytest.raises(Exception, match="trust: Pickle"):
        pack(directory, slow_sample.signature, replace(ORIGIN, trust=None))


def test_unknown_verbs_are_refused(tmp_path: Path) -> None:
    """A typo does not start a server."""
    done = run_to_end(environment(tmp_path, "sha256:" + "0" * 64), "sevre")
    assert (10, "unknown verb 'sevre'; use fetch, or none to serve\n") == (
        done.returncode,
        done.stderr,
    )


@dataclass(slots=True)
class Caller:
    """One client in a loop that reconnects when told to, and notes every answer."""

    port: int
    body: bytes
    statuses: list[int] = field(default_factory=list)
    closes: list[bool] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def run(self, until: threading.Event) -> None:
        """Requests until the event is set."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        while not until.is_set():
            try:
                connection.request("POST", f"/v2/models/{MODEL}/infer", self.body)
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException) as fault:
                self.lost.append(repr(fault))
                connection.close()
                continue
            self.statuses.append(answer.status)
            closing = answer.getheader("connection") == "close"
            self.closes.append(closing)
            if closing:
                connection.close()
        connection.close()


def test_sigterm_loses_nothing(tumours_sample: Sample, tmp_path: Path) -> None:
    """Eight clients call through the drain: every request is answered with 200, then exit 0."""
    environ = environment(
        tumours_sample.directory, tumours_sample.digest, TRAINYARD_DRAIN_SECONDS="3"
    )
    stop = threading.Event()
    with running(environ, tmp_path / "stderr") as server:
        example = server.client.get(f"/v2/models/{MODEL}/example").body
        callers = [Caller(server.client.port, example) for _ in range(8)]
        threads = [threading.Thread(target=caller.run, args=(stop,)) for caller in callers]
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        server.terminate()
        time.sleep(0.3)
        unready = server.client.get("/v2/health/ready")
        alive = server.client.get("/v2/health/live")
        answered = sum(len(caller.statuses) for caller in callers)
        time.sleep(1.5)
        stop.set()
        for thread in threads:
            thread.join()
        code = server.process.wait(10)
        errors = (tmp_path / "stderr").read_text()
    assert [] == [fault for caller in callers for fault in caller.lost]
    assert {200} == {status for caller in callers for status in caller.statuses}
    assert (503, {"live": True, "ready": False}) == (unready.status, unready.document)
    assert (200, "close") == (alive.status, alive.headers["connection"])
    assert sum(len(caller.statuses) for caller in callers) > answered > 0
    assert all(caller.closes[-1] and not caller.closes[0] for caller in callers)
    assert (0, "") == (code, errors)


def test_sigterm_waits_for_what_is_in_flight(slow_sample: Sample, tmp_path: Path) -> None:
    """With no drain time at all, a prediction that has begun is still answered."""
    environ = environment(slow_sample.directory, slow_sample.digest)
    statuses: list[int] = []
    with running(environ, tmp_path / "stderr") as server:
        asking = threading.Thread(
            target=lambda: statuses.append(server.client.infer(_iris_row()).status)
        )
        asking.start()
        time.sleep(0.4)
        server.terminate()
        asking.join()
        assert (0, [200]) == (server.process.wait(10), statuses)


def test_record_of_runtimes_is_obeyed(tumours_sample: Sample, tmp_path: Path) -> None:
    """What packing found best is what answers, and the metadata says so."""
    directory = tmp_path / "bundle"
    directory.mkdir()
    for file in tumours_sample.directory.iterdir():
        (directory / file.name).write_bytes(file.read_bytes())
    (directory / "about").mkdir()
    (directory / "about" / "runtimes.json").write_text(json.dumps({"serve": "sklearn"}))
    with running(environment(directory, tumours_sample.digest), tmp_path / "stderr") as server:
        document = server.client.get(f"/v2/models/{MODEL}").document
    assert document["platform"] == "sklearn_estimator"


def test_joblib_is_what_was_packed(slow_sample: Sample) -> None:
    """The slow model in the bundle is the pickled class, not something rebuilt."""
    model = joblib.load(slow_sample.directory / "model.joblib")
    assert isinstance(model, SlowClassifier)
