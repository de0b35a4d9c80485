"""OpenTelemetry's own collector takes the spans of the server."""

from __future__ import annotations

import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cluster_access import tool
from free_port import free_port
from serving_bundles import Sample
from serving_process import MODEL, environment, running

_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
_PARENT = "00f067aa0ba902b7"
_PIPELINE = (
    "yaml:{{receivers: {{otlp: {{protocols: {{http: {{endpoint: '127.0.0.1:{port}'}}}}}}}},"
    " exporters: {{debug: {{verbosity: detailed, use_internal_logger: false}}}},"
    " service: {{pipelines: {{traces: {{receivers: [otlp], exporters: [debug]}}}}}}}}"
)


@contextmanager
def _collector(said: Path) -> Iterator[str]:
    """The address of a collector that writes what it is sent into the file."""
    port = free_port()
    with said.open("wb") as file:
        process = subprocess.Popen(
            [tool("otelcol"), "--config", _PIPELINE.format(port=port)], stdout=file, stderr=file
        )
    try:
        _wait_for(port, process, said)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes], said: Path) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"the collector does not listen: {said.read_text()}")


def test_the_collector_reads_what_the_server_sends(tumours_sample: Sample, tmp_path: Path) -> None:
    """One span per sampled request, with ids, name, kind and attributes; the others send none."""
    said = tmp_path / "said"
    with _collector(said) as url:
        environ = environment(
            tumours_sample.directory, tumours_sample.digest, OTEL_EXPORTER_OTLP_ENDPOINT=url
        )
        with running(environ, tmp_path / "errors") as server:
            question = server.client.get(f"/v2/models/{MODEL}/example").document
            for flags in ("01", "00"):
                trace = {"traceparent": f"00-{_TRACE}-{_PARENT}-{flags}"}
                path = f"/v2/models/{MODEL}/infer"
                assert 200 == server.client.post(path, question, trace).status
            server.terminate()
            assert 0 == server.process.wait(30)
        text = said.read_text()
    found = dict(re.findall(r"^ *(?:->)? *([A-Za-z.ID_ ]+?) *: (.+)$", text, re.MULTILINE))
    assert 1 == text.count("Span #")
    assert (_TRACE, _PARENT) == (found["Trace ID"], found["Parent ID"])
    assert "POST /v2/models/{model}/infer" == found["Name"]
    assert "Server" == found["Kind"]
    assert "Int(200)" == found["http.response.status_code"]
    assert "Int(1)" == found["trainyard.rows"]
