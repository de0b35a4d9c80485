"""Running kubectl and helm against the cluster that the tests were given."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from kubernetes.client import CustomObjectsApi
from kubernetes.config import new_client_from_config

ROOT = Path(__file__).parents[1]
PATIENCE = 600.0
"""Seconds after which a wait for the cluster has failed: a bound for what hangs, no expectation."""
KINDS = "datasets,trainingjobs,modelversions,modeldeployments"


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
    """Run a program; with `check` a non-zero exit raises AssertionError with all it printed.

    Bytes that are no UTF-8 are replaced: a log read while it is written may end within a letter.
    """
    done = subprocess.run(
        command, input=stdin, capture_output=True, text=True, errors="replace", check=False
    )
    if check and done.returncode:
        raise AssertionError(f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done


@cache
def _objects_of_ours() -> CustomObjectsApi:
    return CustomObjectsApi(new_client_from_config(config_file=kubeconfig()))


def ours(namespace: str, plural: str, name: str = "") -> list[dict[str, Any]]:
    """Return our objects of the kind, or the one, as who waits for something asks: without the
    tenth of a second of a processor that a kubectl takes to start.
    """
    place = ("trainyard.dev", "v1alpha1", namespace, plural)
    found: Any
    if name:
        found = _objects_of_ours().get_namespaced_custom_object(*place, name)
        return [found]
    found = _objects_of_ours().list_namespaced_custom_object(*place)
    return list(found["items"])


def told(namespace: str) -> str:
    """Return what explains a failure in the namespace: objects, conditions, events, last logs."""
    conditions = (
        "{range .items[*]}{.kind}/{.metadata.name} {.status.why}{'\\n'}"
        "{range .status.conditions[*]}    {.type}={.status} {.reason}: {.message}{'\\n'}{end}{end}"
    )
    every_pod = ("-l", "app.kubernetes.io/managed-by=trainyard", "--max-log-requests=50")
    asked = (
        ("get", f"{KINDS},deployments,jobs,pods", "-o", "wide"),
        ("get", KINDS, "-o", f"jsonpath={conditions}"),
        ("get", "events", "--sort-by=.metadata.creationTimestamp"),
        ("logs", *every_pod, "--all-containers", "--prefix", "--ignore-errors", "--tail=15"),
    )
    parts = []
    for question in asked:
        found = kubectl("-n", namespace, *question, check=False)
        parts.append("\n".join((found.stdout + found.stderr).splitlines()[-80:]))
    return "\n\n".join((f"── namespace {namespace} ──", *parts))


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
