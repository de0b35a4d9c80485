"""What two revisions say about the same recorded rows, before a user asks one of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import training_pod
from free_port import free_port
from serving_process import MODEL, environment, running
from training_pod import NO_DIGEST, Ended, Pod, estimator, store_dataset, train_task

from modelbundle.publishing import fetch
from modelbundle.store import open_store


@dataclass(frozen=True, slots=True)
class Scene:
    """A store with a dataset version and a model of it, and a server of that model."""

    pod: Pod
    dataset: str
    bundle: str
    stable: int
    """Port of the server."""

    def rehearsed(self, canary: int, **changes: Any) -> Ended:
        """Return what the rehearsal of whoever answers at that port says."""
        task = {
            "version": 1,
            "run": "rehearsal",
            "dataset": {"digest": self.dataset},
            "model": MODEL,
            "rows": 1000,
            "slowerPercent": 100,
            "stable": self.revision(self.stable),
            "canary": {"host": "127.0.0.1", "port": canary},
        }
        return self.pod.run("rehearse", task | changes)

    def revision(self, port: int) -> dict[str, Any]:
        """Return the stable revision as one that answers at that port."""
        return {"host": "127.0.0.1", "port": port, "digest": self.bundle}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Give twenty test rows, and a server that answers them."""
    pod = Pod(tmp_path_factory.mktemp("rehearsal"))
    dataset = store_dataset(pod.store, training_pod.mixed(80))
    recipe = estimator("linear_model.LogisticRegression")
    ended = pod.run_all(train_task(dataset, "cultivar", recipe))
    assert 0 == ended.code, ended.document
    bundle, folder = str(ended.document["bundle"]), pod.root / "served"
    fetch(open_store(f"file://{pod.store}"), bundle, folder)
    with running(environment(folder, bundle), pod.root / "errors") as server:
        yield Scene(pod, dataset, bundle, server.client.port)


@contextmanager
def answering(status: int, body: bytes = b"{}", seconds: float = 0) -> Iterator[int]:
    """A revision that says this to every request, after so long."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(seconds)
            self.send_response(status if "trainyard-probe" in self.headers else 418)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def counts(ended: Ended) -> tuple[int, ...]:
    """Return rows, answered by both, failed by the canary alone, by the other alone, agreed."""
    assert 0 == ended.code, ended.document
    names = ("rows", "bothAnswered", "canaryFailed", "stableFailed", "agreed")
    return tuple(ended.document[name] for name in names)


def test_two_revisions_of_one_model_agree(scene: Scene) -> None:
    """Rows with texts, numbers and what is missing in them go through as clients would ask."""
    ended = scene.rehearsed(scene.stable)
    assert (20, 20, 0, 0, 20) == counts(ended)
    assert ended.document["stableMicroseconds"] > 0


def test_rows_are_bounded(scene: Scene) -> None:
    """As spec.analysis.rehearsal says."""
    assert (7, 7, 0, 0, 7) == counts(scene.rehearsed(scene.stable, rows=7))


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        pytest.param(500, b"{}", (20, 0, 20, 0, 0), id="it fails"),
        pytest.param(400, b"{}", (20, 0, 20, 0, 0), id="it refuses what clients send today"),
        pytest.param(200, b"nonsense", (20, 0, 20, 0, 0), id="it does not speak the protocol"),
        pytest.param(
            200, b'{"outputs": [{"data": ["other"]}]}', (20, 20, 0, 0, 0), id="it disagrees"
        ),
    ],
)
def test_a_canary_that_is_worse_shows(
    scene: Scene, status: int, body: bytes, expected: tuple[int, ...]
) -> None:
    """Each row counts once."""
    with answering(status, body) as canary:
        assert expected == counts(scene.rehearsed(canary))


def test_a_slow_canary_shows(scene: Scene) -> None:
    """Beyond what is allowed, and beyond the machine's own noise."""
    with answering(200, b'{"outputs": [{"data": ["other"]}]}', seconds=0.1) as canary:
        assert 5 == scene.rehearsed(canary, rows=5).document["slower"]


def test_a_canary_that_cannot_be_reached_fails_every_row(scene: Scene) -> None:
    """The network is tried twice."""
    assert (20, 0, 20, 0, 0) == counts(scene.rehearsed(free_port()))


def test_what_the_stable_revision_fails_is_not_held_against_the_canary(scene: Scene) -> None:
    """It counts for it."""
    with answering(500) as broken:
        ended = scene.rehearsed(scene.stable, stable=scene.revision(broken))
    assert (20, 0, 0, 20, 0) == counts(ended)


@pytest.mark.parametrize(
    ("changes", "code", "reason"),
    [
        pytest.param({"dataset": {"digest": NO_DIGEST}}, 11, "DatasetNotFound", id="no dataset"),
        pytest.param(
            {"stable": {"host": "127.0.0.1", "port": 1, "digest": NO_DIGEST}},
            14,
            "BundleNotFound",
            id="no bundle",
        ),
        pytest.param({"rows": 0}, 10, "TaskUnreadable", id="no rows are asked for"),
    ],
)
def test_without_rows_or_form_there_is_no_rehearsal(
    scene: Scene, changes: dict[str, Any], code: int, reason: str
) -> None:
    """And it says what is missing."""
    ended = scene.rehearsed(scene.stable, **changes)
    assert (code, reason) == (ended.code, ended.document["reason"])


def test_two_dead_revisions_compare_to_nothing(scene: Scene) -> None:
    """That is the network's fault, not the canary's."""
    dead = free_port()
    ended = scene.rehearsed(dead, stable=scene.revision(dead))
    assert (22, "SourceUnreachable") == (ended.code, ended.document["reason"])
