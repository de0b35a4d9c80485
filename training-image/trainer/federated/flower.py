"""How are Flower's own programs started, asked and ended?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from trainer.federated.credentials import CERTIFICATE_NAME, KEY_NAME, NODE_KEY_NAME
from trainer.pod.exits import Fault, Reason

_SECONDS = 300
_GRACE = 10
_CONNECTION = "run"
_APP = """\
[project]
name = "trainyard"
version = "1.0.0"
description = "Several parties train one model"
license = "Apache-2.0"
dependencies = []
[tool.flwr.app]
publisher = "trainyard"
[tool.flwr.app.components]
serverapp = "trainer.federated.server_app:app"
clientapp = "trainer.federated.client_app:app"
[tool.flwr.app.config]
"""
"""Names the code that every party's image has: none of it travels."""


def quiet(variables: Mapping[str, str], home: Path) -> dict[str, str]:
    """The variables of Flower's programs: no telemetry, no look for updates, no installing."""
    programs = Path(sys.executable).parent
    return {
        **variables,
        "FLWR_HOME": str(home),
        "FLWR_TELEMETRY_ENABLED": "0",
        "FLWR_DISABLE_UPDATE_CHECK": "1",
        "PATH": os.pathsep.join((str(programs), variables.get("PATH", os.defpath))),
    }


def superlink(keys: Path, port: int) -> list[str]:
    """The command of a SuperLink that listens inside the pod and takes enrolled SuperNodes only."""
    certificate = str(keys / CERTIFICATE_NAME)
    return [
        "flower-superlink",
        *("--ssl-ca-certfile", certificate, "--ssl-certfile", certificate),
        *("--ssl-keyfile", str(keys / KEY_NAME)),
        "--enable-supernode-auth",
        "--disable-runtime-dependency-installation",
        *("--host", "127.0.0.1", "--port", str(port)),
    ]


def supernode(keys: Path, address: str, participant: str, port: int) -> list[str]:
    """The command of a SuperNode; it listens inside its pod, for its own ClientApp."""
    return [
        "flower-supernode",
        *("--root-certificates", str(keys / CERTIFICATE_NAME)),
        *("--superlink", address),
        *("--auth-supernode-private-key", str(keys / NODE_KEY_NAME)),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--node-config", f'participant="{participant}"'),
    ]


@contextmanager
def running(
    command: Sequence[str], variables: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """A process of a group of its own, which is ended with all that it started."""
    process = subprocess.Popen(command, env=dict(variables), start_new_session=True)
    try:
        yield process
    finally:
        _end_group(process)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    for signal in (15, 9):
        try:
            os.killpg(process.pid, signal)
            process.wait(timeout=_GRACE)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


class ControlledSuperLink:
    """Asks a SuperLink of this pod by Flower's command line."""

    def __init__(self, home: Path, keys: Path, port: int, variables: Mapping[str, str]) -> None:
        self._home = home
        self._variables = quiet(variables, home)
        home.mkdir(parents=True, exist_ok=True)
        (home / "config.toml").write_text(
            f'[superlink]\ndefault = "{_CONNECTION}"\n[superlink.{_CONNECTION}]\n'
            f'address = "127.0.0.1:{port}"\nroot-certificates = "{keys / CERTIFICATE_NAME}"\n',
            encoding="utf-8",
        )
        self._app = home / "app"
        self._app.mkdir(exist_ok=True)
        (self._app / "pyproject.toml").write_text(_APP, encoding="utf-8")

    def enrol(self, participant: str, public_key: str) -> int:
        """The number that the SuperLink gave the SuperNode with this key."""
        path = self._home / "enrolled.pub"
        path.write_text(public_key, encoding="utf-8")
        said = self._ask("supernode", "register", str(path), _CONNECTION, "--name", participant)
        return int(said["node-id"])

    def dismiss(self, node: int) -> None:
        """The SuperLink takes this SuperNode no more. Where that fails it is told, and the run goes
        on: what the SuperNode sends counts for nothing without a name.
        """
        try:
            self._ask("supernode", "unregister", str(node), _CONNECTION)
        except Fault as fault:
            sys.stderr.write(f"SuperNode {node} stays connected: {fault}\n")

    def start(self) -> str:
        """The run's number; its ServerApp begins."""
        return str(self._ask("run", str(self._app), _CONNECTION)["run-id"])

    def status(self, run: str) -> str:
        """How the run stands: `running`, `finished:completed`, `finished:failed`, …"""
        found = self._ask("list", _CONNECTION, "--run-id", run)
        return str(next((r.get("status", "") for r in found.get("runs", ())), ""))

    def _ask(self, *words: str) -> dict[str, Any]:
        done = subprocess.run(
            ["flwr", *words, "--format", "json"],
            env=self._variables,
            check=False,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
        )
        start = done.stdout.find("{")
        if done.returncode or start < 0:
            text = f"flwr {' '.join(words[:2])}: {(done.stderr or done.stdout).strip()[-400:]}"
            raise Fault(Reason.UNEXPECTED, text)
        found: dict[str, Any] = json.loads(done.stdout[start:])
        return found
