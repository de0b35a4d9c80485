"""A real Envoy before a real model server: whoever is refused hears why."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import serving_bundles as bundles
from envoy_process import Envoy
from routed_servers import router_before
from serving_process import MODEL, environment, running

MIB = 1 << 20
INFER = f"/v2/models/{MODEL}/infer"


MOST_MIB = 200
"""Of the server, which holds no more of a body than it takes."""


@pytest.fixture(scope="module")
def routed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Envoy]:
    """The router; the server takes bodies of 16 MiB, and neither ever held a longer one."""
    folder = tmp_path_factory.mktemp("routed")
    sample = bundles.packed(folder / "bundle", bundles.linear(), bundles.tumours(), ("onnx",))
    environ = environment(sample.directory, sample.digest)
    with (
        running(environ, folder / "stderr") as server,
        router_before(folder, server.client.port) as found,
    ):
        yield found
        assert peak_mib(found.process.pid) < MOST_MIB
        assert peak_mib(server.process.pid) < MOST_MIB


def peak_mib(pid: int) -> int:
    """Return the most memory that the process held so far."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) >> 10


@pytest.mark.parametrize(
    ("path", "mib", "headers", "expected"),
    [
        pytest.param(INFER, 17, {}, (413, "larger than 16777216"), id="a body that is too long"),
        pytest.param(INFER, 40, {}, (413, "larger than 16777216"), id="one that is far too long"),
        pytest.param(INFER, 150, {}, (413, "larger than 16777216"), id="one without measure"),
        pytest.param("/v2/models/x/infer", 12, {}, (404, "no model 'x'"), id="another model"),
        pytest.param(
            INFER, 12, {"content-encoding": "br"}, (415, "compressed"), id="a compressed body"
        ),
    ],
)
def test_a_refusal_reaches_who_sends_first_and_reads_then(
    routed: Envoy, path: str, mib: int, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    """Three times on one connection; a router closes those on which it is answered too early."""
    connection = http.client.HTTPConnection(routed.address, timeout=120)
    try:
        for _ in range(3):
            connection.request("POST", path, b"x" * (mib * MIB), headers)
            answer = connection.getresponse()
            status, words = expected
            assert status == answer.status
            assert words in answer.read().decode()
    finally:
        connection.close()
