"""What the tests of the benchmark share: a small workload and servers for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from benchmark_stub import READY, Start, stub

from benchmarks.serving.answers import v2_said
from benchmarks.serving.bodies import v2_request
from benchmarks.serving.contender import Contender
from benchmarks.serving.process import PinnedServer
from benchmarks.serving.workloads import Workload


@pytest.fixture
def workload(tmp_path: Path) -> Workload:
    """40 rows of two numbers; the label says whether the first is over 0."""
    table = pd.DataFrame({"a": np.tile([-1.0, 2.0], 20), "b": np.arange(40.0)})
    labels = tuple(int(value > 0) for value in table["a"])
    return Workload(tmp_path, "sha256:" + "0" * 64, table, labels, None)


@pytest.fixture
def contender() -> Contender:
    """The small server, as someone to measure."""
    return Contender("Stub", "as it is", lambda of: stub(of.folder), v2_request, v2_said)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the small server with these variables; all end with the test."""
    started = []

    def starting(**environ: str) -> PinnedServer:
        started.append(PinnedServer(stub(tmp_path, **environ), 0, READY))
        return started[-1]

    yield starting
    for server in started:
        server.stop()
