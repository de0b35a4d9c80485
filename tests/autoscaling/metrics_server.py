"""metrics-server on the cluster under test, installed by its own chart where there is none."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cluster_access import ROOT, kubeconfig, kubectl, run, tool
from go_sources import sources_of

IMAGE = "trainyard/metrics-server:dev"
SYSTEM = "metrics-server"
API = "v1beta1.metrics.k8s.io"
VALUES = {
    "image": {"repository": "docker.io/trainyard/metrics-server", "tag": "dev"},
    # The kubelets of test clusters signed their certificates themselves.
    "args": ["--kubelet-insecure-tls"],
    "readinessProbe": {"initialDelaySeconds": 0, "periodSeconds": 1},
    "resources": {"requests": {"cpu": "20m", "memory": "64Mi"}},
}


@contextmanager
def metrics_server(folder: Path) -> Iterator[None]:
    """The cluster knows what its pods use, by a metrics-server of ours where it has none."""
    if API in kubectl("get", "apiservices", "-o", "name").stdout:
        yield
        return
    build_image(folder / "image")
    helm = (tool("helm4"), "--kubeconfig", kubeconfig(), "--namespace", SYSTEM)
    try:
        run(
            *(*helm, "install", SYSTEM, str(chart_in(folder)), "--create-namespace"),
            *("--wait", "--timeout", "300s", "--values", "-"),
            stdin=json.dumps(VALUES),
        )
        kubectl("wait", f"apiservice/{API}", "--for=condition=Available", "--timeout=300s")
        yield
    finally:
        # While the API is registered and nobody answers it no namespace can be deleted.
        kubectl("delete", "apiservice", API, "--ignore-not-found", check=False)
        run(*helm, "uninstall", SYSTEM, "--ignore-not-found", "--wait", check=False)
        kubectl("delete", "namespace", SYSTEM, "--ignore-not-found", "--wait=false")


def chart_in(folder: Path) -> Path:
    """Return a copy of the chart that Helm may read as it likes."""
    chart = folder / "chart"
    shutil.copytree(
        sources_of("metrics-server") / "charts/metrics-server",
        chart,
        copy_function=shutil.copyfile,
    )
    for part in (chart, *chart.rglob("*")):
        part.chmod(0o755 if part.is_dir() else 0o644)
    return chart


def build_image(context: Path) -> None:
    """Pods can run metrics-server."""
    context.mkdir()
    shutil.copyfile(tool("metrics-server"), context / "metrics-server")
    (context / "metrics-server").chmod(0o755)
    file = str(ROOT / "tests/autoscaling/Dockerfile")
    where = ("--file", file, "--context", str(context), "--tag", IMAGE)
    run(sys.executable, "-m", "devcluster", "build-image", *where)
