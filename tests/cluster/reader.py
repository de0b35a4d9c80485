"""Somebody who types what a page says, in a folder of their own and a namespace."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cluster.model_yard import ModelYard
from cluster_access import kubeconfig, told, tool

A_STEP_MINUTES = 30


@dataclass(frozen=True, slots=True)
class Reader:
    """Where they sit, and how the page calls the namespace that is theirs."""

    yard: ModelYard
    folder: Path
    called: str

    def types(self, script: str) -> str:
        """Return what the terminal shows; fails with it where a command does."""
        named = script.replace(f"-n {self.called} ", f"-n {self.yard.namespace} ")
        named = named.replace(f"/namespaces/{self.called}/", f"/namespaces/{self.yard.namespace}/")
        assert f"{self.called} " not in named.replace(f"examples/{self.called}", "")
        environment = os.environ | {
            "KUBECONFIG": kubeconfig(),
            "PATH": f"{Path(tool('kubectl')).parent}:{os.environ['PATH']}",
        }
        done = subprocess.run(
            ["bash", "-euxo", "pipefail", "-c", named],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=A_STEP_MINUTES * 60,
            check=False,
        )
        shown = f"{done.stdout}\n{done.stderr}"
        assert 0 == done.returncode, f"{shown}\n{told(self.yard.namespace)}\n{self.yard.log()}"
        return done.stdout
