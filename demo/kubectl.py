"""Every word that the story says to the cluster goes through kubectl, as a reader would say it."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class KubectlFailed(Exception):
    """kubectl answered with an error; the message is its own."""


@dataclass(frozen=True, slots=True)
class Kubectl:
    """kubectl bound to one kubeconfig and namespace; never to whatever context is current."""

    program: str
    kubeconfig: Path
    namespace: str

    def command(self, *arguments: str) -> list[str]:
        """Return the whole command line."""
        bound = ["--kubeconfig", str(self.kubeconfig), "--namespace", self.namespace]
        return [self.program, *bound, *arguments]

    def run(self, *arguments: str, stdin: str | None = None, timeout: float = 120) -> str:
        """Return what kubectl printed; raises KubectlFailed with its complaint."""
        done = subprocess.run(
            self.command(*arguments),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if done.returncode != 0:
            raise KubectlFailed(f"kubectl {' '.join(arguments[:4])}: {done.stderr.strip()}")
        return done.stdout

    def apply(self, manifest: str) -> str:
        """Return what server-side apply of the YAML text printed."""
        return self.run(
            "apply", "--server-side", "--force-conflicts", "--field-manager=demo", "-f", "-",
            stdin=manifest,
        )  # fmt: skip

    def get(self, kind: str, name: str) -> dict[str, Any] | None:
        """Return the object, or None when it does not exist."""
        text = self.run("get", kind, name, "-o", "json", "--ignore-not-found")
        found: dict[str, Any] | None = json.loads(text) if text.strip() else None
        return found

    def list(self, kind: str, selector: str = "") -> list[dict[str, Any]]:
        """Return the objects of a kind that carry the labels."""
        chosen = ["-l", selector] if selector else []
        items: list[dict[str, Any]] = json.loads(self.run("get", kind, *chosen, "-o", "json"))[
            "items"
        ]
        return items
