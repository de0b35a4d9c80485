"""Who is compared, how is each started, and what does each answer?"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.serving.environments import python_of
from benchmarks.serving.process import Command
from benchmarks.serving.workloads import Workload, http_request, v2_binary_request, v2_body

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(__file__).parent / "peers"
V2_PATH = "/v2/models/bench/infer"
OURS = "Trainyard"
_THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(frozen=True, slots=True)
class Contender:
    """A server: `command` for a workload, a request for rows, the labels of an answer."""

    name: str
    command: Callable[[Workload], Command]
    request: Callable[[Any], bytes]
    labels: Callable[[bytes], list[int]]
    ready: str = "/v2/health/ready"


def _v2_request(rows: Any) -> bytes:
    return http_request(V2_PATH, v2_body(rows))


def _v2_labels(body: bytes) -> list[int]:
    return [int(label) for label in json.loads(body)["outputs"][0]["data"]]


def _binary_labels(body: bytes) -> list[int]:
    """Labels are INT64 and stand right behind the JSON."""
    head = body[: body.rindex(b"]}") + 2]
    size = json.loads(head)["outputs"][0]["parameters"]["binary_data_size"]
    labels = body[len(head) : len(head) + size]
    return [int.from_bytes(labels[at : at + 8], "little") for at in range(0, size, 8)]


def _ours(workload: Workload) -> Command:
    folder = _folder(workload, "ours")
    environ = {
        "PYTHONPATH": str(ROOT / "serving-image"),
        "TRAINYARD_BUNDLE_DIGEST": workload.digest,
        "TRAINYARD_BUNDLE_DIR": str(workload.folder / "bundle"),
        "TRAINYARD_MODEL_NAME": "bench",
        "TRAINYARD_REVISION": "bench-1",
        "TRAINYARD_HOST": "127.0.0.1",
        "TRAINYARD_PORT": "{port}",
        "TRAINYARD_DRAIN_SECONDS": "0",
    }
    return Command((sys.executable, "-m", "modelserver"), folder, environ)


def _script(
    name: str, requirements: tuple[str, ...], *arguments: str
) -> Callable[[Workload], Command]:
    """A script of ours in the peer's environment; its folder holds model.joblib."""

    def command(workload: Workload) -> Command:
        folder = _folder(workload, name)
        python = python_of(name.split("-", maxsplit=1)[0], requirements)
        for script in SCRIPTS.glob("*.py"):
            shutil.copy(script, folder)
        environ = {**_THREADS, "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}
        whole = tuple(str(python) if part == "python" else part for part in arguments)
        return Command(whole, folder, environ)

    return command


def _mlserver(name: str, **settings: Any) -> Callable[[Workload], Command]:
    plain = _script(
        name,
        ("mlserver==1.7.1", "mlserver-sklearn==1.7.1", "uvloop<0.22"),
        *("python", "-c", "from mlserver.cli import main; main()", "start", "."),
    )

    def command(workload: Workload) -> Command:
        made = plain(workload)
        model = {"name": "bench", "implementation": "mlserver_sklearn.SKLearnModel"}
        parameters = {"parameters": {"uri": "./model.joblib"}}
        batching = {k: v for k, v in settings.items() if k.startswith("max_")}
        server = {k: v for k, v in settings.items() if not k.startswith("max_")}
        document = json.dumps({**model, **parameters, **batching})
        (made.folder / "model-settings.json").write_text(document)
        (made.folder / "settings.json").write_text(json.dumps(server))
        ports = {
            "MLSERVER_HTTP_PORT": "{port}",
            "MLSERVER_GRPC_PORT": "0",
            "MLSERVER_METRICS_PORT": "0",
        }
        return Command(made.arguments, made.folder, {**made.environ, **ports})

    return command


def _folder(workload: Workload, name: str) -> Path:
    folder = workload.folder / name
    if not folder.exists():
        shutil.copytree(workload.joblib_file.parent, folder)
    return folder


_LITSERVE = ("litserve==0.2.19",)
_BENTO = ("bentoml==1.4.39",)


def _bento(service: str) -> Contender:
    def request(rows: Any) -> bytes:
        return http_request("/infer", json.dumps({"rows": rows.tolist()}).encode())

    serve = ("python", "-m", "bentoml", "serve", f"bento_service:{service}", "--port", "{port}")
    command = _script(f"bentoml-{service}", _BENTO, *serve)
    name = "BentoML" if service == "Plain" else "BentoML, batched"
    return Contender(name, command, request, json.loads, "/readyz")


def _mlflow() -> Contender:
    def request(rows: Any) -> bytes:
        return http_request("/invocations", json.dumps({"inputs": rows.tolist()}).encode())

    command = _script("mlflow", ("mlflow==3.17.2",), "python", "mlflow_model.py", "{port}")
    return Contender(
        "MLflow", command, request, lambda body: json.loads(body)["predictions"], "/ping"
    )


def contenders() -> tuple[Contender, ...]:
    """Ours first."""
    return (
        Contender(OURS, _ours, _v2_request, _v2_labels),
        Contender(
            f"{OURS}, binary tensors",
            _ours,
            lambda rows: v2_binary_request(V2_PATH, rows),
            _binary_labels,
        ),
        Contender("MLServer", _mlserver("mlserver-default"), _v2_request, _v2_labels),
        Contender(
            "MLServer, tuned",
            _mlserver(
                "mlserver-tuned", parallel_workers=0, max_batch_size=64, max_batch_time=0.002
            ),
            _v2_request,
            _v2_labels,
        ),
        Contender(
            "KServe",
            _script("kserve", ("kserve==0.21.0",), "python", "kserve_model.py", "{port}"),
            _v2_request,
            _v2_labels,
        ),
        Contender(
            "FastAPI, naive",
            _script(
                "fastapi",
                ("fastapi==0.165.0", "uvicorn[standard]==0.54.0"),
                *("python", "naive_fastapi.py", "{port}"),
            ),
            _v2_request,
            _v2_labels,
            "/ready",
        ),
        *(
            Contender(
                name,
                _script(
                    f"litserve-{batch}", _LITSERVE, "python", "litserve_api.py", "{port}", batch
                ),
                lambda rows: http_request("/predict", v2_body(rows)),
                _v2_labels,
                "/health",
            )
            for name, batch in (("LitServe", "1"), ("LitServe, batched", "64"))
        ),
        _bento("Plain"),
        _bento("Batched"),
        _mlflow(),
    )
