"""Running kubectl and helm against the cluster that the tests were given."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]


@cache
def tool(name: str) -> str:
    """Return the path of a pinned program (`kubectl`, `helm3`, `helm4`), built on first use."""
    return _devcluster("tool", name)


@cache
def kubeconfig() -> str:
    """Return the kubeconfig of the cluster under test, never that of the user's own context."""
    return os.environ.get("TRAINYARD_KUBECONFIG") or _devcluster("kubeconfig")


def kubectl(
    *arguments: str, stdin: str | None = None, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run kubectl and return what it printed; with `check` a refusal raises with its text."""
    return run(tool("kubectl"), "--kubeconfig", kubeconfig(), *arguments, stdin=stdin, check=check)


def run(
    *command: str, stdin: str | None = None, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run a program; with `check` a non-zero exit raises AssertionError with all it printed."""
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise AssertionError(f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def _devcluster(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "devcluster", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"devcluster {' '.join(arguments)}: {done.stderr}")
    return done.stdout.strip().splitlines()[-1]
