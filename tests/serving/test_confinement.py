"""What does the server need of its machine? A port, its bundle, memory; nothing else."""

from __future__ import annotations

import re
import resource
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from free_port import free_port
from serving_bundles import Sample
from serving_process import MODEL, Client, Running, environment, running


def _sockets(process: int) -> set[str]:
    """The inodes of the process's sockets."""
    links = [str(item.readlink()) for item in Path(f"/proc/{process}/fd").iterdir()]
    return {found[1] for link in links if (found := re.fullmatch(r"socket:\[(\d+)\]", link))}


def _lines(process: int, protocol: str) -> list[list[str]]:
    table = Path(f"/proc/{process}/net/{protocol}").read_text().splitlines()[1:]
    own = _sockets(process)
    return [fields for line in table if (fields := line.split())[9] in own]


def test_the_network_is_used_for_answers_alone(tumours_server: Running) -> None:
    """One port is listened on, every other socket came in through it; no UDP, so no names asked."""
    client, process = tumours_server.client, tumours_server.process.pid
    example = client.get(f"/v2/models/{MODEL}/example").body
    with socket.create_connection(("127.0.0.1", client.port)) as held:
        assert 200 == client.post(f"/v2/models/{MODEL}/infer", example).status
        held.sendall(b"GET /v2 HTTP/1.1\r\nhost: x\r\n\r\n")
        held.recv(10)
        found = [*_lines(process, "tcp"), *_lines(process, "tcp6")]
        others = [*_lines(process, "udp"), *_lines(process, "udp6"), *_lines(process, "raw")]
    local = {int(fields[1].rsplit(":", 1)[1], 16) for fields in found}
    listening = [fields for fields in found if fields[3] == "0A"]
    assert ({client.port}, 1, []) == (local, len(listening), others)
    assert len(found) > 1


def test_it_writes_no_file(tumours_sample: Sample, tmp_path: Path) -> None:
    """Where a file may hold no byte and there is no home; so its disk may be read-only."""
    environ = environment(tumours_sample.directory, tumours_sample.digest)
    port = free_port()
    with subprocess.Popen(
        ["sh", "-c", 'ulimit -f 0; exec "$0" -m modelserver', sys.executable],
        env={**environ, "TRAINYARD_PORT": str(port), "HOME": "/nowhere"},
        stderr=subprocess.PIPE,
        cwd="/",
    ) as process:
        try:
            _wait(Client(port), process)
            example = Client(port).get(f"/v2/models/{MODEL}/example").document
            assert 200 == Client(port).infer(example).status
            process.terminate()
            _, said = process.communicate(timeout=180)
            assert (0, b"") == (process.returncode, said)
        finally:
            process.kill()


def _wait(client: Client, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if client.get("/v2/health/ready").status == 200:
                return
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"not ready; ended with {process.poll()}")


def test_thousands_of_idle_connections_cost_little(tumours_sample: Sample, tmp_path: Path) -> None:
    """Three thousand, at most 12 KiB each; the next request is answered as ever."""
    count = 3000
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < count + 200:
        pytest.skip("this user may not open that many files")
    environ = environment(tumours_sample.directory, tumours_sample.digest)
    with running(environ, tmp_path / "stderr") as server:
        before = _anonymous(server.process.pid)
        held = [socket.create_connection(("127.0.0.1", server.client.port)) for _ in range(count)]
        try:
            assert 200 == server.client.get("/v2/health/ready").status
            assert (_anonymous(server.process.pid) - before) / count < 12
        finally:
            for connection in held:
                connection.close()
        assert 200 == server.client.get("/v2/health/ready").status


def _anonymous(process: int) -> int:
    text = Path(f"/proc/{process}/smaps_rollup").read_text()
    return int(text.split("Pss_Anon:")[1].split()[0])


def test_too_many_connections_do_not_end_it(tumours_sample: Sample, tmp_path: Path) -> None:
    """With all its files taken it waits; when clients leave it goes on."""
    environ = environment(tumours_sample.directory, tumours_sample.digest)
    with running(environ, tmp_path / "stderr") as server:
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (60, 60))
        held = [socket.create_connection(("127.0.0.1", server.client.port)) for _ in range(150)]
        time.sleep(0.5)
        for connection in held:
            connection.close()
        deadline = time.monotonic() + 180
        status = 0
        while status != 200 and time.monotonic() < deadline:
            try:
                status = server.client.get("/v2/health/ready").status
            except OSError:
                time.sleep(0.1)
        assert (200, None) == (status, server.process.poll())
