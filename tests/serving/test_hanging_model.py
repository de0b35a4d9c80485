"""A model that does not come back: nobody is sent there, it is started anew, or it recovers."""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path
from typing import Any

import serving_bundles as bundles
from serving_bundles import Sample
from serving_process import Client, environment, running
from serving_slow_model import HangingClassifier

ROW = {"name": "input", "datatype": "FP64", "shape": [1, 4], "data": [999.0, 3.0, 4.3, 1.3]}


def _sample(directory: Path, seconds: float) -> Sample:
    """A model that is quick for every row but one."""
    return bundles.packed(directory, HangingClassifier(seconds), bundles.iris(), ("joblib",))


def _probes(client: Client) -> tuple[int, int]:
    return client.get("/v2/health/ready").status, client.get("/v2/health/live").status


def _running_seconds(client: Client) -> float:
    page = client.get("/metrics").body.decode()
    (line,) = [x for x in page.splitlines() if x.startswith("trainyard_batch_running_seconds{")]
    return float(line.split()[-1])


def test_a_hanging_batch_ends_readiness_then_life_and_both_come_back(tmp_path: Path) -> None:
    """The limit is a second, the batch takes five: 200 200, 503 200, 503 503, and 200 200 again."""
    sample = _sample(tmp_path / "bundle", 5.0)
    environ = environment(sample.directory, sample.digest, TRAINYARD_STUCK_SECONDS="1")
    statuses: list[int] = []
    seen: list[tuple[int, int]] = []
    with running(environ, tmp_path / "stderr") as server:
        client = server.client
        request: dict[str, Any] = {"inputs": [ROW]}
        asking = threading.Thread(target=lambda: statuses.append(client.infer(request).status))
        asking.start()
        longest = 0.0
        while asking.is_alive():
            found = _probes(client)
            if not seen or found != seen[-1]:
                seen.append(found)
            longest = max(longest, _running_seconds(client))
            time.sleep(0.05)
        assert (200, 200) == _probes(client)
        assert _running_seconds(client) == 0.0
        time.sleep(1.5)
        lines = server.error_lines()
    assert [(200, 200), (503, 200), (503, 503)] == seen[:3]
    assert ([200], True) == (statuses, 4.0 < longest < 60.0)
    assert {"model-stuck"} == {line["event"] for line in lines}
    assert "ready again" in lines[-1]["message"]


def test_a_hanging_batch_does_not_hold_up_the_end(tmp_path: Path) -> None:
    """SIGTERM: a batch of two minutes gets ten seconds; then the process ends, with code 0."""
    sample = _sample(tmp_path / "bundle", 120.0)
    environ = environment(sample.directory, sample.digest)
    with running(environ, tmp_path / "stderr") as server:
        asking = threading.Thread(target=_ask_in_vain, args=(server.client,))
        asking.start()
        time.sleep(0.5)
        server.terminate()
        assert server.process.wait(30) == 0
        asking.join()


def _ask_in_vain(client: Client) -> None:
    with contextlib.suppress(OSError):
        client.infer({"inputs": [ROW]})
