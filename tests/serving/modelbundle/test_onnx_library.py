"""ONNX Runtime keeps to itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from serving_bundles import Sample
from serving_process import environment

PREDICTS = """
import os, sys
from modelbundle.onnx_library import onnx_library
session = onnx_library().InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
print([link for fd in os.listdir("/proc/self/fd") if os.path.exists(path := f"/proc/self/fd/{fd}")
       and (link := os.readlink(path)).startswith("socket:")])
"""


def test_nothing_is_written_or_sent(tumours_sample: Sample, tmp_path: Path) -> None:
    """By itself the library would leave an identifier and a cache of events below HOME."""
    environ = environment(tumours_sample.directory, tumours_sample.digest, HOME=str(tmp_path))
    command = [sys.executable, "-c", PREDICTS, str(tumours_sample.directory / "model.onnx")]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    assert ([], "[]") == (list(tmp_path.iterdir()), done.stdout.strip())
