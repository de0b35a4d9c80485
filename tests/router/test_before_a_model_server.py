"""A real Envoy before a real model server: whoever is refused hears why."""

from __future__ import annotations

import http.client
from collections.abc import Iterator

import pytest
import serving_bundles as bundles
from envoy_process import Envoy
from routed_servers import router_before
from serving_process import MODEL, environment, running

MIB = 1 << 20
INFER = f"/v2/models/{MODEL}/infer"


@pytest.fixture(scope="module")
def routed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Envoy]:
    """The router; the server takes bodies of 16 MiB."""
    folder = tmp_path_factory.mktemp("routed")
    sample = bundles.packed(folder / "bundle", bundles.linear(), bundles.tumours(), ("onnx",))
    environ = environment(sample.directory, sample.digest)
    with (
        running(environ, folder / "stderr") as server,
        router_before(folder, server.client.port) as found,
    ):
        yield found


@pytest.mark.parametrize(
    ("path", "mib", "headers", "expected"),
    [
        pytest.param(INFER, 17, {}, (413, "larger than 16777216"), id="a body that is too long"),
        pytest.param(INFER, 100, {}, (413, "larger than 16777216"), id="one that is far too long"),
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
    connection = http.client.HTTPConnection(routed.address, timeout=20)
    try:
        for _ in range(3):
            connection.request("POST", path, b"x" * (mib * MIB), headers)
            answer = connection.getresponse()
            status, words = expected
            assert status == answer.status
            assert words in answer.read().decode()
    finally:
        connection.close()
