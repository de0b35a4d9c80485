"""Flux's kustomize-controller at work beside the API server under test, and what it applies."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import os
import tarfile
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml
from cluster_access import PATIENCE, kubeconfig, kubectl, tool
from free_port import free_port
from go_sources import sources_of

from benchmarks.control_plane.api_server import process

Raw = dict[str, Any]
SOURCES = ("ExternalArtifact", "GitRepository", "OCIRepository", "Bucket")
"""Kinds of the source-controller that the controller watches; only the test writes any."""
NAME = "models"
INTERVAL = "5s"
LOOKED_EACH = 0.5


@dataclass(frozen=True, slots=True)
class Look:
    """One time that the controller held what is applied against what is stored."""

    revision: str
    actions: dict[str, str]
    """What was done to each object, by kind and name: created, configured, unchanged."""


@dataclass(slots=True)
class Flux:
    """The controller, and a folder of manifests that it applies every five seconds."""

    namespace: str
    folder: Path
    """What the HTTP server serves."""
    url: str
    log: Path

    async def publish(self, revision: str, objects: list[Raw]) -> None:
        """The folder holds these objects, as a repository would at this revision."""
        archive = f"{revision}.tar.gz"
        content = packed(objects)
        (self.folder / archive).write_bytes(content)
        artifact = {
            "url": f"{self.url}/{archive}",
            "path": archive,
            "revision": revision,
            "digest": f"sha256:{hashlib.sha256(content).hexdigest()}",
            "lastUpdateTime": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "size": len(content),
        }
        status = json.dumps({"status": {"artifact": artifact}})
        where = ("patch", "externalartifact", NAME, "--subresource=status", "--type=merge")
        await asyncio.to_thread(kubectl, "-n", self.namespace, *where, "-p", status)

    async def ready(self, revision: str) -> Raw:
        """Wait until the revision is applied and all of it is healthy; the condition Ready."""

        def is_so() -> bool:
            status = self.status()
            applied = status.get("lastAppliedRevision") == revision
            return applied and ready_in(status).get("status") == "True"

        await self.sees(is_so)
        return ready_in(self.status())

    async def sees(self, is_so: Callable[[], bool]) -> None:
        """Wait until it is so; what the controller says explains a failure."""
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE
        while not await asyncio.to_thread(is_so):
            if loop.time() > end:
                raise AssertionError(f"never: {self.status()}\n{self.log.read_text()[-4000:]}")
            await asyncio.sleep(LOOKED_EACH)

    async def looks_again(self, times: int) -> None:
        """Wait until the controller has looked so many times more."""
        so_far = len(self.looks())
        await self.sees(lambda: len(self.looks()) >= so_far + times)

    def status(self) -> Raw:
        """The status of its Kustomization."""
        where = ("-n", self.namespace, "get", "kustomization", NAME, "-o", "json")
        found: Raw = json.loads(kubectl(*where).stdout).get("status") or {}
        return found

    def looks(self) -> list[Look]:
        """Every look so far, as its log has it."""
        return [
            Look(said["revision"], dict(short(said["output"])))
            for said in self.said()
            if said.get("msg") == "server-side apply completed"
        ]

    def faults(self) -> list[str]:
        """What its log has of level error."""
        return [json.dumps(said) for said in self.said() if said.get("level") == "error"]

    def said(self) -> list[Raw]:
        """Every line of its log that is whole."""
        whole = self.log.read_text().rpartition("\n")[0].splitlines()
        return [json.loads(line) for line in whole if line.startswith("{")]


def short(output: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield kind and name with the action, without the namespace between them."""
    for place, action in output.items():
        kind, _, name = place.split("/")
        yield f"{kind}/{name}", action


def ready_in(status: Raw) -> Raw:
    """Return the condition Ready; empty while there is none."""
    return next((c for c in status.get("conditions", ()) if c["type"] == "Ready"), {})


def packed(objects: list[Raw]) -> bytes:
    """Return a tar.gz with one file that holds the objects."""
    text = yaml.safe_dump_all(objects).encode()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        entry = tarfile.TarInfo("models.yaml")
        entry.size, entry.mode = len(text), 0o644
        archive.addfile(entry, io.BytesIO(text))
    return buffer.getvalue()


@asynccontextmanager
async def flux(namespace: str, folder: Path) -> AsyncIterator[Flux]:
    """Give the controller at work in the namespace, with nothing published; it ends afterwards."""
    served = folder / "served"
    served.mkdir()
    with kinds_of_flux(), artifacts(served) as url:
        await asyncio.to_thread(
            kubectl, "apply", "-f", "-", stdin=yaml.safe_dump_all(sync(namespace))
        )
        environment = {
            **{key: value for key, value in os.environ.items() if "proxy" not in key.lower()},
            "KUBECONFIG": kubeconfig(),
            "RUNTIME_NAMESPACE": namespace,
            "TMPDIR": str(folder),  # it clears away what earlier ones left there
        }
        async with process(command(), folder, environment):
            try:
                yield Flux(namespace, served, url, folder / "kustomize-controller.log")
            finally:  # while there is somebody who takes its finalizer away
                where = ("-n", namespace, "delete", "kustomization", NAME, "--timeout=120s")
                await asyncio.to_thread(partial(kubectl, *where, check=False))


def command() -> list[str]:
    """How the controller is started: as Flux does, but for one namespace."""
    return [
        tool("kustomize-controller"),
        "--watch-all-namespaces=false",
        "--no-cross-namespace-refs",
        "--feature-gates=ExternalArtifact=true",
        "--interval-jitter-percentage=0",
        f"--metrics-addr=127.0.0.1:{free_port()}",
        f"--health-addr=127.0.0.1:{free_port()}",
    ]


def sync(namespace: str) -> list[Raw]:
    """What a user of Flux applies: nothing of ours is ignored, and all of it is waited for."""
    metadata = {"name": NAME, "namespace": namespace}
    spec = {
        "interval": INTERVAL,
        "retryInterval": INTERVAL,
        "timeout": "10m",
        "path": "./",
        "prune": True,
        "wait": True,
        "targetNamespace": namespace,
        "sourceRef": {"kind": "ExternalArtifact", "name": NAME},
    }
    source = {"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "ExternalArtifact"}
    wanted = {"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization"}
    return [
        {**source, "metadata": metadata, "spec": {}},
        {**wanted, "metadata": metadata, "spec": spec},
    ]


@contextmanager
def artifacts(folder: Path) -> Iterator[str]:
    """Serve the folder as a source does; gives the address."""
    handler = partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class Quiet(SimpleHTTPRequestHandler):
    """Says nothing of each request."""

    def log_message(self, *_: object) -> None:
        """See SimpleHTTPRequestHandler."""


@contextmanager
def kinds_of_flux() -> Iterator[None]:
    """The kinds that the controller watches are there; afterwards those that were not are gone."""
    bases = sources_of("kustomize-controller") / "config/crd/bases"
    own = bases / "kustomize.toolkit.fluxcd.io_kustomizations.yaml"
    definitions = [yaml.safe_load(own.read_text()), *map(source_kind, SOURCES)]
    there = kubectl("get", "crd", "-o", "name").stdout
    ours = [d for d in definitions if f"/{d['metadata']['name']}\n" not in there]
    kubectl("apply", "--server-side", "-f", "-", stdin=yaml.safe_dump_all(ours))
    names = [d["metadata"]["name"] for d in ours]
    kubectl("wait", "--for=condition=Established", "crd", *names)
    try:
        yield
    finally:
        kubectl("delete", "crd", *names, "--timeout=120s")


def source_kind(kind: str) -> Raw:
    """Return a kind of Flux's sources without its schema.

    It belongs to source-controller, of which no module with these files can be had here.
    """
    plural = {"GitRepository": "gitrepositories", "OCIRepository": "ocirepositories"}.get(
        kind, f"{kind.lower()}s"
    )
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "schema": {"openAPIV3Schema": anything},
    }
    group = "source.toolkit.fluxcd.io"
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "names": {"kind": kind, "plural": plural, "singular": kind.lower()},
            "scope": "Namespaced",
            "versions": [version],
        },
    }
