"""The servers side by side: MLServer and KServe in their own environments, ours per model."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import joblib
from peers.payloads import KSERVE, MLSERVER, OURS, VERSION, Names, Payload
from serving_bundles import Sample
from serving_process import Client, Reply, environment, running

from benchmarks.serving.locked_environments import locked, python_of_locked
from benchmarks.serving.process import Command, PinnedServer, free_port

SCRIPTS = Path(__file__).parent / "in_kserve"
_READY = b"GET /v2/health/ready HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_NAMES = {
    OURS: Names("labels", "probabilities"),
    MLSERVER: Names("predict", "predict_proba"),
    KSERVE: Names("output-0", ""),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A server: its port, or one port per model; `grpc`: its gRPC port per model, if it has any."""

    name: str
    ports: Mapping[str, int] | int
    grpc: Mapping[str, int] = field(default_factory=dict)

    def reply(self, payload: Payload) -> Reply:
        """What it says to the payload."""
        body = payload.body_for(_NAMES[self.name])
        client = Client(self._port(payload.path))
        if payload.method in ("GET", "HEAD"):
            return client.send(payload.method, payload.path, None, payload.headers)
        return client.send(payload.method, payload.path, body, payload.headers)

    def _port(self, path: str) -> int:
        if isinstance(self.ports, int):
            return self.ports
        model = next((name for name in self.ports if f"/models/{name}" in path), "iris")
        return self.ports[model]


@contextmanager
def all_servers(samples: Mapping[str, Sample], folder: Path) -> Iterator[dict[str, Asked]]:
    """Every server with every model, ready; they are gone at the end."""
    files = folder / "models"
    files.mkdir()
    for name, sample in samples.items():
        joblib.dump(sample.model, files / f"{name}.joblib")
    cores = sorted(os.sched_getaffinity(0))
    commands = {MLSERVER: _mlserver(files, folder), KSERVE: _kserve(files, folder)}
    with ExitStack() as stack, ThreadPoolExecutor() as pool:
        starting = {
            name: pool.submit(PinnedServer, command, core, _READY)
            for (name, command), core in zip(commands.items(), (cores[0], cores[-1]), strict=True)
        }
        for future in starting.values():
            stack.callback(_stop, future)
        grpc = {name: free_port() for name in samples}
        ports = {}
        for name, sample in samples.items():
            changes = {"TRAINYARD_MODEL_NAME": name, "TRAINYARD_GRPC_PORT": str(grpc[name])}
            ports[name] = stack.enter_context(_ours(sample, folder / f"{name}.stderr", changes))
        peers = {name: Asked(name, future.result().port) for name, future in starting.items()}
        yield {OURS: Asked(OURS, ports, grpc), **peers}


def _stop(starting: Future[PinnedServer]) -> None:
    if starting.exception() is None:
        starting.result().stop()


@contextmanager
def _ours(sample: Sample, errors: Path, changes: Mapping[str, str]) -> Iterator[int]:
    whole = {"TRAINYARD_REVISION": VERSION, **changes}
    with running(environment(sample.directory, sample.digest, **whole), errors) as server:
        yield server.client.port


def _mlserver(files: Path, folder: Path) -> Command:
    python = python_of_locked(locked("mlserver"))
    own = folder / "mlserver"
    for file in files.iterdir():
        (own / file.stem).mkdir(parents=True)
        parameters = {"uri": str(file), "version": VERSION}
        implementation = "mlserver_sklearn.SKLearnModel"
        settings = {"name": file.stem, "implementation": implementation, "parameters": parameters}
        (own / file.stem / "model-settings.json").write_text(json.dumps(settings))
    (own / "settings.json").write_text(json.dumps({"parallel_workers": 0, "host": "127.0.0.1"}))
    start = ("-c", "from mlserver.cli import main; main()", "start", ".")
    ports = {"HTTP": "{port}", "GRPC": "0", "METRICS": "0"}
    environ = {f"MLSERVER_{name}_PORT": port for name, port in ports.items()}
    return Command((str(python), *start), own, {**_ONE_THREAD, **environ})


def _kserve(files: Path, folder: Path) -> Command:
    python = python_of_locked(locked("kserve"))
    own = folder / "kserve"
    own.mkdir()
    models = [str(file) for file in sorted(files.iterdir())]
    script = str(SCRIPTS / "sklearn_server.py")
    return Command((str(python), script, "{port}", *models), own, _ONE_THREAD)
