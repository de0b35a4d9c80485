"""The real Kueue beside the API server of the local node, for the namespaces of one label alone.

It is a process of this machine: its webhooks are asked at an address, not through a Service. All
of it is taken away again, its webhooks first.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from cluster_access import PATIENCE, ROOT, kubeconfig, kubectl, run, tool
from free_port import free_port
from go_sources import sources_of

Raw = dict[str, Any]
LABEL = "trainyard-tests/kueue"
"""Of the namespaces whose objects it is asked about."""
_GROUPS = ("kueue.x-k8s.io", "batch")
_CONFIGURATIONS = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
_NAME = "trainyard-tests-kueue"
# Kueue looks for the certificates of its metrics below /etc: it gets an /etc of its own.
_APART = (
    *("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"),
    str(ROOT / "tests/kueue/apart.sh"),
)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where it listens, and what its files are."""

    folder: Path
    webhooks: int
    health: int

    def configuration(self) -> Raw:
        """Of Kueue, as JSON."""
        certificates = str(self.folder / "certificates")
        webhook = {"host": "127.0.0.1", "port": self.webhooks, "certDir": certificates}
        return {
            "apiVersion": "config.kueue.x-k8s.io/v1beta2",
            "kind": "Configuration",
            "health": {"healthProbeBindAddress": f"127.0.0.1:{self.health}"},
            "metrics": {"bindAddress": "0"},
            "webhook": webhook,
            "leaderElection": {"leaderElect": False},
            "internalCertManagement": {"enable": False},
            "integrations": {"frameworks": ["batch/job"]},
            "managedJobsNamespaceSelector": {"matchLabels": {LABEL: "true"}},
            "clientConnection": {"qps": 50, "burst": 100},
        }


@contextmanager
def kueue(folder: Path) -> Iterator[Path]:
    """It is at work, and what it says is in the file; afterwards nothing of it is left."""
    place = _Place(folder, free_port(), free_port())
    folder.mkdir()
    _certify(folder / "certificates")
    kinds = sorted((sources_of("kueue") / "config/components/crd/bases").glob("*.yaml"))
    process: subprocess.Popen[bytes] | None = None
    try:
        for path in kinds:
            kubectl("apply", "--server-side", "--force-conflicts", "-f", str(path))
        _known(kinds)
        process = _started(place)
        _ready(place, process)
        for configuration in _webhooks(place):
            kubectl("apply", "--server-side", "-f", "-", stdin=json.dumps(configuration))
        yield folder / "kueue.log"
    finally:
        _gone(process, kinds)


def _known(kinds: list[Path]) -> None:
    """Return when the API server serves all of them: without that Kueue does not start."""
    names = ",".join(".".join(reversed(path.stem.split("_"))) for path in kinds)
    end = time.monotonic() + PATIENCE
    while kubectl("get", names, "-A", check=False).returncode:
        assert time.monotonic() < end, names
        time.sleep(1)


def _certify(folder: Path) -> None:
    folder.mkdir()
    run(
        *("openssl", "req", "-x509", "-nodes", "-newkey", "rsa:2048", "-subj", "/CN=kueue"),
        *("-addext", "subjectAltName=IP:127.0.0.1"),
        *("-keyout", str(folder / "tls.key"), "-out", str(folder / "tls.crt")),
    )


def _started(place: _Place) -> subprocess.Popen[bytes]:
    settings = place.folder / "kueue.json"
    settings.write_text(json.dumps(place.configuration()))
    command = (
        *_APART,
        tool("kueue"),
        f"--config={settings}",
        f"--kubeconfig={kubeconfig()}",
        "--feature-gates=VisibilityOnDemand=false",
    )
    environment = {**os.environ, "TMPDIR": str(place.folder)}  # where its /etc is copied to
    with (place.folder / "kueue.log").open("ab") as log:
        return subprocess.Popen(command, env=environment, stdout=log, stderr=log)


def _ready(place: _Place, process: subprocess.Popen[bytes]) -> None:
    """Return when its webhooks answer."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{place.health}/readyz", timeout=5)
            return
        time.sleep(1)
    raise AssertionError((place.folder / "kueue.log").read_text()[-3000:])


def _webhooks(place: _Place) -> Iterator[Raw]:
    """Kueue's own, of Jobs and its own kinds, asked at its address for our namespaces."""
    authority = base64.b64encode((place.folder / "certificates/tls.crt").read_bytes()).decode()
    manifests = sources_of("kueue") / "config/components/webhook/manifests.yaml"
    for found in yaml.safe_load_all(manifests.read_text()):
        kept = [hook for hook in found["webhooks"] if hook["rules"][0]["apiGroups"][0] in _GROUPS]
        for hook in kept:
            path = hook["clientConfig"]["service"]["path"]
            url = f"https://127.0.0.1:{place.webhooks}{path}"
            hook["clientConfig"] = {"url": url, "caBundle": authority}
            hook["namespaceSelector"] = {"matchLabels": {LABEL: "true"}}
        yield {**found, "metadata": {"name": _NAME}, "webhooks": kept}


def _gone(process: subprocess.Popen[bytes] | None, kinds: list[Path]) -> None:
    """The webhooks first; then, while it still lets go of them, its objects; then the rest."""
    quiet = ("--ignore-not-found", "--timeout=120s")
    for kind in _CONFIGURATIONS:
        kubectl("delete", kind, _NAME, *quiet, check=False)
    kubectl("delete", "namespace", "-l", f"{LABEL}=true", *quiet, check=False)
    kubectl("delete", "clusterqueues,resourceflavors", "--all", *quiet, check=False)
    if process is not None:
        process.kill()  # `unshare` ends by nothing less, and all in it with it
        process.wait()
    for path in kinds:
        kubectl("delete", "-f", str(path), *quiet, check=False)
