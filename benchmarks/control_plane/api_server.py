"""An API server of the benchmark's own: etcd and kube-apiserver, nothing else.

Without controllers and nodes only what the operator itself does is measured beside the server;
Deployments, Jobs and pods are played.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import aiohttp

from benchmarks.control_plane.kube_api import KubeApi, connected

PROGRAMS = ("etcd", "kube-apiserver")
OPERATOR, BENCHMARK = "operator", "benchmark"
"""The two users; the token of each is its name."""
_PORTS_EACH = 3
_FIRST_PORT = 6443
_SERVICES = "10.96.0.0/12"
_STARTS_WITHIN = 300
_ENDS_WITHIN = 20
_NOTICED_WITHIN = 60
_LAST_WORDS = 400
_AUDITED = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [{"level": "Metadata", "users": [OPERATOR]}, {"level": "None"}],
}


FoundT = TypeVar("FoundT")


class ApiServerGone(Exception):
    """One of its processes ended while it was needed; the text says which one, and how."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the processes of one listen."""

    first: int

    @property
    def server(self) -> str:
        """The API server."""
        return f"https://127.0.0.1:{self.first}"

    @property
    def etcd(self) -> str:
        """Its store."""
        return f"http://127.0.0.1:{self.first + 1}"

    @property
    def peer(self) -> str:
        """Where other members of the store would ask."""
        return f"http://127.0.0.1:{self.first + 2}"


@dataclass(frozen=True, slots=True)
class ApiServer:
    """A running API server."""

    api: KubeApi
    folder: Path
    processes: Mapping[str, asyncio.subprocess.Process]
    """By the name of the program."""
    url: str

    async def outlives(self, work: Awaitable[FoundT]) -> FoundT:
        """What the work gives; raises ApiServerGone as soon as the server is gone.

        Whoever asks a server that is gone is refused, or waits for ever.
        """
        working = asyncio.ensure_future(work)
        ends = {asyncio.create_task(self._end(name)) for name in self.processes}
        try:
            await asyncio.wait({working, *ends}, return_when=asyncio.FIRST_COMPLETED)
            if working.done() and working.exception() is not None:  # it may be why
                await asyncio.wait(
                    ends, timeout=_NOTICED_WITHIN, return_when=asyncio.FIRST_COMPLETED
                )
            for end in ends:
                if end.done():
                    raise ApiServerGone(end.result())
            return working.result()
        finally:
            for task in (working, *ends):
                task.cancel()
            await asyncio.gather(working, *ends, return_exceptions=True)

    async def _end(self, name: str) -> str:
        code = await self.processes[name].wait()
        log = self.folder / f"{name}.log"
        said = log.read_text(errors="replace").strip() if log.exists() else ""
        last = said.rpartition("\n")[2][:_LAST_WORDS]
        return f"{name} ended with exit code {code}: {last or 'it said nothing'}"

    @property
    def audit_log(self) -> Path:
        """One JSON line for every request of the operator."""
        return self.folder / "audit.log"

    def kubeconfig(self) -> Path:
        """The operator's way in."""
        cluster = {"server": self.url, "insecure-skip-tls-verify": True}
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "own", "cluster": cluster}],
            "users": [{"name": OPERATOR, "user": {"token": OPERATOR}}],
            "contexts": [{"name": "own", "context": {"cluster": "own", "user": OPERATOR}}],
            "current-context": "own",
        }
        path = self.folder / "kubeconfig"
        path.write_text(json.dumps(document))
        return path


@asynccontextmanager
async def api_server(
    programs: Mapping[str, Path], folder: Path, number: int = 0
) -> AsyncIterator[ApiServer]:
    """Give one whose data lie in the folder, with the operator's namespace; then it is gone.

    Those of different numbers run side by side.
    """
    ports = Ports(_FIRST_PORT + _PORTS_EACH * number)
    tokens = "".join(f"{name},{name},{name}\n" for name in (OPERATOR, BENCHMARK))
    (folder / "tokens.csv").write_text(tokens)
    (folder / "audit.json").write_text(json.dumps(_AUDITED))
    async with AsyncExitStack() as running:
        processes = {
            Path(command[0]).name: await running.enter_async_context(process(command, folder))
            for command in (_etcd(programs, folder, ports), _apiserver(programs, folder, ports))
        }
        api = await running.enter_async_context(connected(ports.server, BENCHMARK))
        await _answers(api)
        yield ApiServer(api, folder, processes, ports.server)


def _etcd(programs: Mapping[str, Path], folder: Path, ports: Ports) -> Sequence[str]:
    return (
        str(programs["etcd"]),
        "--name=own",
        f"--data-dir={folder / 'etcd'}",
        "--unsafe-no-fsync",
        *(f"--listen-client-urls={ports.etcd}", f"--advertise-client-urls={ports.etcd}"),
        *(f"--listen-peer-urls={ports.peer}", f"--initial-advertise-peer-urls={ports.peer}"),
        f"--initial-cluster=own={ports.peer}",
        "--quota-backend-bytes=8589934592",
        "--log-level=warn",
    )


def _apiserver(programs: Mapping[str, Path], folder: Path, ports: Ports) -> Sequence[str]:
    key = folder / "certificates" / "apiserver.key"  # it makes one for itself, before it looks here
    return (
        str(programs["kube-apiserver"]),
        f"--etcd-servers={ports.etcd}",
        *("--bind-address=127.0.0.1", "--advertise-address=10.0.0.1"),
        f"--secure-port={ports.first}",
        "--endpoint-reconciler-type=none",
        f"--service-cluster-ip-range={_SERVICES}",
        f"--cert-dir={folder / 'certificates'}",
        f"--token-auth-file={folder / 'tokens.csv'}",
        "--authorization-mode=AlwaysAllow",
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
        f"--service-account-key-file={key}",
        f"--service-account-signing-key-file={key}",
        # There is no controller that makes the account of each namespace.
        "--disable-admission-plugins=ServiceAccount",
        "--enable-priority-and-fairness=false",
        f"--audit-policy-file={folder / 'audit.json'}",
        *(f"--audit-log-path={folder / 'audit.log'}", "--audit-log-maxsize=100000"),
        "--profiling=false",
    )


@asynccontextmanager
async def process(
    command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Give a running program whose log lies in the folder; afterwards it is gone."""
    with (folder / f"{Path(command[0]).name}.log").open("ab") as log:
        found = await asyncio.create_subprocess_exec(
            *command, stdout=log, stderr=log, env=environment or dict(os.environ)
        )
    try:
        yield found
    finally:
        await ended(found)


async def ended(found: asyncio.subprocess.Process) -> None:
    """The process is gone: it was asked to, and made to where it did not listen."""
    if found.returncode is None:
        found.terminate()
        try:
            await asyncio.wait_for(found.wait(), _ENDS_WITHIN)
        except TimeoutError:
            found.kill()
            await found.wait()


async def _answers(api: KubeApi) -> None:
    """Return once objects can be made; raises TimeoutError when that takes too long."""
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "trainyard-system"}}
    async with asyncio.timeout(_STARTS_WITHIN):
        while True:
            with suppress(aiohttp.ClientError):  # it starts
                await api.ask("POST", "/api/v1/namespaces", namespace)
                return
            await asyncio.sleep(0.2)
