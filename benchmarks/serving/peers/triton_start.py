"""A model repository with one Python model, then Triton's own server on it."""

import importlib.util
import json
import os
import shutil
import sys
import sysconfig
from pathlib import Path

FOLDER = Path.cwd()
WHEEL = Path(importlib.util.find_spec("pytriton").origin).parent
TRITON = WHEEL / "tritonserver"
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
KINDS = {"f": "TYPE_FP64", "O": "TYPE_STRING"}


def inputs():
    if (FOLDER / "columns.json").exists():
        columns = json.loads((FOLDER / "columns.json").read_text())
        return [(name, KINDS[kind], 1) for name, kind in columns.items()]
    return [("input", "TYPE_FP64", int((FOLDER / "width.txt").read_text()))]


def tensors():
    return ",\n".join(
        f'  {{ name: "{name}" data_type: {kind} dims: [ {width} ] }}'
        for name, kind, width in inputs()
    )


repository = FOLDER / "repository"
version = repository / "bench" / "1"
version.mkdir(parents=True, exist_ok=True)
shutil.copy(FOLDER / "triton_model.py", version / "model.py")
(repository / "bench" / "config.pbtxt").write_text(
    f"""backend: "python"
max_batch_size: 64
dynamic_batching {{ }}
instance_group [ {{ count: 1 kind: KIND_CPU }} ]
input [
{tensors()}
]
output [ {{ name: "predict" data_type: TYPE_INT64 dims: [ 1 ] }} ]
"""
)
backends = FOLDER / "backends"
if not backends.exists():
    shutil.copytree(TRITON / "backends", backends)
    stub = TRITON / "python_backend_stubs" / VERSION / "triton_python_backend_stub"
    shutil.copy(stub, backends / "python")
libraries = [str(WHEEL.parent / "nvidia_pytriton.libs"), sysconfig.get_config_var("LIBDIR")]
os.environ["LD_LIBRARY_PATH"] = os.pathsep.join(libraries)
os.environ["MODEL_LIBRARIES"] = os.environ["PYTHONPATH"] = sysconfig.get_path("purelib")
os.environ["MODEL_FOLDER"] = str(FOLDER)
arguments = {
    "model-repository": repository,
    "backend-directory": backends,
    "http-address": "127.0.0.1",
    "http-port": sys.argv[1],
    "allow-grpc": "false",
    "allow-metrics": "false",
    "log-info": "false",
    "exit-timeout-secs": "2",
    "backend-config": "python,stub-timeout-seconds=100",
}
server = str(TRITON / "bin" / "tritonserver")
os.execv(server, [server, *(f"--{name}={value}" for name, value in arguments.items())])
