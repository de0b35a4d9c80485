"""Runs kubectl against the local cluster, and no other."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devcluster.processes import without_proxies
from devcluster.refusal import StepFailed


@dataclass(frozen=True, slots=True)
class Kubectl:
    """Runs kubectl with one kubeconfig; the user's own is never read."""

    program: Path
    kubeconfig: Path

    def run(self, *arguments: str, stdin: str | None = None) -> str:
        """The command's standard output; raises StepFailed with its standard error."""
        answer = subprocess.run(
            (str(self.program), "--kubeconfig", str(self.kubeconfig), *arguments),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            env=without_proxies(os.environ),
        )
        if answer.returncode != 0:
            raise StepFailed(f"kubectl {' '.join(arguments)}: {answer.stderr.strip()}")
        return answer.stdout

    def apply(self, manifests: Sequence[Mapping[str, Any]]) -> None:
        """The objects are as written, by server-side apply."""
        listed = {"apiVersion": "v1", "kind": "List", "items": list(manifests)}
        self.run(
            "apply",
            "--server-side",
            "--force-conflicts",
            "--field-manager=trainyard-devcluster",
            "-f-",
            stdin=json.dumps(listed),
        )
