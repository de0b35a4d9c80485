"""`trainyard` as people type it, and what kubectl describes."""

from __future__ import annotations

import os
import subprocess
import sys

from cluster.model_yard import ModelYard
from cluster_access import ROOT, kubeconfig

_PARTS = ("", "operator", "serving-image", "training-image")


def typed(yard: ModelYard, *words: str) -> tuple[int, str]:
    """Exit code and text of the program in the yard's first namespace, without a terminal."""
    path = os.pathsep.join(str(ROOT / part) for part in _PARTS)
    done = subprocess.run(
        [sys.executable, "-m", "trainyardctl", "-n", yard.namespace, *words],
        env={**os.environ, "KUBECONFIG": kubeconfig(), "PYTHONPATH": path, "COLUMNS": "400"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def described(yard: ModelYard, name: str, *words: str) -> str:
    """What `kubectl describe` prints, in one line, once it has the words: events come last."""

    def shown() -> str:
        return " ".join(yard.kubectl("describe", name).split())

    what = f"{name} is described with {words}"
    yard.until(what, lambda _: all(word in shown() for word in words))
    return shown()
